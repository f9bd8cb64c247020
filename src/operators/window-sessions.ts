/**
 * Aggregates over session windows.
 *
 * State      sessions: key and id → when it fires, start, end, accumulators; open: key → ids of its sessions
 * Watermark  a session fires when it reaches end − 1; a row that would make a session that has fired is dropped and counted
 * Law        a row makes [time, time + gap) and joins what that overlaps or touches; where two sessions become one, the
 *            accumulators of the earlier take up those of the later, then the row
 */
import { builtInAggregates } from '../functions/aggregate/index.ts'
import type { KeyedList } from '../state/contract.ts'
import { type Batch, type Schema, slice, valueAt } from '../types/batch.ts'
import type { Value } from '../types/value.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { AggregateCode } from './aggregate-code.ts'
import { aggregateLayout } from './aggregate-layout.ts'
import type { Counter, OperatorContext } from './contract.ts'
import { type WindowClock, type WindowSpec, windowClock } from './window.ts'
import { type Accumulators, accumulators, keyColumns, WindowCode } from './window-code.ts'
import type { Fired } from './window-slices.ts'
import { BOUND, SESSION_END, SESSION_LEADING, TIMER } from './window-state.ts'

export interface SessionOptions {
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly window: WindowSpec & { readonly shape: { readonly type: 'session'; readonly gap: number } }
  readonly retracts: boolean
}

export interface FiredSessions extends Fired {
  windowStart(i: number): number
}

export class WindowSessions {
  private readonly options: SessionOptions
  private readonly input: Schema
  readonly clock: WindowClock
  private readonly code: WindowCode
  private readonly sessions: Accumulators
  private readonly open: KeyedList
  private readonly late: Counter
  private readonly now: () => number
  private watermark = Number.NEGATIVE_INFINITY
  private keySlots = new Int32Array(0)
  private slots = new Int32Array(0)
  /** Session slot of each row of `open`, −1 = not looked up yet. */
  private slotOf = new Int32Array(16).fill(-1)

  constructor(options: SessionOptions, input: Schema, context: OperatorContext) {
    this.options = options
    this.input = input
    this.clock = windowClock(options.window.timeZone)
    const layout = aggregateLayout(options.aggregates, context.aggregates ?? builtInAggregates)
    const code = new AggregateCode(layout, input, SESSION_LEADING)
    this.code = new WindowCode(code, options.aggregates, options.retracts)
    const lists = layout.views.map((_, v) => context.state.list(`sessions_view${v}`))
    this.sessions = accumulators(context.state.table('sessions'), lists, code)
    this.open = context.state.list('open')
    this.late = context.counter('numLateRecordsDropped')
    this.now = () => context.evaluation.now()
  }

  restored(watermark: number): void {
    this.watermark = watermark
  }

  // ---- Rows ------------------------------------------------------------------------------------------------------

