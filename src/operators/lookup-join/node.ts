/** Asks a table for the rows that belong to each input row. Output: the input's columns, those of the table. */
import type { ProducedColumn } from '../../connectors/contract.ts'
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'
import type { PlanTable } from '../source-scan/node.ts'

export interface LookupKey {
  /** Produced column that is compared. */
  readonly column: number
  /** Over the input row: a column, a computation, a constant. */
  readonly value: Expr
}

export interface LookupJoinNode extends NodeBase {
  readonly kind: 'lookup-join'
  readonly table: PlanTable
  readonly produced: readonly ProducedColumn[]
  /** The table's columns over the produced ones. */
  readonly projections: readonly Expr[]
  readonly joinType: 'inner' | 'left'
  readonly keys: readonly LookupKey[]
  /** Further condition over the joined row. */
  readonly condition?: Expr
}
