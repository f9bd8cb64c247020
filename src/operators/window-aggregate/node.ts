/**
 * GROUP BY window_start, window_end [, keys] over a window table function. Output: grouping, aggregates, window properties.
 */
import type { AggregateCall } from '../aggregate-call.ts'
import type { NodeBase } from '../contract.ts'
import type { WindowSpec } from '../window.ts'

export interface WindowAggregateNode extends NodeBase {
  readonly kind: 'window-aggregate'
  /**
   * `assign`: the window function is fused into this node and works on the time column; `attached`: the input has window
   * columns already (windows of windows).
   */
  readonly windowing:
    | { readonly kind: 'assign'; readonly window: WindowSpec }
    | {
        readonly kind: 'attached'
        readonly window: WindowSpec
        readonly startColumn?: number
        readonly endColumn: number
      }
  /**
   * True when every watermark of the input is tied to a row (`on-event`): Flink's first phase then hands partial sums over at
   * known points, and a DOUBLE sum has their digits. With periodic watermarks those points are chance; sums are then taken
   * in order of arrival, which gives one answer whatever the timing.
   */
  readonly partialSums: boolean
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly properties: readonly ('start' | 'end' | 'time')[]
}