  add(batch: Batch): void {
    const { length } = batch
    const { grouping, window } = this.options
    if (this.slots.length < length) {
      this.slots = new Int32Array(length)
      this.keySlots = new Int32Array(length)
    }
    this.open.lookup(batch, grouping, this.keySlots, 'update')
    const proctime = window.time === 'proctime'
    const times = batch.columns[window.timeColumn].values
    let pending = 0
    for (let i = 0; i < length; i++) {
      const time = this.clock.toLocal(proctime ? this.now() : Number(times[i]))
      this.slots[i] = this.sessionOf(batch, i, time, () => {
        this.addRows(batch, pending, i)
        pending = i
      })
    }
    this.addRows(batch, pending, length)
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

  /** The session of a row, or −1 when it is late; `settle` must run before accumulators move. */
  private sessionOf(batch: Batch, i: number, time: number, settle: () => void): number {
    const { open } = this
    const { gap } = this.options.window.shape
    const key = this.keySlots[i]
    const bounds = this.sessions.table.values
    let [start, end] = [time, time + gap]
    let target = -1
    let targetRow = -1
    for (let row = open.first(key); row >= 0; ) {
      const after = open.next(row)
      const slot = this.slotOfRow(row, batch, i)
      const from = Number(bounds[BOUND].values[slot])
      const to = Number(bounds[SESSION_END].values[slot])
      if (start <= to && end >= from) {
        if (target < 0) {
          target = slot
          targetRow = row
        } else {
          settle()
          // The earlier one stays.
          const earlier = Number(bounds[BOUND].values[target]) <= from
          const [keep, drop] = earlier ? [target, slot] : [slot, target]
          const dropRow = earlier ? row : targetRow
          this.code.merge(this.sessions, keep, this.sessions, drop, true)
          this.sessions.table.remove(drop)
          this.slotOf[dropRow] = -1
          open.removeRow(key, dropRow)
          target = keep
          targetRow = earlier ? targetRow : row
        }
        start = Math.min(start, from)
        end = Math.max(end, to)
      }
      row = after
    }
    if (target < 0) {
      if (this.options.window.time === 'rowtime' && this.clock.toTimer(end - 1) <= this.watermark) {
        this.late.add(1)
        return -1
      }
      target = this.create(batch, i, key, time)
    }
    this.setBounds(target, start, end)
    return target
  }

  private create(batch: Batch, i: number, key: number, time: number): number {
    const { table } = this.sessions
    const slot = table.find([...this.keyOf(batch, i), time], 'update')
    this.code.reset(this.sessions, slot)
    const row = this.open.append(key, rowOfId(time), [0], 0)
    this.remember(row, slot)
    table.values[SESSION_END].values[slot] = Number.NaN
    return slot
  }

  private setBounds(slot: number, start: number, end: number): void {
    const { table } = this.sessions
    table.values[BOUND].values[slot] = start
    if (table.values[SESSION_END].values[slot] === end) return
    table.values[SESSION_END].values[slot] = end
    table.values[TIMER].values[slot] = this.clock.toTimer(end - 1)
    table.timeChanged(slot)
  }

  private keyOf(batch: Batch, i: number): Value[] {
    return this.options.grouping.map((c) => valueAt(batch.columns[c], this.input[c].type, i))
  }

  private slotOfRow(row: number, batch: Batch, i: number): number {
    if (row < this.slotOf.length && this.slotOf[row] >= 0) return this.slotOf[row]
    const id = this.open.values[0].get(row)
    const slot = this.sessions.table.find([...this.keyOf(batch, i), id], 'read')
    this.remember(row, slot)
    return slot
  }

  private remember(row: number, slot: number): void {
    if (row >= this.slotOf.length) {
      const grown = new Int32Array(Math.max(row + 1, this.slotOf.length * 2)).fill(-1)
      grown.set(this.slotOf)
      this.slotOf = grown
    }
    this.slotOf[row] = slot
  }

  // ---- Firing ----------------------------------------------------------------------------------------------------

  advance(time: number, emit: (fired: FiredSessions) => void): void {
    const { table } = this.sessions
    const due = table.due(time)
    if (due.length > 0) {
      const picked = new Int32Array(due.length)
      const { columns, count } = this.code.results(this.sessions, due, picked)
      const starts = Float64Array.from(picked.subarray(0, count), (slot) => Number(table.values[BOUND].values[slot]))
      const ends = Float64Array.from(picked.subarray(0, count), (slot) =>
        Number(table.values[SESSION_END].values[slot]),
      )
      const keys = keyColumns(table, this.options.grouping.length, picked, count)
      for (const slot of due) this.close(slot)
      if (count > 0) {
        emit({ keys, results: columns, count, windowStart: (i) => starts[i], windowEnd: (i) => ends[i] })
      }
    }
    if (this.options.window.time === 'rowtime') this.watermark = time
  }

  private close(slot: number): void {
    const { table } = this.sessions
    const cells = table.keys.map((column) => column.get(slot))
    const id = cells.pop()
    const key = this.open.find(cells, 'read')
    for (let row = this.open.first(key); row >= 0; row = this.open.next(row)) {
      if (this.open.values[0].get(row) !== id) continue
      if (row < this.slotOf.length) this.slotOf[row] = -1
      this.open.removeRow(key, row)
      break
    }
    table.remove(slot)
  }

  // ---- Questions ---------------------------------------------------------------------------------------------------

  /** Any rise of the watermark can make a row late. */
  nextEventTime(): number {
    return this.options.window.time === 'proctime' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.options.window.time !== 'proctime') return Number.POSITIVE_INFINITY
    return this.sessions.table.earliest() ?? Number.POSITIVE_INFINITY
  }

  waitingFor(): string | undefined {
    const next = this.sessions.table.earliest()
    if (next === undefined || this.options.window.time === 'proctime') return undefined
    const has = Number.isFinite(this.watermark)
      ? `it is ${new Date(this.watermark).toISOString()}`
      : 'there is none yet'
    const { size } = this.sessions.table
    return `${size} open session${size === 1 ? '' : 's'}: the next fires when the watermark reaches ${new Date(next).toISOString()}; ${has}`
  }
}

/** One row with an id, to append. */
const rowOfId = (id: number): Batch => ({
  length: 1,
  columns: [{ physical: 'exact', values: Float64Array.of(id), nulls: null }],
  kinds: null,
})
