/**
 * Reads a segment that an earlier process wrote: its batches one after the other, until one is not whole.
 *
 * Law: a batch counts when its size, format and offset fit, and (where asked) its checksum; bytes are read in windows, so that
 * a segment of any size is scanned in bounded memory.
 */
import { crc32c } from '../records/crc32c.ts'
import {
  BATCH_ATTRIBUTES,
  BATCH_BASE_OFFSET,
  BATCH_CRC,
  BATCH_HEADER_SIZE,
  BATCH_LEADER_EPOCH,
  BATCH_LENGTH,
  BATCH_MAGIC,
  BATCH_OVERHEAD,
  CONTROL,
  readInt32,
  readInt64,
} from '../records/header.ts'
import { type BatchInfo, batchInfo } from './record-batch.ts'
import type { SegmentBytes } from './segment.ts'
import { markerCommits } from './transaction-marker.ts'

export interface FoundBatch extends BatchInfo {
  readonly offset: number
  readonly leaderEpoch: number
  /** Of a marker that ends a transaction. */
  readonly committed?: boolean
}

const WINDOW = 1_048_576

/** @returns why the bytes from `position` on are no batch; undefined when all are */
export function scanSegment(
  bytes: SegmentBytes,
  baseOffset: number,
  checksums: boolean,
  found: (batch: FoundBatch) => void,
): { readonly position: number; readonly problem: string } | undefined {
  const { length } = bytes
  let window: Uint8Array = new Uint8Array()
  let start = 0
  /** A view of [at, at + size), or of less at the end. */
  const view = (at: number, size: number): Uint8Array => {
    if (at < start || at + size > start + window.length) {
      start = at
      window = bytes.view(at, Math.min(length, at + Math.max(size, WINDOW)))
    }
    return window.subarray(at - start, at - start + size)
  }
  let expected = baseOffset
  for (let position = 0; position < length; ) {
    const header = view(position, BATCH_HEADER_SIZE)
    const broken = (problem: string) => ({ position, problem })
    if (header.length < BATCH_HEADER_SIZE) return broken('the header of a batch is not whole')
    const size = readInt32(header, BATCH_LENGTH) + BATCH_OVERHEAD
    if (header[BATCH_MAGIC] !== 2 || size < BATCH_HEADER_SIZE) return broken('there is no batch')
    if (position + size > length) return broken(`a batch of ${size} bytes is not whole`)
    const offset = readInt64(header, BATCH_BASE_OFFSET)
    if (offset !== expected) return broken(`a batch of offset ${offset} where ${expected} was expected`)
    const control = (header[BATCH_ATTRIBUTES + 1] & CONTROL) !== 0
    const batch = checksums || control ? view(position, size) : header
    if (checksums && crc32c(batch, BATCH_ATTRIBUTES, size) !== readInt32(batch, BATCH_CRC) >>> 0) {
      return broken('the checksum of a batch is wrong')
    }
    const info = batchInfo(batch, size)
    found({
      ...info,
      offset,
      leaderEpoch: readInt32(batch, BATCH_LEADER_EPOCH),
      ...(control && { committed: markerCommits(batch) }),
    })
    expected += info.count
    position += size
  }
  return undefined
}
