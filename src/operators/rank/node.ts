/** ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) of which only a range of ranks is asked for (top-n, LIMIT). */
import type { NodeBase } from '../contract.ts'
import type { SortKey } from '../sort-order.ts'

export type RankRange =
  | { readonly kind: 'constant'; readonly start: number; readonly end: number }
  /** Up to the value of a column; the first row of a partition decides for it. */
  | { readonly kind: 'variable'; readonly column: number }

/**
 * How ranks are kept.
 *
 * - `first`: insert-only input in order of arrival: the first rows stay
 * - `append`: insert-only input: rows beyond the range are forgotten
 * - `update`: updates by a unique key that only move up: as `append`, rows replaced by key, no -U in the input
 * - `retract`: any changelog; all rows are kept
 */
export type RankStrategy =
  | { readonly kind: 'first' | 'append' | 'retract' }
  | { readonly kind: 'update'; readonly key: readonly number[] }

export interface RankNode extends NodeBase {
  readonly kind: 'rank'
  readonly partition: readonly number[]
  readonly order: readonly SortKey[]
  readonly range: RankRange
  readonly strategy: RankStrategy
  /** A last column of ranks (BIGINT). */
  readonly outputRank: boolean
  readonly emitUpdateBefore: boolean
}
