/** Unbounded GROUP BY. Output: grouping columns, then one column per aggregate. */
import type { AggregateCall } from '../aggregate-call.ts'
import type { NodeBase } from '../contract.ts'

export interface GroupAggregateNode extends NodeBase {
  readonly kind: 'group-aggregate'
  /** Input columns of the key; none for a global aggregate. */
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  /** True when consumers need -U before +U. */
  readonly emitUpdateBefore: boolean
  /** True when the input has -U or -D: rows are counted, and a group without rows is deleted. */
  readonly inputRetracts: boolean
}
