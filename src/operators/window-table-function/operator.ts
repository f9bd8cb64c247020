/**
 * TUMBLE, HOP, CUMULATE, SESSION as a table function.
 *
 * Input      insert-only
 * Output     the input's columns, window_start, window_end, window_time; a row per window that it lies in: HOP newest first,
 *            CUMULATE shortest first; SESSION the rows of a session in order of arrival, when it is over
 * State      SESSION: sessions, open (`session-tracker.ts`), rows: the rows of each session; the others none
 * Watermark  passed on, behind the sessions that it ends; only SESSION drops late rows (and counts them)
 * Law        every row stands with each window that contains its time
 */
import type { KeyedList } from '../../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gather } from '../../types/batch.ts'
import type { Counter, Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { SessionTracker } from '../session-tracker.ts'
import { timeColumn } from '../slot-code.ts'
import {
  alignedStart,
  firstWindowEnd,
  lastWindowEnd,
  type SlicedShape,
  sliceSize,
  type WindowClock,
  windowClock,
  windowInterval,
  windowStart,
} from '../window.ts'
import type { WindowTableFunctionNode } from './node.ts'

export const windowTableFunctionRuntime: OperatorRuntime<WindowTableFunctionNode> = {
  kind: 'window-table-function',
  create(node, context) {
    const { window } = node
    const { shape } = window
    return shape.type === 'session'
      ? new Sessions(
          node,
          context,
          new SessionTracker({ ...window, shape }, shape.partition, context.inputs[0], context),
        )
      : new Aligned(node, shape, context)
  },
}

class Aligned implements Operator {
  private readonly node: WindowTableFunctionNode
  private readonly shape: SlicedShape
  private readonly context: OperatorContext
  private readonly clock: WindowClock
  private readonly withoutTime: Counter

  constructor(node: WindowTableFunctionNode, shape: SlicedShape, context: OperatorContext) {
    this.node = node
    this.shape = shape
    this.context = context
    this.clock = windowClock(node.window.timeZone)
    this.withoutTime = context.counter('numNullRowTimeRecordsDropped')
  }

  onBatch(batch: Batch): void {
    const { shape, clock } = this
    const { timeColumn: column, time } = this.node.window
    const proctime = time === 'proctime'
    const { values: times, nulls } = batch.columns[column]
    const now = proctime ? this.context.evaluation.now() : 0
    const size = sliceSize(shape)
    const interval = windowInterval(shape)
    let rows = new Int32Array(batch.length)
    let ends = new Float64Array(batch.length)
    let count = 0
    const add = (row: number, end: number) => {
      if (count === rows.length) {
        const moreRows = new Int32Array(count * 2)
        moreRows.set(rows)
        rows = moreRows
        const moreEnds = new Float64Array(count * 2)
        moreEnds.set(ends)
        ends = moreEnds
      }
      rows[count] = row
      ends[count++] = end
    }
    for (let i = 0; i < batch.length; i++) {
      if (!proctime && nulls !== null && nulls[i] !== 0) {
        this.withoutTime.add(1)
        continue
      }
      const local = clock.toLocal(proctime ? now : Number(times[i]))
      const slice = alignedStart(local, shape.offset, size) + size
      const first = firstWindowEnd(shape, slice)
      const last = lastWindowEnd(shape, slice)
      if (shape.type === 'hop') for (let end = last; end >= first; end -= interval) add(i, end)
      else for (let end = first; end <= last; end += interval) add(i, end)
    }
    if (count === 0) return
    const each = shape.type === 'tumble' && count === batch.length ? batch : gather(batch, rows, count)
    this.context.out.emit({
      length: count,
      columns: [
        ...each.columns,
        ...windowColumns(
          count,
          (i) => windowStart(shape, ends[i]),
          (i) => ends[i],
          clock,
        ),
      ],
      kinds: each.kinds,
    })
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }
}

class Sessions implements Operator {
  private readonly context: OperatorContext
  private readonly tracker: SessionTracker
  private readonly byWatermark: boolean
  private readonly rows: KeyedList
  private slots = new Int32Array(0)

  constructor(node: WindowTableFunctionNode, context: OperatorContext, tracker: SessionTracker) {
    this.byWatermark = node.window.time === 'rowtime'
    this.context = context
    this.tracker = tracker
    this.rows = context.state.list('rows')
  }

  restored(watermark: number): void {
    this.tracker.restored(watermark)
  }

  onBatch(batch: Batch): void {
    const { length, kinds } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    const kindColumn: Column = timeColumn(length, (i) => (kinds === null ? 0 : kinds[i]))
    const rows = { length, columns: [...batch.columns, kindColumn] }
    const columns = rows.columns.map((_, c) => c)
    let taken = 0
    const settle = (to: number) => {
      for (; taken < to; taken++) {
        if (this.slots[taken] >= 0) this.rows.append(this.slots[taken], rows, columns, taken)
      }
    }
    this.tracker.assign(batch, this.slots, {
      created() {},
      settle,
      merge: (keep, drop) => this.rows.moveRows(drop, keep),
    })
    settle(length)
  }

  onWatermark(watermark: number): void {
    if (this.byWatermark) this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }

  private fire(time: number): void {
    const { tracker, rows } = this
    for (const slot of tracker.due(time)) {
      const count = rows.count(slot)
      const builders = this.context.inputs[0].map((field) => new ColumnBuilder(field.type, count))
      const kinds = new Uint8Array(count)
      let o = 0
      for (let row = rows.first(slot); row >= 0; row = rows.next(row), o++) {
        builders.forEach((builder, c) => {
          builder.set(o, rows.values[c].get(row))
        })
        kinds[o] = Number(rows.values[builders.length].values[row])
      }
      const [start, end] = [tracker.start(slot), tracker.end(slot)]
      tracker.close(slot)
      if (count === 0) continue
      this.context.out.emit({
        length: count,
        columns: [
          ...builders.map((builder) => builder.column()),
          ...windowColumns(
            count,
            () => start,
            () => end,
            tracker.clock,
          ),
        ],
        kinds: kinds.some((kind) => kind !== 0) ? kinds : null,
      })
    }
  }

  nextEventTime(): number {
    return this.tracker.nextEventTime()
  }
  nextProcessingTime(): number {
    return this.tracker.nextProcessingTime()
  }
  waitingFor(): string | undefined {
    return this.tracker.waitingFor()
  }
}

function windowColumns(
  count: number,
  start: (i: number) => number,
  end: (i: number) => number,
  clock: WindowClock,
): Column[] {
  return [timeColumn(count, start), timeColumn(count, end), timeColumn(count, (i) => clock.toInstant(end(i) - 1))]
}
