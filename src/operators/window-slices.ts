/**
 * Aggregates over tumbling, hopping and cumulating windows, by slices; the engine of group windows and of window table functions.
 *
 * State      windows: key and slice end → accumulators; partial, merged (`window-state.ts`)
 * Watermark  a window fires when it reaches end − 1; rows all of whose windows fired are dropped and counted
 * Law        the result of a window is the aggregate of its rows that were not late. Where Flink adds up partial sums (two-phase
 *            plans; panes of hopping windows) the partial sums are the same, so that DOUBLE results agree to the last digit
 */

import { builtInAggregates } from '../functions/aggregate/index.ts'
import { type Batch, type Column, gather, type Schema } from '../types/batch.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { AggregateCode } from './aggregate-code.ts'
import { aggregateLayout } from './aggregate-layout.ts'
import type { Counter, OperatorContext } from './contract.ts'
import { LateRows } from './late-rows.ts'
import { type Accumulators, accumulators, keyColumns, SlotCode } from './slot-code.ts'
import {
  alignedStart,
  firstWindowEnd,
  lastWindowEnd,
  type SlicedShape,
  sliceSize,
  type WindowClock,
  type WindowSpec,
  windowClock,
  windowInterval,
} from './window.ts'
import { BOUND, LEADING, ROWS, roundsInMerge, TIMER } from './window-state.ts'

/** Rows of one emitted batch at most. */
const CHUNK = 8192

/** What fired: keys and results of windows, in order. */
export interface Fired {
  readonly keys: readonly Column[]
  readonly results: readonly Column[]
  readonly count: number
  windowEnd(i: number): number
}

export interface SliceOptions {
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly window: WindowSpec & { readonly shape: SlicedShape }
  /** Column with the window's end, where rows have one already. */
  readonly endColumn?: number
  readonly retracts: boolean
  /** Order in which a hopping window adds up its slices: Flink's group windows oldest first, its table functions newest first. */
  readonly mergeOrder: 'oldest' | 'newest'
  readonly twoPhase: boolean
}

export class WindowSlices {
  private readonly options: SliceOptions
  private readonly shape: SlicedShape
  readonly clock: WindowClock
  private readonly code: SlotCode
  private readonly windows: Accumulators
  private readonly partial: Accumulators | undefined
  private readonly merged: Accumulators | undefined
  private readonly late: LateRows
  private readonly withoutTime: Counter
  private readonly now: () => number
  /** Index of the slice end among the lookup's columns. */
  private readonly lookupKeys: readonly number[]
  private watermark = Number.NEGATIVE_INFINITY
  /** Two-phase: the watermark at which the first phase looks for something to hand over. */
  private nextFlush = Number.NEGATIVE_INFINITY
  private slots = new Int32Array(0)
  private ends = new Float64Array(0)
  private kept = new Int32Array(0)
  // The stretch that the last row was in: rows mostly come in runs.
  private sliceFrom = Number.NaN
  private sliceTo = Number.NaN
  private sliceKey = Number.NaN

  constructor(options: SliceOptions, input: Schema, context: OperatorContext) {
    this.options = options
    this.shape = options.window.shape
    this.clock = windowClock(options.window.timeZone)
    const layout = aggregateLayout(options.aggregates, context.aggregates ?? builtInAggregates)
    const code = new AggregateCode(layout, input, LEADING)
    this.code = new SlotCode(code, options.aggregates, options.retracts, ROWS)
    const open = (name: string) =>
      accumulators(
        context.state.table(name),
        layout.views.map((_, v) => context.state.list(`${name}_view${v}`)),
        code,
      )
    this.windows = open('windows')
    this.partial = options.twoPhase && roundsInMerge(layout) ? open('partial') : undefined
    this.merged = this.merges ? open('merged') : undefined
    this.late = new LateRows(context)
    this.withoutTime = context.counter('numNullRowTimeRecordsDropped')
    this.now = () => context.evaluation.now()
    this.lookupKeys = [...options.grouping, input.length]
  }

  private get merges(): boolean {
    return this.shape.type === 'hop' && this.options.endColumn === undefined
  }
  private get cumulates(): boolean {
    return this.shape.type === 'cumulate' && this.options.endColumn === undefined
  }

  restored(watermark: number): void {
    this.watermark = watermark
    this.scheduleFlush()
  }

  // ---- Rows ------------------------------------------------------------------------------------------------------

