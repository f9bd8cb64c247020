/**
 * GROUP BY TUMBLE/HOP/SESSION (group windows).
 *
 * Input      insert-only, or retracting (a window without rows left says nothing)
 * Output     insert-only: grouping columns, aggregates, window properties, once per window and key
 * State      windows or sessions (`window-state.ts`)
 * Watermark  a window fires when it reaches end − 1, before the watermark is passed on; rows of fired windows are dropped and counted
 * Law        one-phase, as in Flink; hopping windows add up panes of gcd(size, slide), oldest first
 */
import type { Batch, Column } from '../../types/batch.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { timeColumn } from '../slot-code.ts'
import { type SlicedShape, type WindowClock, windowStart } from '../window.ts'
import { WindowSessions } from '../window-sessions.ts'
import { type Fired, WindowSlices } from '../window-slices.ts'
import type { GroupWindowAggregateNode, WindowProperty } from './node.ts'

export const groupWindowAggregateRuntime: OperatorRuntime<GroupWindowAggregateNode> = {
  kind: 'group-window-aggregate',
  create: (node, context) => new GroupWindowAggregate(node, context),
}

class GroupWindowAggregate implements Operator {
  private readonly node: GroupWindowAggregateNode
  private readonly context: OperatorContext
  private readonly windows: WindowSlices | WindowSessions

  constructor(node: GroupWindowAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const { grouping, aggregates, window, inputRetracts: retracts } = node
    const { shape } = window
    this.windows =
      shape.type === 'session'
        ? new WindowSessions(
            { grouping, aggregates, window: { ...window, shape }, retracts },
            context.inputs[0],
            context,
          )
        : new WindowSlices(
            { grouping, aggregates, window: { ...window, shape }, retracts, mergeOrder: 'oldest', twoPhase: false },
            context.inputs[0],
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
    if (this.node.window.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }

  private fire(time: number): void {
    const { node, windows } = this
    const { shape } = node.window
    windows.advance(time, (fired: Fired & { windowStart?(i: number): number }) => {
      const start = (i: number) => fired.windowStart?.(i) ?? windowStart(shape as SlicedShape, fired.windowEnd(i))
      this.context.out.emit({
        length: fired.count,
        columns: [
          ...fired.keys,
          ...fired.results,
          ...node.properties.map((property) => this.property(property, fired, start, windows.clock)),
        ],
        kinds: null,
      })
    })
  }

  private property(property: WindowProperty, fired: Fired, start: (i: number) => number, clock: WindowClock): Column {
    const { count } = fired
    switch (property) {
      case 'start':
        return timeColumn(count, start)
      case 'end':
        return timeColumn(count, (i) => fired.windowEnd(i))
      case 'rowtime':
        return timeColumn(count, (i) => clock.toInstant(fired.windowEnd(i) - 1))
      case 'proctime': {
        const now = this.context.evaluation.now()
        return timeColumn(count, () => now)
      }
    }
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
