/** The first ranks of each window: ROW_NUMBER() OVER (PARTITION BY window_start, window_end … ORDER BY …). Insert-only. */
import type { NodeBase } from '../contract.ts'
import type { SortKey } from '../sort-order.ts'

export interface WindowRankNode extends NodeBase {
  readonly kind: 'window-rank'
  /** Keys besides the window's bounds; of sessions, the start too. */
  readonly partition: readonly number[]
  readonly endColumn: number
  readonly time: 'rowtime' | 'proctime'
  readonly timeZone: string
  readonly order: readonly SortKey[]
  readonly start: number
  readonly end: number
  /** Of equal rows the last one is the first: deduplication that keeps the last row. */
  readonly latestFirst: boolean
  readonly outputRank: boolean
}
