/**
 * `agg(…) OVER (PARTITION BY … ORDER BY time …)`.
 *
 * Input      insert-only
 * Output     insert-only: the input's columns, then one column per aggregate; in event time in the order of time
 * State      groups, view0 …; times and pending of rows that wait; frame of rows that leave bounded frames (`state.ts`)
 * Watermark  fires all rows up to it, then is passed on. Late, dropped and counted are rows that the watermark has passed
 *            (unbounded frames), or that are not behind the last row that fired for their key (bounded frames)
 * Laws       ROWS takes rows one by one, RANGE those of one time together. A bounded RANGE forgets a key when no row came for
 *            1.5 times its length, and until then counts such an intended forgetting as fired: both as in Flink.
 */
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gather, gatherColumn } from '../../types/batch.ts'
import { AggregateCode, ViewRows } from '../aggregate-code.ts'
import { aggregateLayout } from '../aggregate-layout.ts'
import { type Counter, MIN_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { LateRows } from '../late-rows.ts'
import { keyColumns, timeColumn } from '../slot-code.ts'
import { generate, type Run } from './code.ts'
import { type ForgetTimes, Frame, type Steps } from './frame.ts'
import type { OverAggregateNode } from './node.ts'
import { LEADING, waits } from './state.ts'
import { OverValues } from './values.ts'

export const overAggregateRuntime: OperatorRuntime<OverAggregateNode> = {
  kind: 'over-aggregate',
  create: (node, context) =>
    node.window.time === 'value' ? new OverValues(node, context) : new OverAggregate(node, context),
}

class OverAggregate implements Operator {
  private readonly node: OverAggregateNode
  private readonly context: OperatorContext
  private readonly groups: KeyedTable
  private readonly lists: readonly KeyedList[]
  private readonly views: ViewRows
  private readonly run: Run
  private readonly times: KeyedTable | undefined
  private readonly pending: KeyedList | undefined
  private readonly frame: Frame | undefined
  private readonly late: LateRows
  private readonly withoutTime: Counter
  private readonly all: readonly number[]
  private watermark = MIN_WATERMARK

  constructor(node: OverAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const { state } = context
    const layout = aggregateLayout(node.aggregates, context.aggregates ?? builtInAggregates)
    this.groups = state.table('groups')
    this.lists = layout.views.map((_, v) => state.list(`view${v}`))
    this.views = new ViewRows(layout.views, this.lists)
    const bounded = node.window.frame.preceding !== undefined
    this.run = generate(node, new AggregateCode(layout, context.inputs[0], LEADING), bounded ? 'retracts' : 'adds')
    if (waits(node.window)) {
      this.times = state.table('times')
      this.pending = state.list('pending')
    }
    if (bounded) this.frame = new Frame(node, this.groups, state.list('frame'))
    this.late = new LateRows(context)
    this.withoutTime = context.counter('numNullRowTimeRecordsDropped')
    this.all = context.inputs[0].map((_, c) => c)
  }

  restored(watermark: number): void {
    this.watermark = watermark
  }

  onBatch(batch: Batch): void {
    if (this.times === undefined) this.answer(batch)
    else if (this.node.window.time === 'rowtime') this.keepInTime(batch)
    else this.keep(batch, new Float64Array(batch.length).fill(this.context.evaluation.now() + 1))
  }

  onWatermark(watermark: number): void {
    // The one before a restore comes again; a row that it had passed still waits for the next.
    const rises = watermark > this.watermark
    this.watermark = watermark
    if (rises && this.node.window.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }

  // ---- Rows that wait ------------------------------------------------------------------------------------------------

  /** Without the late ones. */
  private keepInTime(batch: Batch): void {
    const { node, frame } = this
    const { values, nulls } = batch.columns[node.window.timeColumn as number]
    const rows = new Int32Array(batch.length)
    const at = new Float64Array(batch.length)
    const last = frame?.lastFired(batch)
    let count = 0
    let late = 0
    let behind = 0
    let withoutTime = 0
    for (let i = 0; i < batch.length; i++) {
      if (nulls !== null && nulls[i] !== 0) {
        withoutTime++
        continue
      }
      const time = values[i] as number
      if (time <= (last === undefined ? this.watermark : last[i])) {
        late++
        behind = Math.max(behind, this.watermark - time)
        continue
      }
      at[count] = time
      rows[count++] = i
    }
    if (late > 0) this.late.add(late, behind)
    if (withoutTime > 0) this.withoutTime.add(withoutTime)
    if (count > 0) this.keep(count === batch.length ? batch : gather(batch, rows, count), at.subarray(0, count))
  }

  private keep(batch: Batch, at: Float64Array): void {
    const forget = this.frame?.forgetTimes(batch, at)
    const slots =
      forget === undefined || forget.rows.length === 0 ? this.wake(batch, at) : this.wakeBoth(batch, at, forget)
    this.pending?.appendAll(slots, batch, this.all)
  }

  /** Each row's time and, right behind it, the time at which its key may be forgotten: what fires first among equal times must not depend on batches. */
  private wakeBoth(batch: Batch, at: Float64Array, forget: ForgetTimes): Int32Array {
    const total = batch.length + forget.rows.length
    const rows = new Int32Array(total)
    const times = new Float64Array(total)
    const places = new Int32Array(batch.length)
    let o = 0
    for (let i = 0, f = 0; i < batch.length; i++) {
      places[i] = o
      rows[o] = i
      times[o++] = at[i]
      if (forget.rows[f] !== i) continue
      rows[o] = i
      times[o++] = forget.at[f++]
    }
    const slots = this.wake(gather(batch, rows, total), times)
    return places.map((place) => slots[place])
  }

  /** Slots of `times` for the rows' keys at those times. */
  private wake(batch: Batch, at: Float64Array): Int32Array {
    const times = this.times as KeyedTable
    const { partition } = this.node.window
    const width = batch.columns.length
    const columns: Column[] = [...batch.columns, { physical: 'exact', values: at, nulls: null }]
    const slots = new Int32Array(batch.length)
    times.lookup({ length: batch.length, columns }, [...partition, width], slots, 'update')
    const from = times.keys[partition.length].values
    for (let i = 0; i < times.insertedCount; i++) {
      const slot = times.insertedSlots[i]
      times.values[0].values[slot] = from[slot]
      times.timeChanged(slot)
    }
    return slots
  }

  private fire(until: number): void {
    const { node, times, pending } = this
    if (times === undefined || pending === undefined) return
    const due = times.due(until).slice()
    if (due.length === 0) return
    const keys = keyColumns(times, node.window.partition.length, due, due.length)
    const groups = new Int32Array(due.length)
    this.groups.lookup(
      { length: due.length, columns: keys },
      keys.map((_, k) => k),
      groups,
      'update',
    )
    const instants = times.keys[node.window.partition.length].values
    const at = timeColumn(due.length, (d) => instants[due[d]] as number).values as Float64Array
    const ends = new Int32Array(due.length)
    let count = 0
    for (let d = 0; d < due.length; d++) {
      count += pending.count(due[d])
      ends[d] = count
    }
    const rows = new Int32Array(count)
    let o = 0
    for (const slot of due) for (let row = pending.first(slot); row >= 0; row = pending.next(row)) rows[o++] = row
    const columns = pending.values.map((builder) => gatherColumn(builder.column(), rows, count))
    const batch: Batch = { length: count, columns, kinds: null }
    for (const slot of due) times.remove(slot)
    this.aggregate(batch, groups, ends, at)
  }

  /** Rows that are answered as they come: each is a unit of its own. */
  private answer(batch: Batch): void {
    const { length } = batch
    const groups = new Int32Array(length)
    this.groups.lookup(batch, this.node.window.partition, groups, 'update')
    const ends = new Int32Array(length)
    for (let i = 0; i < length; i++) ends[i] = i + 1
    this.aggregate(batch, groups, ends, new Float64Array(length))
  }

  // ---- Aggregating ---------------------------------------------------------------------------------------------------

  /**
   * Units in the order of time: unit u has the rows up to `ends[u]`, all of one time and of the key of slot `groups[u]`; one
   * without rows is a time at which its key may be forgotten.
   */
  private aggregate(batch: Batch, groups: Int32Array, ends: Int32Array, at: Float64Array): void {
    const steps =
      this.frame === undefined
        ? unboundedSteps(batch, groups, ends, this.node.window.frame.unit === 'rows')
        : this.frame.steps(batch, groups, ends, at)
    const results = this.node.aggregates.map(({ type }) => new ColumnBuilder(type, batch.length))
    this.views.match(steps.batch, steps.matched)
    this.run(
      steps.batch,
      steps.batch.columns,
      steps.batch.length,
      steps.kinds,
      steps.slots,
      steps.emit,
      this.groups.values,
      this.lists,
      this.views.rows,
      this.views,
      results,
    )
    if (this.frame !== undefined) {
      this.views.sweep(steps.batch.length, steps.matched)
      this.frame.leave()
    }
    if (batch.length === 0) return
    const columns = [...batch.columns, ...results.map((builder) => builder.column())]
    this.context.out.emit({ length: batch.length, columns, kinds: null })
  }

  /** A row may be late behind any rise of the watermark: sources must show every one. */
  nextEventTime(): number {
    return this.node.window.time === 'rowtime' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.node.window.time === 'rowtime' || this.times === undefined) return Number.POSITIVE_INFINITY
    return this.times.earliest() ?? Number.POSITIVE_INFINITY
  }

  waitingFor(): string | undefined {
    const next = this.node.window.time === 'rowtime' ? this.times?.earliest() : undefined
    if (next === undefined) return undefined
    return `The OVER aggregate waits for the watermark to reach ${new Date(next).toISOString()}, the time of its next row.`
  }
}

function unboundedSteps(batch: Batch, groups: Int32Array, ends: Int32Array, single: boolean): Steps {
  const slots = new Int32Array(batch.length)
  const emit = new Int32Array(batch.length)
  let from = 0
  for (let u = 0; u < ends.length; u++) {
    slots.fill(groups[u], from, ends[u])
    if (single) emit.fill(1, from, ends[u])
    else if (ends[u] > from) emit[ends[u] - 1] = ends[u] - from
    from = ends[u]
  }
  return { batch, kinds: null, slots, matched: slots, emit }
}
