import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, notNull } from '../../types/logical-type.ts'

const LONG = notNull(BIGINT)

/** Rows by the time at which they are due, and the time of the last rows that were emitted. */
export function temporalSortState(input: Schema): Record<string, StateDeclaration> {
  const common = { key: [{ name: 'time', type: LONG }], partitionColumns: 0 }
  return {
    times: { kind: 'table', ...common, value: [{ name: 'timer', type: LONG }], timeColumn: 0 },
    rows: { kind: 'list', ...common, value: input, table: 'times' },
    last: { kind: 'table', key: [], value: [{ name: 'time', type: BIGINT }], partitionColumns: 0 },
  }
}
