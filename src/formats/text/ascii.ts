/**
 * ASCII bytes to strings.
 *
 * A call into the platform costs about 90 ns however short the string is; `String.fromCharCode` with its arguments written
 * out costs a third of that, so there is one generated function per length up to WRITTEN_OUT.
 */
const WRITTEN_OUT = 32

const makers: readonly ((b: Uint8Array, p: number) => string)[] = writeOut()

function writeOut(): ((b: Uint8Array, p: number) => string)[] {
  try {
    return Array.from({ length: WRITTEN_OUT + 1 }, (_, length) => {
      const units = Array.from({ length }, (_, i) => `b[p + ${i}]`)
      return new Function('b', 'p', `return String.fromCharCode(${units.join(', ')})`) as (typeof makers)[number]
    })
  } catch (error) {
    // Where code generation is forbidden, every length goes the platform's way.
    if (error instanceof EvalError) return []
    throw error
  }
}

/** Bytes that are known to be ASCII as a string. */
export function ascii(bytes: Uint8Array, from: number, to: number): string {
  const length = to - from
  return length < makers.length ? makers[length](bytes, from) : Buffer.prototype.latin1Slice.call(bytes, from, to)
}
