/** `agg(…) OVER (PARTITION BY … ORDER BY time …)`. Output: the input's columns, then one column per aggregate. */
import type { AggregateCall } from '../aggregate-call.ts'
import type { NodeBase } from '../contract.ts'

/** The frame ends at the current row; RANGE takes all rows of its time. */
export interface OverFrame {
  readonly unit: 'rows' | 'range'
  /** Rows in front of the current one, or milliseconds before its time; absent = all of them. */
  readonly preceding?: number
}

export interface OverWindow {
  /** Input columns. */
  readonly partition: readonly number[]
  /** What ORDER BY is: a time attribute, or the value of any column. */
  readonly time: 'rowtime' | 'proctime' | 'value'
  /** Input column of ORDER BY; absent with processing time. */
  readonly timeColumn?: number
  readonly frame: OverFrame
}

export interface OverAggregateNode extends NodeBase {
  readonly kind: 'over-aggregate'
  readonly window: OverWindow
  readonly aggregates: readonly AggregateCall[]
}
