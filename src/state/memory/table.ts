/**
 * A keyed table in memory: one row per key, values in columns addressed by slot.
 *
 * Law: `due` gives exactly the live slots whose time was announced with `timeChanged` and is ≤ the asked time.
 */
import { ColumnBuilder } from '../../types/batch.ts'
import type { KeyedTable, TableStateDeclaration } from '../contract.ts'
import { KeyStore, resetCell } from './key-store.ts'
import type { MemoryList } from './list.ts'
import { Timers } from './timers.ts'

export class MemoryTable extends KeyStore implements KeyedTable {
  readonly declaration: TableStateDeclaration
  readonly values: readonly ColumnBuilder[]
  /** Lists whose rows hang on this table's slots. */
  readonly lists: MemoryList[] = []
  private readonly timers: Timers | undefined

  constructor(declaration: TableStateDeclaration, now: () => number) {
    super(declaration.key, declaration.ttlMs, now)
    this.declaration = declaration
    this.values = declaration.value.map((field) => new ColumnBuilder(field.type, this.capacity))
    this.timers = declaration.timeColumn === undefined ? undefined : new Timers()
  }

  due(time: number): Int32Array {
    this.shelf?.fetchDue(time)
    const due = this.orderOfTime().due(time, this.sequence)
    // Who asks for due rows changes or removes them.
    if (this.shelf !== null || !this.changes.idle) for (const slot of due) this.touch(slot)
    return due
  }

  earliest(): number | undefined {
    const [here, there] = [this.orderOfTime().earliest(), this.shelf?.earliest()]
    return here === undefined ? there : there === undefined ? here : Math.min(here, there)
  }

  timeChanged(slot: number): void {
    this.touch(slot)
    const time = Number(this.values[this.declaration.timeColumn as number].values[slot])
    if (this.timeOf(slot) === time) return
    this.shelf?.leaveTime(slot)
    this.orderOfTime().set(slot, time)
  }

  timeCleared(slot: number): void {
    this.shelf?.leaveTime(slot)
    this.orderOfTime().clear(slot)
  }

  /** The announced time of a slot, NaN when there is none. */
  timeOf(slot: number): number {
    return this.timers?.timeOf(slot) ?? Number.NaN
  }

  /** A stored row comes back with its time. */
  setTime(slot: number, time: number): void {
    this.orderOfTime().set(slot, time)
  }

  private orderOfTime(): Timers {
    if (this.timers === undefined) throw new TypeError('this table declares no timeColumn')
    return this.timers
  }

  protected growValues(capacity: number): void {
    for (const value of this.values) value.reserve(capacity)
    for (const list of this.lists) list.reserveKeys(capacity)
  }

  protected resetValues(slot: number): void {
    for (const value of this.values) resetCell(value, slot)
  }

  protected forget(slot: number): void {
    this.timers?.clear(slot)
    for (const value of this.values) if (value.physical === 'object') value.values[slot] = null
    for (const list of this.lists) list.clearRows(slot)
  }
}
