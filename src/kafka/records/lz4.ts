/**
 * LZ4 frames, as Kafka uses them.
 *
 * Law: decompress(compress(x)) = x; what is written is what Kafka's Java reader demands (independent blocks of at most
 * 64 KiB, a header checksum, no content checksum); what is read may also have linked blocks, sizes, checksums and several
 * frames. Damaged input ends in an error, never outside the buffers, never beyond the bound.
 *
 * frame => magic:04224d18 FLG BD [contentSize:8] [dictionaryId:4] HC block* 00000000 [contentChecksum:4]
 * block => size:int32 LE (top bit = stored) data [blockChecksum:4]
 */
import { DamagedBlock } from './damaged.ts'
import { copyWithin, LONG } from './snappy.ts'
import { xxh32 } from './xxh32.ts'

const MAGIC = 0x184d2204
const BLOCK = 64 * 1024
const HASH_BITS = 14
/** The format ends every block with at least 5 literals and starts no match in its last 12 bytes. */
const LAST_LITERALS = 5
const MATCH_LIMIT = 12

export function lz4Decompress(bytes: Uint8Array, maxSize: number): Uint8Array {
  // Not zeroed: only what was written is given out. Room for one block, so that small batches never grow it.
  let output: Uint8Array = Buffer.allocUnsafeSlow(Math.min(maxSize, Math.max(BLOCK, bytes.length * 4)))
  let out = 0
  let at = 0

  function reserve(size: number): void {
    if (out + size <= output.length) return
    if (out + size > maxSize) throw new DamagedBlock(`more than ${maxSize} bytes after decompression`)
    const grown = Buffer.allocUnsafeSlow(Math.min(maxSize, Math.max(output.length * 2, out + size)))
    grown.set(output.subarray(0, out))
    output = grown
  }

  while (at < bytes.length) {
    const magic = u32(bytes, at)
    at += 4
    if ((magic & ~0xf) >>> 0 === 0x184d2a50) {
      at += 4 + u32(bytes, at)
      continue
    }
    if (magic !== MAGIC) throw new DamagedBlock(`no LZ4 frame at byte ${at - 4}`)
    const descriptor = at
    const flags = bytes[at]
    if (flags >>> 6 !== 1) throw new DamagedBlock(`LZ4 frame version ${flags >>> 6}`)
    const linked = (flags & 0x20) === 0
    const blockChecksums = (flags & 0x10) !== 0
    const contentChecksum = (flags & 0x04) !== 0
    const sizeCode = (bytes[at + 1] >>> 4) & 7
    if (sizeCode < 4) throw new DamagedBlock(`LZ4 block size code ${sizeCode}`)
    const maxBlock = 1 << (8 + 2 * sizeCode)
    at += 2 + (flags & 0x08 ? 8 : 0)
    if (flags & 0x01) throw new DamagedBlock('LZ4 dictionaries are not used by Kafka')
    if (at >= bytes.length) throw new DamagedBlock('the LZ4 frame header is cut off')
    // Kafka's oldest producers computed the header checksum over the magic as well; both are accepted.
    const checksum = (xxh32(bytes, descriptor, at) >>> 8) & 255
    const oldChecksum = (xxh32(bytes, descriptor - 4, at) >>> 8) & 255
    if (bytes[at] !== checksum && bytes[at] !== oldChecksum) throw new DamagedBlock('LZ4 frame header checksum')
    at++
    const frameStart = out
    for (;;) {
      const word = u32(bytes, at)
      at += 4
      if (word === 0) break
      const size = word & 0x7fffffff
      if (at + size > bytes.length) throw new DamagedBlock('an LZ4 block is cut off')
      if (blockChecksums && xxh32(bytes, at, at + size) !== u32(bytes, at + size))
        throw new DamagedBlock('LZ4 block checksum')
      if (word >>> 31 === 1) {
        reserve(size)
        output.set(bytes.subarray(at, at + size), out)
        out += size
      } else {
        // The bound holds for what the block really gives, not for the largest block that the frame allows.
        reserve(Math.min(maxBlock, maxSize - out))
        const limit = Math.min(output.length, out + maxBlock)
        out = decodeBlock(bytes, at, at + size, output, out, linked ? frameStart : out, limit)
      }
      at += size + (blockChecksums ? 4 : 0)
    }
    if (contentChecksum) {
      if (xxh32(output, frameStart, out) !== u32(bytes, at)) throw new DamagedBlock('LZ4 content checksum')
      at += 4
    }
  }
  return output.subarray(0, out)
}

