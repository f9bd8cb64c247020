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
  /** `table.exec.mini-batch.*`: rows are taken in together, and a group emits once for all of them. */
  readonly miniBatch?: { readonly size: number; readonly latencyMs: number }
  /** True when the input has -U or -D: rows are counted, and a group without rows is deleted. */
  readonly inputRetracts: boolean
  /** STATE_TTL, in ms, instead of `table.exec.state.ttl`; 0 = for ever. */
  readonly stateTtl?: number
}
