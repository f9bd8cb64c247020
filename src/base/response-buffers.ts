/**
 * Buffers of large responses, used again.
 *
 * A consumer at full speed goes through megabytes of response buffers many times a second. Left to the garbage collector,
 * their size alone makes it collect the whole heap every few dozen milliseconds (measured: a sixth of the process's CPU).
 *
 * Laws
 * - Only a buffer that `take` gave out comes back, and at most once; any other is left to the garbage collector.
 * - Whoever gives a buffer back holds no view of it any more. Not giving back is always right.
 */
const SMALLEST = 64 * 1024
const KEPT = 6
const LARGEST_KEPT = 64 * 1024 * 1024

const free: ArrayBuffer[] = []
const lent = new WeakSet<ArrayBufferLike>()

/** A buffer of that length; its contents are undefined. */
export function takeBuffer(length: number): Uint8Array {
  if (length < SMALLEST) return Buffer.allocUnsafeSlow(length)
  // One that is not much larger, so that a small response does not sit in a huge buffer.
  const at = free.findIndex((buffer) => buffer.byteLength >= length && buffer.byteLength <= length * 4)
  const buffer = at >= 0 ? free.splice(at, 1)[0] : Buffer.allocUnsafeSlow(roundUp(length)).buffer
  lent.add(buffer)
  return new Uint8Array(buffer as ArrayBuffer, 0, length)
}

/** Give back the buffer under a view. */
export function giveBuffer(view: Uint8Array): void {
  const { buffer } = view
  if (!lent.delete(buffer) || buffer.byteLength > LARGEST_KEPT) return
  if (free.length === KEPT) free.shift()
  free.push(buffer as ArrayBuffer)
}

/** To the next eighth of a power of two: responses of about one size then share buffers. */
function roundUp(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length)) - 3)
  return Math.ceil(length / step) * step
}