  add(batch: Batch): void {
    const { length } = batch
    if (this.slots.length < length) {
      this.slots = new Int32Array(length)
      this.ends = new Float64Array(length)
      this.kept = new Int32Array(length)
    }
    const count = this.assign(batch)
    if (count === 0) return
    const rows = count === length ? batch : gather(batch, this.kept, count)
    const into = this.partial ?? this.windows
    const { table, views } = into
    const ends: Column = { physical: 'exact', values: this.ends, nulls: null }
    table.lookup({ length: count, columns: [...rows.columns, ends] }, this.lookupKeys, this.slots, 'update')
    for (let i = 0; i < table.insertedCount; i++) {
      const slot = table.insertedSlots[i]
      this.code.reset(into, slot)
      if (into === this.windows) this.schedule(slot, this.sliceEndOf(into, slot))
      else table.values[BOUND].values[slot] = this.sliceEndOf(into, slot)
    }
    views.match(rows, this.slots)
    this.code.add(into, rows, this.slots, 0, count)
    if (rows.kinds !== null) views.sweep(count, this.slots)
  }

  /** Slice ends of the rows that are not late, and their row numbers. */
  private assign(batch: Batch): number {
    const { endColumn, window } = this.options
    const { ends, kept } = this
    const { length } = batch
    const proctime = window.time === 'proctime'
    const column = batch.columns[endColumn ?? window.timeColumn]
    const times = proctime ? undefined : column.values
    const nulls = proctime ? null : column.nulls
    const current = proctime ? this.now() : 0
    let count = 0
    for (let i = 0; i < length; i++) {
      if (nulls !== null && nulls[i] !== 0) {
        this.withoutTime.add(1)
        continue
      }
      const time = times === undefined ? current : Number(times[i])
      if (!(time >= this.sliceFrom && time < this.sliceTo)) this.enter(time)
      const end = this.sliceKey
      if (Number.isNaN(end)) continue
      ends[count] = end
      kept[count++] = i
    }
    return count
  }

  /** Find the slice of a time: `sliceKey` is its end, or NaN where its rows are dropped. */
  private enter(time: number): void {
    const { shape, clock } = this
    if (this.options.endColumn !== undefined) {
      this.sliceFrom = time
      this.sliceTo = time + 1
      this.sliceKey = this.isFired(time) ? Number.NaN : time
    } else {
      const size = sliceSize(shape)
      const local = clock.toLocal(time)
      const start = alignedStart(local, shape.offset, size)
      const end = start + size
      // In a zone with rules a stretch of local time may be longer or shorter as a stretch of instants: take one instant.
      this.sliceFrom = clock.utc ? start : time
      this.sliceTo = clock.utc ? end : time + 1
      const first = firstWindowEnd(shape, end)
      const last = lastWindowEnd(shape, end)
      if (last < first) this.sliceKey = Number.NaN
      else if (!this.isFired(first)) this.sliceKey = end
      else if (this.isFired(last)) this.sliceKey = Number.NaN
      // The first phase knows nothing of firing; what comes late is sorted out when it is handed over.
      else this.sliceKey = this.partial === undefined ? this.lateSlice(end) : end
    }
    if (Number.isNaN(this.sliceKey)) {
      // Counted row by row: the next one asks again.
      this.sliceFrom = Number.NaN
      const until = this.options.endColumn === undefined ? time : time - 1
      this.late.add(1, this.watermark - clock.toTimer(until))
    }
  }

  private isFired(windowEnd: number): boolean {
    return this.options.window.time === 'rowtime' && this.clock.toTimer(windowEnd - 1) <= this.watermark
  }

  /** Where rows of a slice go whose first windows have fired: a cumulating window has one place for all that was. */
  private lateSlice(sliceEnd: number): number {
    return this.cumulates && this.isFired(sliceEnd) ? this.firstSliceEnd(sliceEnd) : sliceEnd
  }

  private firstSliceEnd(sliceEnd: number): number {
    const { shape } = this
    if (shape.type !== 'cumulate') return sliceEnd
    return alignedStart(sliceEnd - 1, shape.offset, shape.maxSize) + shape.step
  }

  private sliceEndOf({ table }: Accumulators, slot: number): number {
    return Number(table.keys[this.options.grouping.length].values[slot])
  }

