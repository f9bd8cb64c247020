/** For fuzz tests: what hostile or broken peers make of good bytes, drawn by fast-check. */
import fc from 'fast-check'

/** Bytes that mean something to lengths, varints, brackets and strings. */
const TELLING = [0, 1, 2, 10, 34, 44, 48, 58, 91, 92, 93, 101, 123, 125, 127, 128, 192, 254, 255]

const byte = fc.oneof(fc.constantFrom(...TELLING), fc.nat(255))
/** Even over the bytes: doubles of fast-check would crowd at zero. */
const place = fc.noBias(fc.nat(9999)).map((n) => n / 10_000)

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), at: place, byte }),
  fc.record({ kind: fc.constant('flip' as const), at: place, byte: fc.nat(7) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, byte }),
  fc.record({ kind: fc.constant('remove' as const), at: place, byte: fc.nat(20) }),
  fc.record({ kind: fc.constant('repeat' as const), at: place, byte: fc.nat(40) }),
  fc.record({ kind: fc.constant('cut' as const), at: place, byte }),
  fc.record({ kind: fc.constant('fill' as const), at: place, byte }),
)

/** Functions that give a changed copy: one small mutation, or up to six one after the other. */
export const mutations: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc
  .oneof(fc.array(mutation, { minLength: 1, maxLength: 1 }), fc.array(mutation, { minLength: 1, maxLength: 6 }))
  .map((list) => (bytes: Uint8Array) => {
    let result = Uint8Array.from(bytes)
    for (const { kind, at, byte: n } of list) {
      const i = Math.floor(at * result.length)
      const [before, after] = [result.subarray(0, i), result.subarray(i)]
      switch (kind) {
        case 'put':
          if (i < result.length) result[i] = n
          break
        case 'flip':
          if (i < result.length) result[i] ^= 1 << n
          break
        case 'insert':
          result = joined(before, [n], after)
          break
        case 'remove':
          result = joined(before, after.subarray(n))
          break
        case 'repeat':
          result = joined(before, after.subarray(0, n), after)
          break
        case 'cut':
          result = joined(before)
          break
        case 'fill':
          result.fill(n, i, i + 8)
      }
    }
    return result
  })

function joined(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)))
}
