/** The version of a table at each row's event time. Output: left columns, right columns. */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface TemporalJoinNode extends NodeBase {
  readonly kind: 'temporal-join'
  readonly joinType: 'inner' | 'left'
  readonly leftKeys: readonly number[]
  readonly rightKeys: readonly number[]
  readonly filterNulls: readonly boolean[]
  /** Rowtime columns. */
  readonly leftTime: number
  readonly rightTime: number
  /** Further condition over the concatenated row (left columns first). */
  readonly condition?: Expr
}
