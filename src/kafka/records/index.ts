/** Kafka's record batches: reading in place, writing, compression, checksums. */
export { BatchWriter, type RecordHeader, stamp } from './batch-writer.ts'
export {
  type CompressionType,
  compress,
  compressionTypes,
  decompress,
  MAX_BATCH_BYTES,
} from './compression.ts'
export { crc32c } from './crc32c.ts'
export { RecordCursor } from './cursor.ts'
export { scanBatches } from './header.ts'
export { type AbortedTransaction, RecordSet, type RecordSetOptions } from './record-set.ts'
