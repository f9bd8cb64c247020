/** Writes to a table. */
import type { ProducedColumn } from '../../connectors/contract.ts'
import type { NodeBase } from '../contract.ts'
import type { PlanTable } from '../source-scan/node.ts'

export interface SinkNode extends NodeBase {
  readonly kind: 'sink'
  readonly table: PlanTable
  /** Columns handed to the connector: physical, then writable metadata; by position equal to the input's columns. */
  readonly consumed: readonly ProducedColumn[]
  /** Columns that are NOT NULL in the table: `table.exec.sink.not-null-enforcer`. */
  readonly notNull: readonly number[]
  readonly notNullEnforcer: 'error' | 'drop'
}
