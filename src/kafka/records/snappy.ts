/**
 * Snappy, raw blocks and the framing of the Java library (xerial) that Kafka uses.
 *
 * Law: decompress(compress(x)) = x; damaged input ends in an error, never in a read or write outside the buffers, and
 * never in more output than the bound.
 *
 * raw block   => length:uvarint element*
 * element     => literal (tag & 3 = 0) | copy with 1, 2 or 4 bytes of offset (tag & 3 = 1, 2, 3)
 * xerial      => 82 "SNAPPY" 00, version:int32, compatible:int32, (length:int32 rawBlock)*
 */
import { DamagedBlock } from './damaged.ts'

const XERIAL_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
const XERIAL_HEADER = 16
/** The block size of the Java library, so that its readers see what they are used to. */
const BLOCK = 32 * 1024
const HASH_BITS = 13
/** Bytes from which on the built-in copy is faster than a loop. */
export const LONG = 150
/** Matches are not looked for in the last bytes of a block, so that four bytes can be read at any candidate. */
const TAIL = 15

export function snappyDecompress(bytes: Uint8Array, maxSize: number): Uint8Array {
  if (!isXerial(bytes)) return decompressBlock(bytes, 0, bytes.length, maxSize)
  let total = 0
  for (let at = XERIAL_HEADER; at < bytes.length; ) {
    const length = chunkLength(bytes, at)
    total += uncompressedLength(bytes, at + 4, at + 4 + length).value
    if (total > maxSize) throw new DamagedBlock(`more than ${maxSize} bytes after decompression`)
    at += 4 + length
  }
  // Not zeroed: each block writes all that it promised, or it is an error.
  const output = Buffer.allocUnsafeSlow(total)
  let written = 0
  for (let at = XERIAL_HEADER; at < bytes.length; ) {
    const length = chunkLength(bytes, at)
    written += decodeBlock(bytes, at + 4, at + 4 + length, output, written)
    at += 4 + length
  }
  return output
}

function isXerial(bytes: Uint8Array): boolean {
  if (bytes.length < XERIAL_HEADER) return false
  for (let i = 0; i < XERIAL_MAGIC.length; i++) if (bytes[i] !== XERIAL_MAGIC[i]) return false
  return true
}

function chunkLength(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw new DamagedBlock('a chunk length is cut off')
  const length = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
  if (length <= 0 || at + 4 + length > bytes.length) throw new DamagedBlock(`chunk length ${length} does not fit`)
  return length
}

function uncompressedLength(bytes: Uint8Array, start: number, end: number): { value: number; next: number } {
  let value = 0
  let at = start
  for (let shift = 0; ; shift += 7) {
    if (at >= end || shift > 28) throw new DamagedBlock('the uncompressed length is damaged')
    const byte = bytes[at++]
    value += (byte & 127) * 2 ** shift
    if (byte < 128) return { value, next: at }
  }
}

function decompressBlock(bytes: Uint8Array, start: number, end: number, maxSize: number): Uint8Array {
  const { value } = uncompressedLength(bytes, start, end)
  if (value > maxSize) throw new DamagedBlock(`${value} bytes after decompression, the limit is ${maxSize}`)
  const output = Buffer.allocUnsafeSlow(value)
  decodeBlock(bytes, start, end, output, 0)
  return output
}

/** Decode one raw block into `output` at `from`; returns the number of bytes written. */
function decodeBlock(bytes: Uint8Array, start: number, end: number, output: Uint8Array, from: number): number {
  const { value: size, next } = uncompressedLength(bytes, start, end)
  const limit = from + size
  let at = next
  let out = from
  while (at < end) {
    const tag = bytes[at++]
    let length: number
    let offset: number
    switch (tag & 3) {
      case 0: {
        length = tag >>> 2
        if (length >= 60) {
          const extra = length - 59
          length = 0
          for (let i = 0; i < extra; i++) length += bytes[at + i] * 2 ** (8 * i)
          at += extra
        }
        length++
        if (!(at + length <= end) || out + length > limit) throw new DamagedBlock('a literal does not fit')
        if (length > LONG) {
          output.set(bytes.subarray(at, at + length), out)
          at += length
          out += length
        } else for (const stop = at + length; at < stop; ) output[out++] = bytes[at++]
        continue
      }
      case 1:
        length = ((tag >>> 2) & 7) + 4
        offset = ((tag >>> 5) << 8) | bytes[at]
        at += 1
        break
      case 2:
        length = (tag >>> 2) + 1
        offset = bytes[at] | (bytes[at + 1] << 8)
        at += 2
        break
      default:
        length = (tag >>> 2) + 1
        offset = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0
        at += 4
    }
    if (at > end || offset === 0 || offset > out - from || out + length > limit)
      throw new DamagedBlock('a copy points outside the block')
    copyWithin(output, out, offset, length)
    out += length
  }
  if (out !== limit) throw new DamagedBlock(`the block promised ${size} bytes and holds ${out - from}`)
  return size
}

