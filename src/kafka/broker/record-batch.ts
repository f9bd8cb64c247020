/**
 * What a broker looks at in a record batch before it is stored.
 *
 * Law: a batch that is stored has the size that it says, the right checksum, magic 2 and one record per offset from 0 to
 * the last delta. The records of compressed batches are not unpacked; the checksum covers them.
 */
import { ErrorCodes } from '../protocol/index.ts'
import { crc32c } from '../records/crc32c.ts'
import {
  BATCH_ATTRIBUTES,
  BATCH_BASE_SEQUENCE,
  BATCH_BASE_TIMESTAMP,
  BATCH_COUNT,
  BATCH_CRC,
  BATCH_HEADER_SIZE,
  BATCH_LAST_OFFSET_DELTA,
  BATCH_LENGTH,
  BATCH_MAGIC,
  BATCH_MAX_TIMESTAMP,
  BATCH_OVERHEAD,
  BATCH_PRODUCER_EPOCH,
  BATCH_PRODUCER_ID,
  COMPRESSION_MASK,
  CONTROL,
  readInt32,
  readInt64,
  TRANSACTIONAL,
} from '../records/header.ts'

export interface BatchInfo {
  readonly size: number
  readonly count: number
  readonly maxTimestamp: number
  /** −1 without idempotence. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
}

export interface Refusal {
  readonly error: number
  readonly message: string
}

const refuse = (error: number, message: string): Refusal => ({ error, message })

/** The batch that `bytes` is, or why a broker does not take it. */
export function inspectBatch(bytes: Uint8Array, maxSize: number): BatchInfo | Refusal {
  if (bytes.length < BATCH_HEADER_SIZE) {
    return refuse(ErrorCodes.CORRUPT_MESSAGE, `a record batch of ${bytes.length} bytes, its header alone has 61`)
  }
  const magic = bytes[BATCH_MAGIC]
  if (magic !== 2) return refuse(ErrorCodes.INVALID_RECORD, `message format ${magic}, expected 2`)
  const size = readInt32(bytes, BATCH_LENGTH) + BATCH_OVERHEAD
  if (size < BATCH_HEADER_SIZE) return refuse(ErrorCodes.CORRUPT_MESSAGE, `a record batch that claims ${size} bytes`)
  if (size > bytes.length) {
    return refuse(ErrorCodes.INVALID_RECORD, `a record batch that claims ${size} bytes and has ${bytes.length}`)
  }
  if (size !== bytes.length) return refuse(ErrorCodes.INVALID_RECORD, 'more than one record batch for a partition')
  if (size > maxSize) return refuse(ErrorCodes.MESSAGE_TOO_LARGE, `a record batch of ${size} bytes, at most ${maxSize}`)
  if (crc32c(bytes, BATCH_ATTRIBUTES, size) !== readInt32(bytes, BATCH_CRC) >>> 0) {
    return refuse(ErrorCodes.CORRUPT_MESSAGE, 'the checksum of the record batch is wrong')
  }
  const attributes = (bytes[BATCH_ATTRIBUTES] << 8) | bytes[BATCH_ATTRIBUTES + 1]
  if ((attributes & CONTROL) !== 0) return refuse(ErrorCodes.INVALID_RECORD, 'clients may not write control batches')
  const count = readInt32(bytes, BATCH_COUNT)
  if (count <= 0 || readInt32(bytes, BATCH_LAST_OFFSET_DELTA) !== count - 1) {
    return refuse(ErrorCodes.INVALID_RECORD, `${count} records that do not match the last offset delta`)
  }
  const compression = attributes & COMPRESSION_MASK
  if (compression > 4) return refuse(ErrorCodes.UNSUPPORTED_COMPRESSION_TYPE, `compression ${compression}`)
  if (compression === 0 && !recordsFill(bytes, count)) {
    return refuse(ErrorCodes.INVALID_RECORD, `the records do not fill the batch of ${size} bytes exactly`)
  }
  return batchInfo(bytes, size)
}

/** What the header says. */
export function batchInfo(bytes: Uint8Array, size: number): BatchInfo {
  return {
    size,
    count: readInt32(bytes, BATCH_COUNT),
    maxTimestamp: readInt64(bytes, BATCH_MAX_TIMESTAMP),
    producerId: readInt64(bytes, BATCH_PRODUCER_ID),
    producerEpoch: (((bytes[BATCH_PRODUCER_EPOCH] << 8) | bytes[BATCH_PRODUCER_EPOCH + 1]) << 16) >> 16,
    baseSequence: readInt32(bytes, BATCH_BASE_SEQUENCE),
    transactional: (bytes[BATCH_ATTRIBUTES + 1] & TRANSACTIONAL) !== 0,
  }
}

function recordsFill(bytes: Uint8Array, count: number): boolean {
  const cursor = { bytes, position: BATCH_HEADER_SIZE }
  for (let index = 0; index < count; index++) {
    const length = zigzag(cursor)
    if (length <= 0) return false
    cursor.position += length
    if (cursor.position > bytes.length) return false
  }
  return cursor.position === bytes.length
}

interface Cursor {
  readonly bytes: Uint8Array
  position: number
}

/** A zig-zag variable-length integer as a number; −1 where the bytes end. */
function zigzag(cursor: Cursor): number {
  let value = 0
  for (let scale = 1; cursor.position < cursor.bytes.length; scale *= 128) {
    const byte = cursor.bytes[cursor.position++]
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  return -1
}

/**
 * The first record of a stored batch at or after a time, by offset from the batch's first.
 * @param records the records of the batch, unpacked
 */
export function firstRecordAt(
  batch: Uint8Array,
  records: Uint8Array,
  timestamp: number,
): { readonly delta: number; readonly timestamp: number } | undefined {
  const base = readInt64(batch, BATCH_BASE_TIMESTAMP)
  const cursor = { bytes: records, position: 0 }
  while (cursor.position < records.length) {
    const length = zigzag(cursor)
    if (length <= 0) return undefined
    const next = cursor.position + length
    cursor.position++ // attributes of the record
    const at = base + zigzag(cursor)
    const delta = zigzag(cursor)
    if (at >= timestamp) return { delta, timestamp: at }
    cursor.position = next
  }
  return undefined
}
