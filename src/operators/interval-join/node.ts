/** Join of rows whose times lie near each other. Output: left columns, right columns. */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface IntervalJoinNode extends NodeBase {
  readonly kind: 'interval-join'
  readonly joinType: 'inner' | 'left' | 'right' | 'full'
  readonly leftKeys: readonly number[]
  readonly rightKeys: readonly number[]
  /** Per key: does NULL never match (`=`), or match NULL (`IS NOT DISTINCT FROM`). */
  readonly filterNulls: readonly boolean[]
  readonly time: 'rowtime' | 'proctime'
  readonly leftTime: number
  readonly rightTime: number
  /** lower ≤ left time − right time ≤ upper, in milliseconds. */
  readonly lower: number
  readonly upper: number
  /** `table.exec.interval-join.min-cleanup-interval`: rows stay that much longer. */
  readonly minCleanUpMs: number
  /** Further condition over the concatenated row (left columns first). */
  readonly condition?: Expr
}
