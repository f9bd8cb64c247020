/**
 * A keyed list in memory: rows per key as doubly linked chains in columns, with an index over (key, identity) on demand.
 *
 * Laws
 * - `first`/`next` walk the rows of a key in order of insertion.
 * - The index exists from the first `match` on: insert-only join sides never pay for it.
 * - A key of the list's own goes when its last row went, but not before the next lookup, so that slots hold for their batch.
 */
import { type Column, ColumnBuilder } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { Intent, KeyedList, ListStateDeclaration, Rows } from '../contract.ts'
import { type CopyRow, compileCopy, copyRows } from './copy.ts'
import { KeyStore, resetCell } from './key-store.ts'
import { grown, OWNER_TYPE, RowIndex } from './row-index.ts'

const FIRST_ROWS = 16

/** Keys of a list that has its own. Rows expire one by one, the key when it has none. */
class ListKeys extends KeyStore {
  readonly list: MemoryList
  constructor(list: MemoryList, now: () => number) {
    super(list.declaration.key, list.declaration.ttlMs, now)
    this.list = list
  }
  override refresh(slot: number, _insert: boolean): number {
    this.list.expireRows(slot, this.time)
    return slot
  }
  override sweep(now: number): number {
    let dropped = 0
    for (let slot = 0; slot < this.high; slot++) if (this.live[slot] !== 0) dropped += this.list.expireRows(slot, now)
    this.list.dropEmptyKeys()
    return dropped
  }
  protected override growValues(capacity: number): void {
    this.list.reserveKeys(capacity)
  }
  protected override resetValues(): void {}
  protected override forget(slot: number): void {
    this.list.clearRows(slot)
  }
}

export class MemoryList implements KeyedList {
  readonly declaration: ListStateDeclaration
  readonly values: readonly ColumnBuilder[]
  /** Where the keys are: the list's own store, or the table that it hangs on. */
  readonly store: KeyStore
  heads = new Int32Array(0)
  links = new Int32Array(FIRST_ROWS).fill(-1)
  rowCount = 0
  /** With TTL: when each row was written. */
  readonly touched: { values: Float64Array } | null
  private tails = new Int32Array(0)
  private counts = new Int32Array(0)
  private back = new Int32Array(FIRST_ROWS).fill(-1)
  private capacity = FIRST_ROWS
  /** Row ids are below this. */
  rowsHigh = 0
  private freeRow = -1
  private readonly copy: CopyRow
  private readonly owner = new ColumnBuilder(OWNER_TYPE, FIRST_ROWS)
  private readonly identity: readonly number[]
  private index: RowIndex | undefined
  private emptied: number[] = []
  /** Rows that `appendAll` makes, and where they come from. */
  private added = new Int32Array(0)
  private from = new Int32Array(0)
  /** The owner column of a `match`. */
  private single = new Int32Array(64)

  constructor(declaration: ListStateDeclaration, now: () => number, table?: KeyStore) {
    this.declaration = declaration
    this.values = declaration.value.map((field) => new ColumnBuilder(field.type, FIRST_ROWS))
    this.identity = declaration.identity ?? declaration.value.map((_, c) => c)
    this.copy = compileCopy(declaration.value.map((field) => field.type))
    this.touched = table === undefined && (declaration.ttlMs ?? 0) > 0 ? { values: new Float64Array(FIRST_ROWS) } : null
    this.store = table ?? new ListKeys(this, now)
    this.reserveKeys(this.store.capacity)
  }

  // ---- Keys ------------------------------------------------------------------------------------------------------

