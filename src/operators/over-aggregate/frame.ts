/**
 * Bounded frames: which rows leave before which come in.
 *
 * Laws
 * - A key's rows stand in its list in the order in which they came in; the oldest leave first.
 * - Rows leave the list only after the aggregates have seen them go (`leave`), so that a row id is good for a whole call.
 */
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, gatherColumn } from '../../types/batch.ts'
import type { OverAggregateNode } from './node.ts'
import { readColumns } from './state.ts'

export const ADD = 0
export const RETRACT = 1
/** Back to no rows at all. */
export const FORGET = 2

/** What the generated loop goes through. */
export interface Steps {
  readonly batch: Batch
  /** ADD, RETRACT, FORGET; null = all ADD. */
  readonly kinds: Uint8Array | null
  readonly slots: Int32Array
  /** The same without steps that read no row (−1). */
  readonly matched: Int32Array
  /** How many result rows stand behind a step. */
  readonly emit: Int32Array
}

/** Rows (ascending) whose key gets a new time to be forgotten at, and those times. */
export interface ForgetTimes {
  readonly rows: Int32Array
  readonly at: Float64Array
}

const LAST = 1
const FORGET_AT = 2

export class Frame {
  private readonly node: OverAggregateNode
  private readonly groups: KeyedTable
  private readonly list: KeyedList
  private readonly read: readonly number[]
  /** Rows that stay, or milliseconds. */
  private readonly length: number
  private readonly range: boolean
  /** Per slot, good while `marks[slot]` is the current call: the oldest row that is still in, and how many are. */
  private heads = new Int32Array(0)
  private counts = new Int32Array(0)
  private marks = new Int32Array(0)
  private call = 0
  private leaving: number[] = []
  private leavingOf: number[] = []
  private forgotten: number[] = []

  constructor(node: OverAggregateNode, groups: KeyedTable, list: KeyedList) {
    this.node = node
    this.groups = groups
    this.list = list
    this.read = readColumns(node.aggregates)
    const { unit, preceding = 0 } = node.window.frame
    this.range = unit === 'range'
    this.length = this.range ? preceding : preceding + 1
  }

  /** Per row the time that fired last for its key; rows up to it are late. Flink begins with the epoch. */
  lastFired(batch: Batch): Float64Array {
    const slots = new Int32Array(batch.length)
    this.groups.lookup(batch, this.node.window.partition, slots, 'read')
    const last = this.groups.values[LAST].values
    const result = new Float64Array(batch.length)
    for (let i = 0; i < batch.length; i++) if (slots[i] >= 0) result[i] = last[slots[i]] as number
    return result
  }

  /** For RANGE: rows whose key gets a new time to be forgotten at, and those times. */
  forgetTimes(batch: Batch, at: Float64Array): ForgetTimes | undefined {
    if (!this.range) return undefined
    const slots = new Int32Array(batch.length)
    this.groups.lookup(batch, this.node.window.partition, slots, 'update')
    const forget = this.groups.values[FORGET_AT].values
    const rows: number[] = []
    const times: number[] = []
    // In processing time rows wait for the millisecond behind their own.
    const shift = this.node.window.time === 'proctime' ? 1 : 0
    for (let i = 0; i < batch.length; i++) {
      const time = at[i] - shift
      const known = forget[slots[i]] as number
      if (known !== 0 && known >= time + this.length + 1) continue
      const next = time + Math.trunc(this.length * 1.5) + 1
      forget[slots[i]] = next
      rows.push(i)
      times.push(next)
    }
    return { rows: Int32Array.from(rows), at: Float64Array.from(times) }
  }