  /** Set the timer of a new slice to its first window that has not fired. */
  private schedule(slot: number, sliceEnd: number): void {
    const { shape } = this
    let windowEnd = this.options.endColumn === undefined ? firstWindowEnd(shape, sliceEnd) : sliceEnd
    while (this.isFired(windowEnd)) windowEnd += windowInterval(shape)
    this.setTimer(slot, windowEnd)
  }

  private setTimer(slot: number, windowEnd: number): void {
    const { table } = this.windows
    table.values[BOUND].values[slot] = windowEnd
    table.values[TIMER].values[slot] = this.clock.toTimer(windowEnd - 1)
    table.timeChanged(slot)
  }

  // ---- Firing ----------------------------------------------------------------------------------------------------

  /** Fire all windows up to a watermark or a processing time; `emit` gets them in order of time. */
  advance(time: number, emit: (fired: Fired) => void): void {
    if (this.partial !== undefined) this.handOver(this.partial, time)
    const { table } = this.windows
    if (this.merges || this.cumulates) {
      for (let next = table.earliest(); next !== undefined && next <= time; next = table.earliest()) {
        const due = table.due(next)
        if (this.cumulates) this.fireCumulating(due, emit)
        else this.fireHopping(due, emit)
      }
    } else {
      const due = table.due(time)
      if (due.length > 0) {
        for (let from = 0; from < due.length; from += CHUNK) {
          this.emitSlots(this.windows, due.subarray(from, from + CHUNK), undefined, emit)
        }
        for (const slot of due) table.remove(slot)
      }
    }
    if (this.options.window.time === 'rowtime') this.watermark = time
    // What was in time may be late now.
    this.sliceFrom = Number.NaN
  }

  private emitSlots(
    from: Accumulators,
    slots: Int32Array,
    windowEnd: number | undefined,
    emit: (fired: Fired) => void,
  ): void {
    const picked = new Int32Array(slots.length)
    const { columns, count } = this.code.results(from, slots, picked)
    if (count === 0) return
    const bounds = from.table.values[BOUND].values
    emit({
      keys: keyColumns(from.table, this.options.grouping.length, picked, count),
      results: columns,
      count,
      windowEnd: windowEnd === undefined ? (i) => Number(bounds[picked[i]]) : () => windowEnd,
    })
  }

  /** All slices that are due lie in one window per key: add them up beside, and move them on. */
  private fireHopping(due: Int32Array, emit: (fired: Fired) => void): void {
    const { windows, code } = this
    const merged = this.merged as Accumulators
    const bounds = windows.table.values[BOUND].values
    const windowEnd = Number(bounds[due[0]])
    const sign = this.options.mergeOrder === 'oldest' ? 1 : -1
    // Keys in order of their slices' arrival; a key's slices in the order in which they are added up.
    const targets = new Int32Array(due.length)
    const keys = keyColumns(windows.table, this.options.grouping.length, due, due.length)
    merged.table.lookup(
      { length: due.length, columns: keys },
      keys.map((_, c) => c),
      targets,
      'update',
    )
    const fired = merged.table.insertedSlots.slice(0, merged.table.insertedCount)
    for (const slot of fired) code.reset(merged, slot)
    const order = Array.from(due, (_, i) => i).sort(
      (a, b) => sign * (this.sliceEndOf(windows, due[a]) - this.sliceEndOf(windows, due[b])),
    )
    for (const i of order) code.merge(merged, targets[i], windows, due[i], false)
    this.emitSlots(merged, fired, windowEnd, emit)
    for (const slot of fired) merged.table.remove(slot)
    for (const slot of due) {
      const next = windowEnd + windowInterval(this.shape)
      if (next > lastWindowEnd(this.shape, this.sliceEndOf(windows, slot))) windows.table.remove(slot)
      else this.setTimer(slot, next)
    }
  }

  /** The first slice of a window holds what came so far: add the slice that ends now to it. */
  private fireCumulating(due: Int32Array, emit: (fired: Fired) => void): void {
    const { windows, code, shape } = this
    const windowEnd = Number(windows.table.values[BOUND].values[due[0]])
    const first = this.firstSliceEnd(windowEnd)
    const keys: Column[] = [
      ...keyColumns(windows.table, this.options.grouping.length, due, due.length),
      { physical: 'exact', values: new Float64Array(due.length).fill(first), nulls: null },
    ]
    const targets = new Int32Array(due.length)
    windows.table.lookup(
      { length: due.length, columns: keys },
      keys.map((_, c) => c),
      targets,
      'update',
    )
    for (let i = 0; i < windows.table.insertedCount; i++) code.reset(windows, windows.table.insertedSlots[i])
    const fired = new Int32Array(new Set(targets))
    for (let i = 0; i < due.length; i++) {
      if (due[i] === targets[i]) continue
      code.merge(windows, targets[i], windows, due[i], true)
      windows.table.remove(due[i])
    }
    this.emitSlots(windows, fired, windowEnd, emit)
    const next = windowEnd + windowInterval(shape)
    const last = lastWindowEnd(shape, windowEnd)
    for (const slot of fired) {
      if (next > last) windows.table.remove(slot)
      else this.setTimer(slot, next)
    }
  }

