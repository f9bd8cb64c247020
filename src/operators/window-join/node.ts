/** Join of rows that stand in the same window. Output: left columns, right columns (left only for semi and anti). */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface WindowJoinNode extends NodeBase {
  readonly kind: 'window-join'
  readonly joinType: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
  /** Without the bounds of the windows. */
  readonly leftKeys: readonly number[]
  readonly rightKeys: readonly number[]
  /** Per key: does NULL never match (`=`), or match NULL (`IS NOT DISTINCT FROM`). */
  readonly filterNulls: readonly boolean[]
  /** Columns of the windows' ends. */
  readonly leftEnd: number
  readonly rightEnd: number
  /** In which the windows are aligned. */
  readonly timeZone: string
  /** Further condition over the concatenated row (left columns first). */
  readonly condition?: Expr
}