  get keyCount(): number {
    return this.store.size
  }
  get keys(): readonly ColumnBuilder[] {
    return this.store.keys
  }
  lookup(batch: Rows, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void {
    if (this.ownsKeys()) this.dropEmptyKeys()
    this.store.lookup(batch, keyColumns, slots, intent)
  }
  find(key: readonly Value[], intent: Intent): number {
    if (this.ownsKeys()) this.dropEmptyKeys()
    return this.store.find(key, intent)
  }
  slots(): Int32Array {
    return this.store.slots()
  }
  touch(slot: number): void {
    this.store.touch(slot)
  }
  removeKey(slot: number): void {
    if (this.ownsKeys()) {
      this.store.remove(slot)
      return
    }
    this.store.touch(slot)
    this.clearRows(slot)
  }

  reserveKeys(capacity: number): void {
    if (capacity <= this.heads.length) return
    this.heads = grown(this.heads, capacity, -1)
    this.tails = grown(this.tails, capacity, -1)
    this.counts = grown(this.counts, capacity, 0)
  }

  dropEmptyKeys(): void {
    const { store } = this
    // A lookup for update may have made keys that then got no row.
    for (let i = 0; i < store.insertedCount; i++) this.emptied.push(store.insertedSlots[i])
    store.insertedCount = 0
    for (const slot of this.emptied) if (store.live[slot] !== 0 && this.counts[slot] === 0) store.remove(slot)
    this.emptied = []
  }

  private ownsKeys(): boolean {
    return this.declaration.table === undefined
  }

  // ---- Rows ------------------------------------------------------------------------------------------------------

  first(slot: number): number {
    return this.heads[slot]
  }
  last(slot: number): number {
    return this.tails[slot]
  }
  next(row: number): number {
    return this.links[row]
  }
  count(slot: number): number {
    return this.counts[slot]
  }

  append(slot: number, batch: Rows, columns: readonly number[], row: number): number {
    this.store.touch(slot)
    const id = this.newRow(slot)
    this.copy(this.values, sourcesOf(batch, columns), row, id)
    this.index?.enter(id)
    return id
  }

  appendAll(slots: Int32Array, batch: Rows, columns: readonly number[]): void {
    if (this.added.length < batch.length) {
      this.added = new Int32Array(batch.length)
      this.from = new Int32Array(batch.length)
    }
    const { added, from } = this
    let count = 0
    const watched = this.watched()
    for (let i = 0; i < batch.length; i++) {
      if (slots[i] < 0) continue
      if (watched) this.store.touch(slots[i])
      from[count] = i
      added[count++] = this.newRow(slots[i])
    }
    sourcesOf(batch, columns).forEach((source, c) => {
      copyRows(this.values[c], source, from, added, count)
    })
    if (this.index !== undefined) for (let i = 0; i < count; i++) this.index.enter(added[i])
  }

  private watched(): boolean {
    return this.store.shelf !== null || !this.store.changes.idle
  }

  replace(row: number, batch: Rows, columns: readonly number[], from: number): void {
    this.store.touch((this.owner.values as Int32Array)[row])
    this.copy(this.values, sourcesOf(batch, columns), from, row)
    if (this.touched !== null) this.touched.values[row] = this.store.time
  }

  /** Append a row of scalar values, as when state is restored. */
  appendValues(slot: number, cells: readonly Value[], touched?: number): number {
    this.store.touch(slot)
    return this.enterValues(slot, cells, touched)
  }

  /** A stored row comes into memory. */
  enterValues(slot: number, cells: readonly Value[], touched?: number): number {
    const id = this.newRow(slot)
    cells.forEach((cell, c) => {
      this.values[c].set(id, cell)
    })
    if (this.touched !== null && touched !== undefined) this.touched.values[id] = touched
    this.index?.enter(id)
    return id
  }

  match(slot: number, batch: Rows, columns: readonly number[], row: number): number {
    if (row >= this.single.length) this.single = new Int32Array(Math.max(row + 1, this.single.length * 2))
    const owners = this.single
    owners[row] = slot
    return this.ensureIndex().find([{ values: owners, nulls: null }, ...columns.map((c) => batch.columns[c])], row)
  }

  matchAll(slots: Int32Array, batch: Rows, columns: readonly number[], rows: Int32Array, intent: Intent): void {
    const sources = [{ values: slots, nulls: null }, ...columns.map((c) => batch.columns[c])]
    if (intent === 'update' && this.watched()) {
      for (let i = 0; i < batch.length; i++) if (slots[i] >= 0) this.store.touch(slots[i])
    }
    this.ensureIndex().lookup(sources, batch.length, rows, intent === 'update', slots)
  }

  removeRow(slot: number, row: number): void {
    this.store.touch(slot)
    this.index?.leave(row)
    const before = this.back[row]
    const after = this.links[row]
    if (before < 0) this.heads[slot] = after
    else this.links[before] = after
    if (after < 0) this.tails[slot] = before
    else this.back[after] = before
    this.counts[slot]--
    this.release(row)
    if (this.counts[slot] === 0 && this.ownsKeys()) this.emptied.push(slot)
  }

  moveRows(from: number, to: number): void {
    if (this.heads[from] < 0) return
    this.store.touch(from)
    this.store.touch(to)
    const owner = this.owner.values as Int32Array
    for (let row = this.heads[from]; row >= 0; row = this.links[row]) {
      this.index?.leave(row)
      owner[row] = to
      this.index?.enter(row)
    }
    if (this.tails[to] < 0) this.heads[to] = this.heads[from]
    else {
      this.links[this.tails[to]] = this.heads[from]
      this.back[this.heads[from]] = this.tails[to]
    }
    this.tails[to] = this.tails[from]
    this.counts[to] += this.counts[from]
    this.heads[from] = -1
    this.tails[from] = -1
    this.counts[from] = 0
  }

  /** All rows of a slot go; the key stays. */
  clearRows(slot: number): void {
    let row = this.heads[slot]
    while (row >= 0) {
      const after = this.links[row]
      this.index?.leave(row)
      this.release(row)
      row = after
    }
    this.heads[slot] = -1
    this.tails[slot] = -1
    this.counts[slot] = 0
  }

  /** Drop the rows of a key that are too old. */
  expireRows(slot: number, now: number): number {
    let dropped = 0
    if (this.touched === null) return dropped
    const ttlMs = this.declaration.ttlMs as number
    for (let row = this.heads[slot]; row >= 0; ) {
      const after = this.links[row]
      if (this.touched.values[row] + ttlMs <= now) {
        this.removeRow(slot, row)
        dropped++
      }
      row = after
    }
    return dropped
  }

  private ensureIndex(): RowIndex {
    if (this.index === undefined) {
      const identity = this.identity.map((c) => this.values[c])
      this.index = new RowIndex(this.owner, identity, (owner) => {
        const row = this.newRow(owner)
        for (const value of this.values) resetCell(value, row)
        return row
      })
      for (let slot = 0; slot < this.heads.length; slot++) {
        for (let row = this.heads[slot]; row >= 0; row = this.links[row]) this.index.enter(row)
      }
    }
    return this.index
  }

  private newRow(slot: number): number {
    let row = this.freeRow
    if (row >= 0) this.freeRow = this.links[row]
    else {
      row = this.rowsHigh++
      if (row >= this.capacity) this.growRows(this.capacity * 2)
    }
    const tail = this.tails[slot]
    this.links[row] = -1
    this.back[row] = tail
    if (tail < 0) this.heads[slot] = row
    else this.links[tail] = row
    this.tails[slot] = row
    this.counts[slot]++
    ;(this.owner.values as Int32Array)[row] = slot
    if (this.touched !== null) this.touched.values[row] = this.store.time
    this.rowCount++
    return row
  }

  private release(row: number): void {
    for (const value of this.values) if (value.physical === 'object') value.values[row] = null
    this.links[row] = this.freeRow
    this.freeRow = row
    this.rowCount--
  }

  private growRows(capacity: number): void {
    this.capacity = capacity
    for (const value of this.values) value.reserve(capacity)
    this.owner.reserve(capacity)
    this.links = grown(this.links, capacity, -1)
    this.back = grown(this.back, capacity, -1)
    this.index?.reserve(capacity)
    if (this.touched !== null) {
      const touched = new Float64Array(capacity)
      touched.set(this.touched.values)
      this.touched.values = touched
    }
  }
}

function sourcesOf(batch: Rows, columns: readonly number[]): (Column | null)[] {
  return columns.map((c) => (c < 0 ? null : batch.columns[c]))
}
