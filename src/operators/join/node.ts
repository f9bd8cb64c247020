/** Regular join of two changelogs. Output: left columns, right columns (left only for semi and anti). */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

/** What is known of a side's rows: a unique key inside or besides the join key lets its state be a table. */
export type JoinSideKey =
  | { readonly kind: 'join-key-unique' }
  | { readonly kind: 'unique'; readonly columns: readonly number[] }
  | { readonly kind: 'none' }

export interface JoinNode extends NodeBase {
  readonly kind: 'join'
  readonly joinType: JoinType
  readonly leftKeys: readonly number[]
  readonly rightKeys: readonly number[]
  /** Per key: does NULL never match (`=`), or match NULL (`IS NOT DISTINCT FROM`). */
  readonly filterNulls: readonly boolean[]
  /** Further condition over the concatenated row (left columns first). */
  readonly condition?: Expr
  readonly leftKey: JoinSideKey
  readonly rightKey: JoinSideKey
  /** STATE_TTL: per side, in ms, instead of `table.exec.state.ttl`; 0 = for ever. */
  readonly stateTtl?: { readonly left?: number; readonly right?: number }
}