function u32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new DamagedBlock('the LZ4 frame is cut off')
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
}

function decodeBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  from: number,
  floor: number,
  limit: number,
): number {
  let at = start
  let out = from
  while (at < end) {
    const token = bytes[at++]
    let literals = token >>> 4
    if (literals === 15) {
      let more: number
      do {
        if (at >= end) throw new DamagedBlock('an LZ4 length is cut off')
        more = bytes[at++]
        literals += more
      } while (more === 255)
    }
    if (at + literals > end || out + literals > limit) throw new DamagedBlock('LZ4 literals do not fit')
    if (literals > LONG) {
      output.set(bytes.subarray(at, at + literals), out)
      at += literals
      out += literals
    } else for (const stop = at + literals; at < stop; ) output[out++] = bytes[at++]
    if (at === end) return out
    if (at + 2 > end) throw new DamagedBlock('an LZ4 offset is cut off')
    const offset = bytes[at] | (bytes[at + 1] << 8)
    at += 2
    let length = (token & 15) + 4
    if (length === 19) {
      let more: number
      do {
        if (at >= end) throw new DamagedBlock('an LZ4 length is cut off')
        more = bytes[at++]
        length += more
      } while (more === 255)
    }
    if (offset === 0 || offset > out - floor || out + length > limit)
      throw new DamagedBlock('an LZ4 match points outside the block')
    copyWithin(output, out, offset, length)
    out += length
  }
  return out
}

export function lz4Compress(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK)
  const output = new Uint8Array(16 + blocks * 32 + bytes.length + Math.ceil(bytes.length / 255))
  put32(output, 0, MAGIC)
  output[4] = 0x60
  output[5] = 0x40
  output[6] = (xxh32(output, 4, 6) >>> 8) & 255
  let out = 7
  const heads = new Uint16Array(1 << HASH_BITS)
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const end = Math.min(start + BLOCK, bytes.length)
    const done = encodeBlock(bytes, start, end, output, out + 4, heads)
    let size = done - out - 4
    if (size >= end - start) {
      size = end - start
      output.set(bytes.subarray(start, end), out + 4)
      put32(output, out, size | 0x80000000)
    } else put32(output, out, size)
    out += 4 + size
  }
  put32(output, out, 0)
  return output.subarray(0, out + 4)
}

function put32(output: Uint8Array, at: number, value: number): void {
  output[at] = value
  output[at + 1] = value >>> 8
  output[at + 2] = value >>> 16
  output[at + 3] = value >>> 24
}

function encodeBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  from: number,
  heads: Uint16Array,
): number {
  heads.fill(0)
  let out = from
  let literal = start
  let at = start
  const last = end - MATCH_LIMIT
  let misses = 64
  while (at < last) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS)
    const candidate = start + heads[slot]
    heads[slot] = at - start
    if (
      candidate >= at ||
      word !==
        (bytes[candidate] | (bytes[candidate + 1] << 8) | (bytes[candidate + 2] << 16) | (bytes[candidate + 3] << 24))
    ) {
      at += misses++ >>> 6
      continue
    }
    misses = 64
    let length = 4
    while (at + length < end - LAST_LITERALS && bytes[candidate + length] === bytes[at + length]) length++
    out = writeSequence(bytes, literal, at, output, out, length - 4)
    const offset = at - candidate
    output[out++] = offset
    output[out++] = offset >>> 8
    out = writeLength(output, out, length - 4)
    at += length
    literal = at
  }
  return writeSequence(bytes, literal, end, output, out, 0)
}

/** The token, the length and bytes of the literals; the match's offset and further length follow. */
function writeSequence(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  from: number,
  match: number,
): number {
  const literals = end - start
  output[from] = (Math.min(literals, 15) << 4) | Math.min(match, 15)
  const out = writeLength(output, from + 1, literals)
  output.set(bytes.subarray(start, end), out)
  return out + literals
}

function writeLength(output: Uint8Array, from: number, length: number): number {
  let out = from
  if (length < 15) return out
  let rest = length - 15
  for (; rest >= 255; rest -= 255) output[out++] = 255
  output[out++] = rest
  return out
}
