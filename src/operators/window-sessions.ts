/**
 * Aggregates over session windows.
 *
 * State      sessions, open (`session-tracker.ts`), with accumulators behind the bounds of a session
 * Watermark  a session fires when it reaches end − 1; late rows are dropped and counted
 * Law        where two sessions become one, the accumulators of the earlier take up those of the later
 */
import { builtInAggregates } from '../functions/aggregate/index.ts'
import { type Batch, type Schema, slice } from '../types/batch.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { AggregateCode } from './aggregate-code.ts'
import { aggregateLayout } from './aggregate-layout.ts'
import type { OperatorContext } from './contract.ts'
import { SessionTracker, type SessionWindow } from './session-tracker.ts'
import { type Accumulators, accumulators, keyColumns, SlotCode } from './slot-code.ts'
import type { WindowClock } from './window.ts'
import type { Fired } from './window-slices.ts'
import { ROWS, SESSION_LEADING } from './window-state.ts'

export interface SessionOptions {
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly window: SessionWindow
  readonly retracts: boolean
}

export interface FiredSessions extends Fired {
  windowStart(i: number): number
}

export class WindowSessions {
  private readonly options: SessionOptions
  private readonly tracker: SessionTracker
  private readonly code: SlotCode
  private readonly sessions: Accumulators
  private slots = new Int32Array(0)

  constructor(options: SessionOptions, input: Schema, context: OperatorContext) {
    this.options = options
    this.tracker = new SessionTracker(options.window, options.grouping, input, context)
    const layout = aggregateLayout(options.aggregates, context.aggregates ?? builtInAggregates)
    const code = new AggregateCode(layout, input, SESSION_LEADING)
    this.code = new SlotCode(code, options.aggregates, options.retracts, ROWS)
    const lists = layout.views.map((_, v) => context.state.list(`sessions_view${v}`))
    this.sessions = accumulators(this.tracker.table, lists, code)
  }

  get clock(): WindowClock {
    return this.tracker.clock
  }

  restored(watermark: number): void {
    this.tracker.restored(watermark)
  }

  add(batch: Batch): void {
    const { length } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    let taken = 0
    const settle = (i: number) => {
      this.addRows(batch, taken, i)
      taken = i
    }
    this.tracker.assign(batch, this.slots, {
      created: (slot) => this.code.reset(this.sessions, slot),
      settle,
      merge: (keep, drop) => this.code.merge(this.sessions, keep, this.sessions, drop, true),
    })
    settle(length)
  }

  private addRows(batch: Batch, from: number, to: number): void {
    if (from === to) return
    const rows = slice(batch, from, to)
    const slots = this.slots.subarray(from, to)
    const { views } = this.sessions
    views.match(rows, slots)
    this.code.add(this.sessions, rows, slots, 0, to - from)
    if (rows.kinds !== null) views.sweep(to - from, slots)
  }

  advance(time: number, emit: (fired: FiredSessions) => void): void {
    const { tracker } = this
    const due = tracker.due(time)
    if (due.length === 0) return
    const picked = new Int32Array(due.length)
    const { columns, count } = this.code.results(this.sessions, due, picked)
    const starts = Float64Array.from(picked.subarray(0, count), (slot) => tracker.start(slot))
    const ends = Float64Array.from(picked.subarray(0, count), (slot) => tracker.end(slot))
    const keys = keyColumns(tracker.table, this.options.grouping.length, picked, count)
    for (const slot of due) tracker.close(slot)
    if (count === 0) return
    emit({ keys, results: columns, count, windowStart: (i) => starts[i], windowEnd: (i) => ends[i] })
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