  /** Parameters as in `OverAggregate.aggregate`. */
  steps(batch: Batch, groups: Int32Array, ends: Int32Array, at: Float64Array): Steps {
    const { list, range, length } = this
    this.begin()
    const instants = new Float64Array(batch.length)
    for (let u = 0, from = 0; u < ends.length; from = ends[u++]) instants.fill(at[u], from, ends[u])
    const width = batch.columns.length
    const rows = { length: batch.length, columns: [...batch.columns, column(instants)] }
    const source = [width, ...this.read]
    const last = this.groups.values[LAST].values
    const forget = this.groups.values[FORGET_AT].values
    const ids: number[] = []
    const kinds: number[] = []
    const slots: number[] = []
    const emit: number[] = []
    const step = (slot: number, kind: number, row: number, results: number) => {
      slots.push(slot)
      kinds.push(kind)
      ids.push(row)
      emit.push(results)
    }
    for (let u = 0, from = 0; u < ends.length; from = ends[u++]) {
      const slot = groups[u]
      const time = at[u]
      this.enter(slot)
      if (range && forget[slot] !== 0 && (forget[slot] as number) <= time) {
        while (this.heads[slot] >= 0) this.take(slot)
        forget[slot] = 0
        last[slot] = 0
        this.forgotten.push(slot)
        step(slot, FORGET, 0, 0)
        continue
      }
      if (range && from < ends[u]) {
        while (this.heads[slot] >= 0 && (list.values[0].values[this.heads[slot]] as number) < time - length) {
          step(slot, RETRACT, this.take(slot), 0)
        }
      }
      for (let i = from; i < ends[u]; i++) {
        if (!range && this.counts[slot] >= length) step(slot, RETRACT, this.take(slot), 0)
        const row = list.append(slot, rows, source, i)
        if (this.heads[slot] < 0) this.heads[slot] = row
        this.counts[slot]++
        step(slot, ADD, row, range ? (i === ends[u] - 1 ? ends[u] - from : 0) : 1)
      }
      if (this.node.window.time === 'rowtime') last[slot] = time
    }
    return this.gathered(ids, kinds, slots, emit, width)
  }

  private gathered(ids: number[], kinds: number[], slots: number[], emit: number[], width: number): Steps {
    const rows = Int32Array.from(ids)
    // Columns that no aggregate reads are not there.
    const columns = new Array<Column>(width).fill(NOTHING)
    for (const [k, c] of this.read.entries()) {
      columns[c] = gatherColumn(this.list.values[k + 1].column(), rows, rows.length)
    }
    const own = Int32Array.from(slots)
    return {
      batch: { length: rows.length, columns, kinds: null },
      kinds: Uint8Array.from(kinds),
      slots: own,
      matched: own.map((slot, i) => (kinds[i] === FORGET ? -1 : slot)),
      emit: Int32Array.from(emit),
    }
  }

  /** The aggregates are done: rows that left go, and keys that were forgotten and have not come back. */
  leave(): void {
    for (const [i, row] of this.leaving.entries()) this.list.removeRow(this.leavingOf[i], row)
    const used = this.groups.values[0].values
    const last = this.groups.values[LAST].values
    for (const slot of new Set(this.forgotten)) {
      if (used[slot] === 0 && last[slot] === 0 && this.groups.values[FORGET_AT].values[slot] === 0) {
        this.groups.remove(slot)
      }
    }
  }

  private begin(): void {
    const { capacity } = this.groups
    if (this.marks.length < capacity) {
      this.heads = new Int32Array(capacity)
      this.counts = new Int32Array(capacity)
      this.marks = new Int32Array(capacity)
      this.call = 0
    }
    this.call++
    this.leaving = []
    this.leavingOf = []
    this.forgotten = []
  }

  private enter(slot: number): void {
    if (this.marks[slot] === this.call) return
    this.marks[slot] = this.call
    this.heads[slot] = this.list.first(slot)
    this.counts[slot] = this.list.count(slot)
  }

  /** The oldest row, which leaves. */
  private take(slot: number): number {
    const row = this.heads[slot]
    this.leaving.push(row)
    this.leavingOf.push(slot)
    this.heads[slot] = this.list.next(row)
    this.counts[slot]--
    return row
  }
}

const NOTHING = column(new Float64Array(0))

function column(values: Float64Array): Column {
  return { physical: 'exact', values, nulls: null }
}
