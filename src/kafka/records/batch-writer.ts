/**
 * Writes one record batch (magic 2) for the producer.
 *
 * Law: what `finish` returns is read back by `RecordSet` as the appended records, in order, with offset deltas 0 … n−1.
 * Records go straight into one growing buffer; appending creates no object. A finished batch can be given another
 * producer id, epoch and sequence (`stamp`) without building it again.
 */
import { type CompressionType, compress, compressionTypes } from './compression.ts'
import { crc32c } from './crc32c.ts'
import * as h from './header.ts'

export interface RecordHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Most bytes that a record takes beside key, value and headers: attributes and five varints. */
export const RECORD_OVERHEAD = 36

const encoder = new TextEncoder()

export class BatchWriter {
  #bytes: Uint8Array
  #length = h.BATCH_HEADER_SIZE
  #count = 0
  #firstTimestamp = 0
  #maxTimestamp = -1

  constructor(capacity = 16 * 1024) {
    this.#bytes = new Uint8Array(Math.max(capacity, h.BATCH_HEADER_SIZE + RECORD_OVERHEAD))
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of the batch so far, uncompressed, header included. */
  get size(): number {
    return this.#length
  }

  /** Begin a new batch in the same buffer; bytes given out by `finish` are overwritten. */
  reset(): void {
    this.#length = h.BATCH_HEADER_SIZE
    this.#count = 0
    this.#firstTimestamp = 0
    this.#maxTimestamp = -1
  }

  /** The size that the batch would have with one more record of these lengths, rounded up by some bytes. */
  sizeWith(keyLength: number, valueLength: number, headers: readonly RecordHeader[] | null): number {
    return this.#length + RECORD_OVERHEAD + keyLength + valueLength + headersBound(headers)
  }

  /**
   * @param timestamp milliseconds since the epoch
   * @param key null for no key; the record's key is `key[keyStart, keyEnd)`
   * @param value null for a tombstone
   */
  append(
    timestamp: number,
    key: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array | null,
    valueStart: number,
    valueEnd: number,
    headers: readonly RecordHeader[] | null = null,
  ): void {
    if (this.#count === 0) this.#firstTimestamp = timestamp
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const timestampDelta = timestamp - this.#firstTimestamp
    const keyLength = key === null ? -1 : keyEnd - keyStart
    const valueLength = value === null ? -1 : valueEnd - valueStart
    const encoded = headers === null || headers.length === 0 ? null : encodeHeaders(headers)
    const bodyLength =
      1 +
      varlongSize(timestampDelta) +
      varintSize(this.#count) +
      varintSize(keyLength) +
      Math.max(keyLength, 0) +
      varintSize(valueLength) +
      Math.max(valueLength, 0) +
      (encoded === null ? 1 : encoded.length)
    const needed = this.#length + 5 + bodyLength
    if (needed > this.#bytes.length) this.#grow(needed)
    const bytes = this.#bytes
    let at = writeVarint(bytes, this.#length, bodyLength)
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, this.#count)
    at = writeVarint(bytes, at, keyLength)
    if (key !== null) at = copy(bytes, at, key, keyStart, keyEnd)
    at = writeVarint(bytes, at, valueLength)
    if (value !== null) at = copy(bytes, at, value, valueStart, valueEnd)
    if (encoded === null) bytes[at++] = 0
    else {
      bytes.set(encoded, at)
      at += encoded.length
    }
    this.#length = at
    this.#count++
  }

  /**
   * The batch as bytes, to be completed by `stamp`; they are a view of the writer's buffer when nothing is compressed.
   * @param level the codec's own compression level
   */
  finish(compression: CompressionType, level?: number): Uint8Array {
    let batch = this.#bytes.subarray(0, this.#length)
    if (compression !== 'none') {
      const records = compress(compression, batch.subarray(h.BATCH_HEADER_SIZE), level)
      const smaller = new Uint8Array(h.BATCH_HEADER_SIZE + records.length)
      smaller.set(records, h.BATCH_HEADER_SIZE)
      batch = smaller
    }
    h.writeInt64(batch, h.BATCH_BASE_OFFSET, 0)
    h.writeInt32(batch, h.BATCH_LENGTH, batch.length - h.BATCH_OVERHEAD)
    h.writeInt32(batch, h.BATCH_LEADER_EPOCH, -1)
    batch[h.BATCH_MAGIC] = 2
    batch[h.BATCH_ATTRIBUTES] = 0
    batch[h.BATCH_ATTRIBUTES + 1] = compressionTypes.indexOf(compression)
    h.writeInt32(batch, h.BATCH_LAST_OFFSET_DELTA, this.#count - 1)
    h.writeInt64(batch, h.BATCH_BASE_TIMESTAMP, this.#firstTimestamp)
    h.writeInt64(batch, h.BATCH_MAX_TIMESTAMP, this.#maxTimestamp)
    h.writeInt32(batch, h.BATCH_COUNT, this.#count)
    return batch
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** Set who produced a finished batch, and the checksum over all. −1, −1, −1 for a producer without idempotence. */
export function stamp(
  batch: Uint8Array,
  producerId: number,
  producerEpoch: number,
  baseSequence: number,
  transactional: boolean,
): void {
  const low = batch[h.BATCH_ATTRIBUTES + 1]
  batch[h.BATCH_ATTRIBUTES + 1] = transactional ? low | h.TRANSACTIONAL : low & ~h.TRANSACTIONAL
  h.writeInt64(batch, h.BATCH_PRODUCER_ID, producerId)
  batch[h.BATCH_PRODUCER_EPOCH] = producerEpoch >>> 8
  batch[h.BATCH_PRODUCER_EPOCH + 1] = producerEpoch
  h.writeInt32(batch, h.BATCH_BASE_SEQUENCE, baseSequence)
  h.writeInt32(batch, h.BATCH_CRC, crc32c(batch, h.BATCH_ATTRIBUTES, batch.length))
}

function copy(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
  const length = end - start
  // Below this the call and the view cost more than the loop.
  if (length < 64) for (let i = 0; i < length; i++) target[at + i] = source[start + i]
  else target.set(start === 0 && end === source.length ? source : source.subarray(start, end), at)
  return at + length
}

function headersBound(headers: readonly RecordHeader[] | null): number {
  let size = 0
  if (headers !== null) for (const { key, value } of headers) size += 10 + key.length * 3 + (value?.length ?? 0)
  return size
}

function encodeHeaders(headers: readonly RecordHeader[]): Uint8Array {
  const bytes = new Uint8Array(5 + headersBound(headers))
  let at = writeVarint(bytes, 0, headers.length)
  for (const { key, value } of headers) {
    const name = encoder.encode(key)
    at = writeVarint(bytes, at, name.length)
    bytes.set(name, at)
    at = writeVarint(bytes, at + name.length, value === null ? -1 : value.length)
    if (value !== null) {
      bytes.set(value, at)
      at += value.length
    }
  }
  return bytes.subarray(0, at)
}

function varintSize(value: number): number {
  const raw = ((value << 1) ^ (value >> 31)) >>> 0
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x200000 ? 3 : raw < 0x10000000 ? 4 : 5
}

function writeVarint(bytes: Uint8Array, from: number, value: number): number {
  let raw = ((value << 1) ^ (value >> 31)) >>> 0
  let at = from
  while (raw > 127) {
    bytes[at++] = (raw & 127) | 128
    raw >>>= 7
  }
  bytes[at++] = raw
  return at
}

function varlongSize(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return varintSize(value)
  let raw = value >= 0 ? value * 2 : -value * 2 - 1
  let size = 1
  for (; raw >= 128; raw = Math.floor(raw / 128)) size++
  return size
}

function writeVarlong(bytes: Uint8Array, from: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(bytes, from, value)
  let raw = value >= 0 ? value * 2 : -value * 2 - 1
  let at = from
  for (; raw >= 128; raw = Math.floor(raw / 128)) bytes[at++] = (raw % 128) | 128
  bytes[at++] = raw
  return at
}