  // ---- Two phases --------------------------------------------------------------------------------------------------

  /** What Flink's local aggregate does at a watermark: hand over everything once its oldest slice has fired. */
  private handOver(partial: Accumulators, watermark: number): void {
    if (watermark < this.nextFlush) return
    const { windows, code } = this
    const slots = partial.table.slots()
    let oldest = Number.POSITIVE_INFINITY
    for (const slot of slots) oldest = Math.min(oldest, this.sliceEndOf(partial, slot))
    if (this.clock.toTimer(oldest - 1) <= watermark) {
      const keys = keyColumns(partial.table, this.options.grouping.length + 1, slots, slots.length)
      const ends = keys[keys.length - 1].values as Float64Array
      for (let i = 0; i < slots.length; i++) ends[i] = this.lateSlice(ends[i])
      const targets = new Int32Array(slots.length)
      windows.table.lookup(
        { length: slots.length, columns: keys },
        keys.map((_, c) => c),
        targets,
        'update',
      )
      for (let i = 0; i < windows.table.insertedCount; i++) {
        const slot = windows.table.insertedSlots[i]
        code.reset(windows, slot)
        this.schedule(slot, this.sliceEndOf(windows, slot))
      }
      for (let i = 0; i < slots.length; i++) {
        code.merge(windows, targets[i], partial, slots[i], true)
        partial.table.remove(slots[i])
      }
    }
    this.scheduleFlush(watermark)
  }

  /**
   * Looks again at the next end of a window. (Flink leaves offset and zone out of this and so loses rows of windows that end
   * elsewhere than at multiples of their size in UTC.)
   */
  private scheduleFlush(watermark = this.watermark): void {
    if (!Number.isFinite(watermark)) {
      this.nextFlush = watermark
      return
    }
    const interval = windowInterval(this.shape)
    const local = this.clock.toLocal(watermark)
    const trigger = this.clock.toTimer(alignedStart(local, this.shape.offset, interval) + interval - 1)
    this.nextFlush = trigger > watermark ? trigger : trigger + interval
  }

  // ---- Questions ---------------------------------------------------------------------------------------------------

  /** The next end of a window: there a window may fire, or a row become late. */
  nextEventTime(): number {
    const { shape, clock, watermark } = this
    if (this.options.window.time === 'proctime') return Number.POSITIVE_INFINITY
    if (!Number.isFinite(watermark) || this.options.endColumn !== undefined) return Number.NEGATIVE_INFINITY
    if (!clock.utc) return Number.NEGATIVE_INFINITY
    const size = sliceSize(shape)
    const end = alignedStart(watermark + 1, shape.offset, size) + size
    return Math.min(end - 1, this.partial === undefined ? Number.POSITIVE_INFINITY : this.nextFlush)
  }

  nextProcessingTime(): number {
    if (this.options.window.time !== 'proctime') return Number.POSITIVE_INFINITY
    return this.windows.table.earliest() ?? Number.POSITIVE_INFINITY
  }

  waitingFor(): string | undefined {
    if (this.options.window.time === 'proctime') return undefined
    const { table } = this.windows
    const open = table.size + (this.partial?.table.size ?? 0)
    if (open === 0) return undefined
    let next = table.earliest() ?? Number.POSITIVE_INFINITY
    if (this.partial !== undefined) {
      for (const slot of this.partial.table.slots()) {
        next = Math.min(next, this.clock.toTimer(firstWindowEnd(this.shape, this.sliceEndOf(this.partial, slot)) - 1))
      }
    }
    const has = Number.isFinite(this.watermark)
      ? `it is ${new Date(this.watermark).toISOString()}`
      : 'there is none yet'
    return `${open} open window${open === 1 ? '' : 's'}: the next fires when the watermark reaches ${new Date(next).toISOString()}; ${has}`
  }
}
