/**
 * GROUP BY window_start, window_end [, keys] over a window table function.
 *
 * Input      insert-only; with or without window columns of its own (`attached`)
 * Output     insert-only: grouping columns, aggregates, window properties, once per window and key
 * State      windows or sessions (`window-state.ts`)
 * Watermark  a window fires when it reaches end − 1, before the watermark is passed on; rows of fired windows are dropped and counted
 * Law        sums are those of Flink's local and global aggregate; hopping windows add up slices, newest first
 */
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { Batch, Column } from '../../types/batch.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { timeColumn } from '../slot-code.ts'
import { type SlicedShape, windowStart } from '../window.ts'
import { WindowSessions } from '../window-sessions.ts'
import { type Fired, WindowSlices } from '../window-slices.ts'
import type { WindowAggregateNode } from './node.ts'
import { isTwoPhase, stateGrouping } from './state.ts'

export const windowAggregateRuntime: OperatorRuntime<WindowAggregateNode> = {
  kind: 'window-aggregate',
  create: (node, context) => new WindowAggregate(node, context),
}

class WindowAggregate implements Operator {
  private readonly node: WindowAggregateNode
  private readonly context: OperatorContext
  private readonly windows: WindowSlices | WindowSessions

  constructor(node: WindowAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const { windowing, aggregates } = node
    const { window } = windowing
    const { shape } = window
    const [input] = context.inputs
    if (windowing.kind === 'assign' && shape.type === 'session') {
      const { grouping } = node
      this.windows = new WindowSessions(
        { grouping, aggregates, window: { ...window, shape }, retracts: false },
        input,
        context,
      )
      return
    }
    // An attached session is a window like any other: its end is its slice.
    const sliced: SlicedShape = shape.type === 'session' ? { type: 'tumble', size: 1, offset: 0 } : shape
    this.windows = new WindowSlices(
      {
        grouping: stateGrouping(node),
        aggregates,
        window: { ...window, shape: sliced },
        endColumn: windowing.kind === 'attached' ? windowing.endColumn : undefined,
        retracts: false,
        mergeOrder: 'newest',
        twoPhase: isTwoPhase(node, context.aggregates ?? builtInAggregates),
      },
      input,
      context,
    )
  }

  restored(watermark: number): void {
    this.windows.restored(watermark)
  }

  onBatch(batch: Batch): void {
    this.windows.add(batch)
  }

  onWatermark(watermark: number): void {
    if (this.node.windowing.window.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }

  private fire(time: number): void {
    const { node, windows } = this
    const { grouping, properties, windowing } = node
    windows.advance(time, (fired: Fired & { windowStart?(i: number): number }) => {
      const { count } = fired
      const { shape } = windowing.window
      const attachedStart = fired.keys[grouping.length]?.values
      const start = (i: number) => {
        if (fired.windowStart !== undefined) return fired.windowStart(i)
        return shape.type === 'session' ? Number(attachedStart[i]) : windowStart(shape, fired.windowEnd(i))
      }
      const property = (name: (typeof properties)[number]): Column => {
        switch (name) {
          case 'start':
            return timeColumn(count, start)
          case 'end':
            return timeColumn(count, (i) => fired.windowEnd(i))
          case 'time':
            return timeColumn(count, (i) => windows.clock.toInstant(fired.windowEnd(i) - 1))
        }
      }
      this.context.out.emit({
        length: count,
        columns: [...fired.keys.slice(0, grouping.length), ...fired.results, ...properties.map(property)],
        kinds: null,
      })
    })
  }

  nextEventTime(): number {
    return this.windows.nextEventTime()
  }
  nextProcessingTime(): number {
    return this.windows.nextProcessingTime()
  }
  waitingFor(): string | undefined {
    return this.windows.waitingFor()
  }
}