/** Copy `length` bytes from `offset` back; the ranges may overlap, then the pattern repeats. */
export function copyWithin(output: Uint8Array, out: number, offset: number, length: number): void {
  if (offset >= length && length > LONG) output.copyWithin(out, out - offset, out - offset + length)
  else for (let from = out - offset, to = out, stop = out + length; to < stop; ) output[to++] = output[from++]
}

/** Compress with the xerial framing, as Kafka's Java producer does. */
export function snappyCompress(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK)
  const output = new Uint8Array(XERIAL_HEADER + blocks * (4 + maxCompressed(BLOCK)))
  output.set(XERIAL_MAGIC)
  output[11] = 1
  output[15] = 1
  let out = XERIAL_HEADER
  const heads = new Uint16Array(1 << HASH_BITS)
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const end = encodeBlock(bytes, start, Math.min(start + BLOCK, bytes.length), output, out + 4, heads)
    const length = end - out - 4
    output[out] = length >>> 24
    output[out + 1] = length >>> 16
    output[out + 2] = length >>> 8
    output[out + 3] = length
    out = end
  }
  return output.subarray(0, out)
}

function maxCompressed(size: number): number {
  return 32 + size + Math.ceil(size / 6)
}

function encodeBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  from: number,
  heads: Uint16Array,
): number {
  let out = from
  for (let rest = end - start; ; ) {
    if (rest < 128) {
      output[out++] = rest
      break
    }
    output[out++] = (rest & 127) | 128
    rest >>>= 7
  }
  heads.fill(0)
  let literal = start
  let at = start
  const last = end - TAIL
  let misses = 32
  while (at < last) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const candidate = start + heads[slot]
    heads[slot] = at - start
    if (
      candidate >= at ||
      word !==
        (bytes[candidate] | (bytes[candidate + 1] << 8) | (bytes[candidate + 2] << 16) | (bytes[candidate + 3] << 24))
    ) {
      // Incompressible data is skipped in growing steps.
      at += misses++ >>> 5
      continue
    }
    misses = 32
    out = writeLiteral(bytes, literal, at, output, out)
    let length = 4
    while (at + length < end && bytes[candidate + length] === bytes[at + length]) length++
    const offset = at - candidate
    at += length
    literal = at
    while (length > 0) {
      // 64 at a time, but never leave a rest below the 4 bytes that the short form can say.
      const part = length > 67 ? 64 : length > 64 ? 60 : length
      if (part < 12 && offset < 2048) {
        output[out++] = 1 | ((part - 4) << 2) | ((offset >>> 8) << 5)
        output[out++] = offset
      } else {
        output[out++] = 2 | ((part - 1) << 2)
        output[out++] = offset
        output[out++] = offset >>> 8
      }
      length -= part
    }
  }
  return writeLiteral(bytes, literal, end, output, out)
}

function writeLiteral(bytes: Uint8Array, start: number, end: number, output: Uint8Array, from: number): number {
  const length = end - start
  if (length === 0) return from
  let out = from
  const n = length - 1
  if (n < 60) output[out++] = n << 2
  else if (n < 256) {
    output[out++] = 60 << 2
    output[out++] = n
  } else {
    output[out++] = 61 << 2
    output[out++] = n
    output[out++] = n >>> 8
  }
  output.set(bytes.subarray(start, end), out)
  return out + length
}
