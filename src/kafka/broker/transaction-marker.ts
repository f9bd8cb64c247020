/** The control batch that ends a transaction in a partition: one record that says commit or abort. */
import { crc32c } from '../records/crc32c.ts'
import {
  BATCH_ATTRIBUTES,
  BATCH_BASE_SEQUENCE,
  BATCH_BASE_TIMESTAMP,
  BATCH_COUNT,
  BATCH_CRC,
  BATCH_HEADER_SIZE,
  BATCH_LENGTH,
  BATCH_MAGIC,
  BATCH_MAX_TIMESTAMP,
  BATCH_OVERHEAD,
  BATCH_PRODUCER_EPOCH,
  BATCH_PRODUCER_ID,
  CONTROL,
  TRANSACTIONAL,
  writeInt32,
  writeInt64,
} from '../records/header.ts'

/**
 * record => length attributes timestampDelta offsetDelta keyLength key valueLength value headers, lengths zig-zag;
 * key => version:int16 type:int16 (0 abort, 1 commit), value => version:int16 coordinatorEpoch:int32
 */
const record = (committed: boolean) => [32, 0, 0, 0, 8, 0, 0, 0, committed ? 1 : 0, 12, 0, 0, 0, 0, 0, 0, 0]

/** Where the low byte of the type stands in the record. */
const MARKER_TYPE = 8

export function markerBatch(producerId: number, epoch: number, committed: boolean, now: number): Uint8Array {
  const content = record(committed)
  const batch = new Uint8Array(BATCH_HEADER_SIZE + content.length)
  writeInt32(batch, BATCH_LENGTH, batch.length - BATCH_OVERHEAD)
  batch[BATCH_MAGIC] = 2
  batch[BATCH_ATTRIBUTES + 1] = TRANSACTIONAL | CONTROL
  writeInt64(batch, BATCH_BASE_TIMESTAMP, now)
  writeInt64(batch, BATCH_MAX_TIMESTAMP, now)
  writeInt64(batch, BATCH_PRODUCER_ID, producerId)
  batch[BATCH_PRODUCER_EPOCH] = epoch >>> 8
  batch[BATCH_PRODUCER_EPOCH + 1] = epoch
  writeInt32(batch, BATCH_BASE_SEQUENCE, -1)
  writeInt32(batch, BATCH_COUNT, 1)
  batch.set(content, BATCH_HEADER_SIZE)
  writeInt32(batch, BATCH_CRC, crc32c(batch, BATCH_ATTRIBUTES, batch.length))
  return batch
}

/** Of a batch that `markerBatch` made. */
export function markerCommits(batch: Uint8Array): boolean {
  return batch[BATCH_HEADER_SIZE + MARKER_TYPE] === 1
}
