import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { compress, compressionTypes, decompress } from './compression.ts'
import { crc32c, crc32cPortable } from './crc32c.ts'
import { lz4Decompress } from './lz4.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { xxh32 } from './xxh32.ts'

const text = (value: string) => new TextEncoder().encode(value)
const codecs = compressionTypes.filter((type) => type !== 'none')

/** Random, repeating, and mixed bytes, with sizes around the codecs' block limits. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).chain((unit) =>
    fc.integer({ min: 1, max: 5000 }).map((times) => {
      const bytes = new Uint8Array(unit.length * times)
      for (let i = 0; i < times; i++) bytes.set(unit, i * unit.length)
      return bytes
    }),
  ),
  fc.tuple(fc.integer(), fc.constantFrom(32767, 32768, 32769, 65535, 65536, 65537, 200_000)).map(([seed, size]) => {
    // Runs of pseudo-random and of repeated bytes: literals and matches of all lengths.
    const bytes = new Uint8Array(size)
    let state = seed | 1
    for (let i = 0; i < size; ) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      const run = ((state >>> 8) & 511) + 1
      const repeat = state < 0
      for (let k = 0; k < run && i < size; k++, i++) {
        if (!repeat || i < 16) state = (Math.imul(state, 1664525) + 1013904223) | 0
        bytes[i] = repeat && i >= 16 ? bytes[i - 16] : state >>> 24
      }
    }
    return bytes
  }),
)

describe('compression of record batches', () => {
  for (const type of codecs) {
    it(`${type}: decompressing gives the compressed bytes back`, () => {
      fc.assert(
        fc.property(contents, (bytes) => {
          const code = compressionTypes.indexOf(type)
          assert.deepEqual(Buffer.from(decompress(code, compress(type, bytes), 'here')), Buffer.from(bytes))
        }),
        { numRuns: 60 },
      )
    })

    it(`${type}: damaged input is an error or other bytes, never a crash`, () => {
      const code = compressionTypes.indexOf(type)
      fc.assert(
        fc.property(contents, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (bytes, where, flip, cut) => {
          const packed = Uint8Array.from(compress(type, bytes))
          if (packed.length === 0) return
          const at = where % packed.length
          packed[at] ^= flip
          try {
            decompress(code, cut ? packed.subarray(0, at) : packed, 'here', 1 << 20)
          } catch (error) {
            assert.ok(isRivuletError(error), String(error))
            assert.equal(error.code, 'KAFKA_BAD_COMPRESSION')
          }
        }),
        { numRuns: 150 },
      )
    })

    it(`${type}: more output than the bound is an error that names the place`, () => {
      const bomb = compress(type, new Uint8Array(3_000_000))
      assert.throws(
        () => decompress(compressionTypes.indexOf(type), bomb, "topic 't', partition 3, offset 7", 1_000_000),
        (error: Error) => error.message.includes("topic 't', partition 3, offset 7"),
      )
    })
  }

  it('shrinks what repeats', () => {
    const events = text('{"createTime": "2020-09-02 10:13:35", "orderId": 1599012815}'.repeat(500))
    for (const type of codecs) assert.ok(compress(type, events).length < events.length / 5, type)
  })

  it('reads snappy blocks without the framing of the Java library', () => {
    const bytes = text('abcabcabcabcabcabcabcabcabcabc, and so on, and so on')
    // One block is what stands behind the 16 bytes of the framing and the 4 of its length.
    const raw = snappyCompress(bytes).subarray(20)
    assert.ok(raw.length < bytes.length)
    assert.deepEqual(Buffer.from(snappyDecompress(raw, 1000)), Buffer.from(bytes))
    // From the format's description: length 11, one literal of 11 bytes.
    const literal = Uint8Array.from([11, 10 << 2, ...text('hello world')])
    assert.equal(Buffer.from(snappyDecompress(literal, 1000)).toString(), 'hello world')
    // "a" and then a copy of 9 from offset 1.
    assert.equal(
      Buffer.from(snappyDecompress(Uint8Array.from([10, 0, 97, 1 | (5 << 2), 1]), 1000)).toString(),
      'aaaaaaaaaa',
    )
  })

  it('reads linked LZ4 blocks, stored blocks, sizes, checksums and several frames', () => {
    const header = [0x04, 0x22, 0x4d, 0x18]
    const word = (value: number) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]
    const descriptor = [0x40 | 0x08 | 0x10 | 0x04, 0x40, 10, 0, 0, 0, 0, 0, 0, 0]
    const check = (xxh32(Uint8Array.from(descriptor), 0, descriptor.length) >>> 8) & 255
    const stored = [...text('abcd')]
    // A second block: no literals, match of 6 at offset 4 — legal only because blocks are linked.
    const match = [0x02, 4, 0]
    const content = text('abcdabcdab')
    const frame = [
      ...header,
      ...descriptor,
      check,
      ...word(stored.length | 0x80000000),
      ...stored,
      ...word(xxh32(Uint8Array.from(stored), 0, stored.length)),
      ...word(match.length),
      ...match,
      ...word(xxh32(Uint8Array.from(match), 0, match.length)),
      ...word(0),
      ...word(xxh32(content, 0, content.length)),
    ]
    const skippable = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]
    const twice = Uint8Array.from([...frame, ...skippable, ...frame])
    assert.equal(Buffer.from(lz4Decompress(twice, 1000)).toString(), 'abcdabcdababcdabcdab')
  })
})

/** The definition, bit by bit. */
function bitwise(bytes: Uint8Array, start: number): number {
  let crc = -1
  for (let i = start; i < bytes.length; i++) {
    crc ^= bytes[i]
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

describe('checksums', () => {
  it('CRC-32C has its published check value and does not depend on the implementation', () => {
    assert.equal(crc32cPortable(text('123456789'), 0, 9), 0xe3069283)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(50), (bytes, start) => {
        const from = Math.min(start, bytes.length)
        assert.equal(crc32c(bytes, from), crc32cPortable(bytes, from, bytes.length))
        assert.equal(crc32cPortable(bytes, from, bytes.length), bitwise(bytes, from))
      }),
    )
  })

  it('xxHash32 has its published values', () => {
    assert.equal(xxh32(text(''), 0, 0), 0x02cc5d05)
    assert.equal(xxh32(text('a'), 0, 1), 0x550d7456)
    assert.equal(xxh32(text('Nobody inspects the spammish repetition'), 0, 39), 0xe2293b2f)
  })
})
