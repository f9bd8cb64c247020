/** State of one partition: rows that wait for the watermark, and where its matches stand; the timer of the key beside it. */
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, type LogicalType, notNull } from '../../types/logical-type.ts'

const RAW: LogicalType = { kind: 'RAW', nullable: true, className: 'matches' }

export function matchState(partition: readonly number[], input: Schema): Record<string, StateDeclaration> {
  return {
    partitions: {
      kind: 'table',
      key: partition.map((column) => input[column]),
      value: [
        { name: 'timer', type: notNull(BIGINT) },
        { name: 'matches', type: RAW },
      ],
      partitionColumns: partition.length,
      timeColumn: 0,
    },
  }
}
