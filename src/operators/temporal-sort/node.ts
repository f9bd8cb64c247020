/** ORDER BY a time attribute, ascending, and then by other columns. Insert-only input. */
import type { NodeBase } from '../contract.ts'
import type { SortKey } from '../sort-order.ts'

export interface TemporalSortNode extends NodeBase {
  readonly kind: 'temporal-sort'
  readonly time: 'rowtime' | 'proctime'
  readonly timeColumn: number
  /** Keys behind the time. */
  readonly order: readonly SortKey[]
}
