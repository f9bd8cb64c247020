/** Metadata columns of a Kafka table: what a record has beside its value. */
import type { RecordCursor } from '../../kafka/index.ts'
import type { ColumnBuilder } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { MapValue, Value } from '../../types/value.ts'
import type { MetadataColumn } from '../contract.ts'

export const kafkaMetadata: readonly MetadataColumn[] = [
  { key: 'topic', type: t.notNull(t.STRING), writable: false, description: 'Topic of the record.' },
  { key: 'partition', type: t.notNull(t.INT), writable: false, description: 'Partition of the record.' },
  {
    key: 'headers',
    type: t.notNull(t.map(t.notNull(t.STRING), t.notNull(t.BYTES))),
    writable: true,
    description: 'Headers of the record.',
  },
  { key: 'leader-epoch', type: t.INT, writable: false, description: 'Leader epoch of the record, if known.' },
  { key: 'offset', type: t.notNull(t.BIGINT), writable: false, description: 'Offset of the record in its partition.' },
  { key: 'timestamp', type: t.notNull(t.timestampLtz(3)), writable: true, description: 'Timestamp of the record.' },
  {
    key: 'timestamp-type',
    type: t.notNull(t.STRING),
    writable: false,
    description: "'NoTimestampType', 'CreateTime' or 'LogAppendTime'.",
  },
]

/** Writes the metadata of record `i` of the cursor into row `row`. */
export type MetadataWriter = (builder: ColumnBuilder, row: number, cursor: RecordCursor, i: number) => void

export function metadataWriter(key: string, topic: string, partition: number): MetadataWriter {
  switch (key) {
    case 'topic':
      return (builder, row) => {
        builder.values[row] = topic
      }
    case 'partition':
      return (builder, row) => {
        builder.values[row] = partition
      }
    case 'offset':
      return (builder, row, cursor, i) => {
        builder.values[row] = cursor.offset[i]
      }
    case 'timestamp':
      return (builder, row, cursor, i) => {
        builder.values[row] = cursor.timestamp[i]
      }
    case 'timestamp-type':
      return (builder, row, cursor, i) => {
        builder.values[row] = cursor.logAppendTime
          ? 'LogAppendTime'
          : cursor.timestamp[i] < 0
            ? 'NoTimestampType'
            : 'CreateTime'
      }
    case 'leader-epoch':
      return (builder, row, cursor) => {
        builder.set(row, cursor.leaderEpoch < 0 ? null : cursor.leaderEpoch)
      }
    default:
      return (builder, row, cursor, i) => {
        builder.values[row] = cursor.hasHeaders(i) ? headersOf(cursor, i) : NO_HEADERS
      }
  }
}

const NO_HEADERS: MapValue = { keys: [], values: [] }

/** Of headers of one name the last counts, as in Flink. The bytes are copied: the fetched buffer must not stay for them. */
function headersOf(cursor: RecordCursor, i: number): MapValue {
  const headers = new Map<string, Value>()
  for (const { key, value } of cursor.headers(i)) headers.set(key, value === null ? null : value.slice())
  return { keys: [...headers.keys()], values: [...headers.values()] }
}
