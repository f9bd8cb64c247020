/** The first or last row of each key by a time attribute: ROW_NUMBER() OVER (… ORDER BY time) = 1. Insert-only input. */
import type { NodeBase } from '../contract.ts'

export interface DeduplicateNode extends NodeBase {
  readonly kind: 'deduplicate'
  readonly key: readonly number[]
  readonly time: 'rowtime' | 'proctime'
  readonly timeColumn: number
  readonly keep: 'first' | 'last'
  readonly emitUpdateBefore: boolean
}
