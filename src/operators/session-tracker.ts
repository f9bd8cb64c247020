/**
 * Which session a row belongs to; shared by session aggregates and the SESSION table function.
 *
 * State      sessions: key and id → when it fires, start, end (and what the operator adds); open: key → ids of its sessions
 * Law        a row makes [time, time + gap) and joins what that overlaps or touches; where two sessions become one, the
 *            earlier takes up the later, then the row. A row that would make a session that has fired is late
 */
import type { KeyedList, KeyedTable } from '../state/contract.ts'
import { type Batch, type Schema, valueAt } from '../types/batch.ts'
import type { Value } from '../types/value.ts'
import type { Counter, OperatorContext } from './contract.ts'
import { LateRows } from './late-rows.ts'
import { type WindowClock, type WindowSpec, windowClock } from './window.ts'
import { BOUND, SESSION_END, TIMER } from './window-state.ts'

export type SessionWindow = WindowSpec & { readonly shape: { readonly type: 'session'; readonly gap: number } }

/** What the operator does with its own part of a session. */
export interface SessionHooks {
  created(slot: number): void
  /** Before sessions move: rows in front of row i must have been taken in. */
  settle(i: number): void
  /** The earlier session takes up the later one, which goes. */
  merge(keep: number, drop: number): void
}

export class SessionTracker {
  readonly table: KeyedTable
  readonly clock: WindowClock
  private readonly window: SessionWindow
  private readonly keys: readonly number[]
  private readonly input: Schema
  private readonly open: KeyedList
  private readonly late: LateRows
  private readonly withoutTime: Counter
  private readonly now: () => number
  private watermark = Number.NEGATIVE_INFINITY
  private keySlots = new Int32Array(0)
  /** Session slot of each row of `open`, −1 = not looked up by this batch yet. */
  private slotOf = new Int32Array(16).fill(-1)
  private known: number[] = []

  constructor(window: SessionWindow, keys: readonly number[], input: Schema, context: OperatorContext) {
    this.window = window
    this.keys = keys
    this.input = input
    this.clock = windowClock(window.timeZone)
    this.table = context.state.table('sessions')
    this.open = context.state.list('open')
    this.late = new LateRows(context)
    this.withoutTime = context.counter('numNullRowTimeRecordsDropped')
    this.now = () => context.evaluation.now()
  }

  restored(watermark: number): void {
    this.watermark = watermark
  }

  /** `slots[i]` = session of row i, −1 when it is late. */
  assign(batch: Batch, slots: Int32Array, hooks: SessionHooks): void {
    if (this.keySlots.length < batch.length) this.keySlots = new Int32Array(batch.length)
    for (const row of this.known) this.slotOf[row] = -1
    this.known = []
    this.open.lookup(batch, this.keys, this.keySlots, 'update')
    const proctime = this.window.time === 'proctime'
    const { values: times, nulls } = batch.columns[this.window.timeColumn]
    for (let i = 0; i < batch.length; i++) {
      if (!proctime && nulls !== null && nulls[i] !== 0) {
        this.withoutTime.add(1)
        slots[i] = -1
        continue
      }
      slots[i] = this.sessionOf(batch, i, this.clock.toLocal(proctime ? this.now() : Number(times[i])), hooks)
    }
  }

  private sessionOf(batch: Batch, i: number, time: number, hooks: SessionHooks): number {
    const { open } = this
    const key = this.keySlots[i]
    let [start, end] = [time, time + this.window.shape.gap]
    let target = -1
    let targetRow = -1
    for (let row = open.first(key); row >= 0; ) {
      const after = open.next(row)
      const slot = this.slotOfRow(row, batch, i)
      const from = this.start(slot)
      const to = this.end(slot)
      if (start <= to && end >= from) {
        if (target < 0) {
          target = slot
          targetRow = row
        } else {
          hooks.settle(i)
          const earlier = this.start(target) <= from
          const [keep, drop] = earlier ? [target, slot] : [slot, target]
          const dropRow = earlier ? row : targetRow
          hooks.merge(keep, drop)
          this.table.remove(drop)
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
      if (this.window.time === 'rowtime' && this.clock.toTimer(end - 1) <= this.watermark) {
        this.late.add(1, this.watermark - this.clock.toTimer(time))
        return -1
      }
      target = this.create(batch, i, key, time)
      hooks.created(target)
    }
    this.setBounds(target, start, end)
    return target
  }

  private create(batch: Batch, i: number, key: number, time: number): number {
    const slot = this.table.find([...this.keyOf(batch, i), time], 'update')
    this.table.values[SESSION_END].values[slot] = Number.NaN
    this.remember(this.open.appendValues(key, [time]), slot)
    return slot
  }

  private setBounds(slot: number, start: number, end: number): void {
    const { values } = this.table
    values[BOUND].values[slot] = start
    if (values[SESSION_END].values[slot] === end) return
    values[SESSION_END].values[slot] = end
    values[TIMER].values[slot] = this.clock.toTimer(end - 1)
    this.table.timeChanged(slot)
  }

  start(slot: number): number {
    return Number(this.table.values[BOUND].values[slot])
  }
  end(slot: number): number {
    return Number(this.table.values[SESSION_END].values[slot])
  }

  private keyOf(batch: Batch, i: number): Value[] {
    return this.keys.map((c) => valueAt(batch.columns[c], this.input[c].type, i))
  }

  private slotOfRow(row: number, batch: Batch, i: number): number {
    if (row < this.slotOf.length && this.slotOf[row] >= 0) return this.slotOf[row]
    const slot = this.table.find([...this.keyOf(batch, i), this.open.values[0].get(row)], 'update')
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
    this.known.push(row)
  }

  /** Sessions that are over at a time, in order; call `close` on each when it has been read. */
  due(time: number): Int32Array {
    const due = this.table.due(time)
    if (this.window.time === 'rowtime') this.watermark = time
    return due
  }

  close(slot: number): void {
    const cells = this.table.keys.map((column) => column.get(slot))
    const id = cells.pop()
    const key = this.open.find(cells, 'read')
    for (let row = this.open.first(key); row >= 0; row = this.open.next(row)) {
      if (this.open.values[0].get(row) !== id) continue
      if (row < this.slotOf.length) this.slotOf[row] = -1
      this.open.removeRow(key, row)
      break
    }
    this.table.remove(slot)
  }

  /** Any rise of the watermark can make a row late. */
  nextEventTime(): number {
    return this.window.time === 'proctime' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.window.time !== 'proctime') return Number.POSITIVE_INFINITY
    return this.table.earliest() ?? Number.POSITIVE_INFINITY
  }

  waitingFor(): string | undefined {
    const next = this.table.earliest()
    if (next === undefined || this.window.time === 'proctime') return undefined
    const has = Number.isFinite(this.watermark)
      ? `it is ${new Date(this.watermark).toISOString()}`
      : 'there is none yet'
    const { size } = this.table
    return `${size} open session${size === 1 ? '' : 's'}: the next ends when the watermark reaches ${new Date(next).toISOString()}; ${has}`
  }
}
