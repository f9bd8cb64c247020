/**
 * The header of a record batch (magic 2) and its attributes.
 *
 * batch => baseOffset:int64 length:int32 leaderEpoch:int32 magic:int8 crc:uint32 attributes:int16 lastOffsetDelta:int32
 *          baseTimestamp:int64 maxTimestamp:int64 producerId:int64 producerEpoch:int16 baseSequence:int32 count:int32 record*
 *
 * `length` counts from the leader epoch on, the checksum covers everything from the attributes on.
 */
export const BATCH_BASE_OFFSET = 0
export const BATCH_LENGTH = 8
export const BATCH_LEADER_EPOCH = 12
export const BATCH_MAGIC = 16
export const BATCH_CRC = 17
export const BATCH_ATTRIBUTES = 21
export const BATCH_LAST_OFFSET_DELTA = 23
export const BATCH_BASE_TIMESTAMP = 27
export const BATCH_MAX_TIMESTAMP = 35
export const BATCH_PRODUCER_ID = 43
export const BATCH_PRODUCER_EPOCH = 51
export const BATCH_BASE_SEQUENCE = 53
export const BATCH_COUNT = 57
export const BATCH_HEADER_SIZE = 61
/** Base offset and length, which `length` itself does not count. */
export const BATCH_OVERHEAD = 12

export const COMPRESSION_MASK = 0x07
export const LOG_APPEND_TIME = 0x08
export const TRANSACTIONAL = 0x10
export const CONTROL = 0x20

export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
}

/** An int64 as a number: offsets, timestamps and producer ids stay far below 2^53. */
export function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * 4294967296 + (readInt32(bytes, at + 4) >>> 0)
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

export function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  writeInt32(bytes, at, Math.floor(value / 4294967296))
  writeInt32(bytes, at + 4, value)
}

/**
 * The offset after the last complete batch in `bytes[start, end)`, or `none` when there is no complete one; and where
 * that batch ends. A look at the batch headers only, so that the next fetch can leave before this one is decoded.
 */
export function scanBatches(bytes: Uint8Array, start: number, end: number): { nextOffset: number; end: number } {
  let at = start
  let nextOffset = -1
  while (end - at >= BATCH_HEADER_SIZE) {
    const length = readInt32(bytes, at + BATCH_LENGTH)
    if (length <= 0 || at + BATCH_OVERHEAD + length > end) break
    // Magic 0 and 1 have one record (or a compressed set, whose offset is that of its last record) per entry.
    const delta = bytes[at + BATCH_MAGIC] >= 2 ? readInt32(bytes, at + BATCH_LAST_OFFSET_DELTA) : 0
    nextOffset = readInt64(bytes, at + BATCH_BASE_OFFSET) + delta + 1
    at += BATCH_OVERHEAD + length
  }
  return { nextOffset, end: at }
}
