/** GROUP BY TUMBLE/HOP/SESSION (Flink's legacy group windows). Output: grouping, aggregates, window properties. */
import type { AggregateCall } from '../aggregate-call.ts'
import type { NodeBase } from '../contract.ts'
import type { WindowSpec } from '../window.ts'

export type WindowProperty = 'start' | 'end' | 'rowtime' | 'proctime'

export interface GroupWindowAggregateNode extends NodeBase {
  readonly kind: 'group-window-aggregate'
  readonly window: WindowSpec
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly properties: readonly WindowProperty[]
  readonly inputRetracts: boolean
}
