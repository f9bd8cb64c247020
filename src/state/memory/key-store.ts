/**
 * Keys in an open-addressing index over columns: what memory tables and lists share.
 *
 * Laws
 * - Slots are dense small integers; freed ones are used again; `sequence` remembers insertion order.
 * - All columns of the store (keys here, values in the subclass) have the same capacity.
 * - The index is at most half full; deletion shifts entries back, so that there are no tombstones.
 */
import { ColumnBuilder, type Schema } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { Intent, Rows } from '../contract.ts'
import { hashKindOf } from '../hash.ts'
import { compileProbe, type HashColumns, type Indexed, type Probe, type StoredColumn } from '../probe.ts'
import { Changes, type StatePart, writerOf } from './changes.ts'

const FIRST_CAPACITY = 16
/** At least so long between two sweeps for expired rows. */
const SWEEP_PAUSE_MS = 1000

export class KeyIndex {
  /** Pairs of slot + 1 and hash (`probe.ts`). */
  index = new Int32Array(FIRST_CAPACITY * 4)
  /** Number of places − 1. */
  mask = FIRST_CAPACITY * 2 - 1
  /** Hash of each slot. */
  hashes = new Int32Array(FIRST_CAPACITY)
  entries = 0

  /** Enter a slot whose hash is known not to be present as the same key. */
  enter(slot: number, hash: number): void {
    this.setHash(slot, hash)
    if ((this.entries + 1) * 2 > this.mask + 1) this.grow()
    this.put(slot + 1, hash)
    this.entries++
  }

  setHash(slot: number, hash: number): void {
    if (slot >= this.hashes.length) {
      const grown = new Int32Array(Math.max(slot + 1, this.hashes.length * 2))
      grown.set(this.hashes)
      this.hashes = grown
    }
    this.hashes[slot] = hash
  }

  private put(entry: number, hash: number): void {
    const { index, mask } = this
    let p = hash & mask
    while (index[p * 2] !== 0) p = (p + 1) & mask
    index[p * 2] = entry
    index[p * 2 + 1] = hash
  }

  /** Slots with this hash. */
  *slotsOf(hash: number): Generator<number> {
    const { index, mask } = this
    for (let p = hash & mask; index[p * 2] !== 0; p = (p + 1) & mask)
      if (index[p * 2 + 1] === hash) yield index[p * 2] - 1
  }

  /** Where a slot stands, or −1. */
  placeOf(slot: number): number {
    let p = this.hashes[slot] & this.mask
    while (this.index[p * 2] !== slot + 1) {
      if (this.index[p * 2] === 0) return -1
      p = (p + 1) & this.mask
    }
    return p
  }

  /** Another slot of the same hash takes the place. */
  replace(place: number, slot: number): void {
    this.index[place * 2] = slot + 1
  }

  delete(slot: number): void {
    const { index, mask } = this
    let hole = this.placeOf(slot)
    if (hole < 0) return
    this.entries--
    for (let p = (hole + 1) & mask; index[p * 2] !== 0; p = (p + 1) & mask) {
      const home = index[p * 2 + 1] & mask
      // An entry may move into the hole unless its home lies cyclically behind the hole.
      if (((p - home) & mask) >= ((p - hole) & mask)) {
        index[hole * 2] = index[p * 2]
        index[hole * 2 + 1] = index[p * 2 + 1]
        hole = p
      }
    }
    index[hole * 2] = 0
  }

  private grow(): void {
    const old = this.index
    this.index = new Int32Array(old.length * 2)
    this.mask = this.mask * 2 + 1
    for (let i = 0; i < old.length; i += 2) if (old[i] !== 0) this.put(old[i], old[i + 1])
  }
}

/** Where rows are that are not in memory (`state/disk/shelf.ts`); nowhere for the memory backend. */
export interface Shelf {
  endBatch(): void
  /** Rows stay in memory from now on. */
  hold(): void
  /** Bring the rows of these keys into memory. */
  fetch(columns: HashColumns, length: number): void
  fetchAll(): void
  /** Bring the rows into memory whose time is ≤ `until`. */
  fetchDue(until: number): void
  earliest(): number | undefined
  /** A row is about to change or go: what is stored of it does not count any more. */
  leave(slot: number): void
  /** The row's time changed, or the row goes. */
  leaveTime(slot: number): void
  reserve(capacity: number): void
}

export abstract class KeyStore implements Indexed {
  readonly keySchema: Schema
  readonly keys: readonly (ColumnBuilder & StoredColumn)[]
  readonly probe: Probe
  readonly ttlMs: number
  readonly watch: boolean
  readonly now: () => number
  capacity = FIRST_CAPACITY
  /** Rows, wherever they are. */
  size = 0
  readonly changes = new Changes(FIRST_CAPACITY)
  /** What a row is written as: the store itself, then what hangs on it. */
  readonly parts: StatePart[] = []
  /** By part and key group: length of the block in the last snapshot, about. */
  readonly blockBytes: number[][] = []
  shelf: Shelf | null = null
  moves = 0
  /** Set by the backend, which knows the maximum parallelism. */
  keyGroupOf: (slot: number) => number = () => 0
  live = new Uint8Array(FIRST_CAPACITY)
  /** Order of insertion; grows over the life of the store. */
  sequence = new Float64Array(FIRST_CAPACITY)
  nextSequence = 0
  /** Time of the last update, with TTL only. */
  touched: Float64Array | null
  insertedSlots = new Int32Array(16)
  insertedCount = 0
  readonly keyIndex = new KeyIndex()
  private free = new Int32Array(16)
  private freeCount = 0
  /** Slots 0 … high − 1 were used at least once. */
  high = 0
  /** Processing time of the running batch, with TTL only. */
  time = 0
  private swept = Number.NEGATIVE_INFINITY
  private probeScratch: { builders: ColumnBuilder[]; rows: Rows; slots: Int32Array } | undefined

  constructor(keySchema: Schema, ttlMs: number | undefined, now: () => number) {
    this.keySchema = keySchema
    this.keys = keySchema.map((field) => new ColumnBuilder(field.type, FIRST_CAPACITY)) as never
    const types = keySchema.map((field) => field.type)
    this.probe = compileProbe(types.map(hashKindOf), types)
    this.ttlMs = ttlMs ?? 0
    this.watch = this.ttlMs > 0
    this.touched = this.watch ? new Float64Array(FIRST_CAPACITY) : null
    this.now = now
  }

  get index(): Int32Array {
    return this.keyIndex.index
  }
  get mask(): number {
    return this.keyIndex.mask
  }

  lookup(batch: Rows, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void {
    this.insertedCount = 0
    if (this.watch) this.tick()
    const columns = keyColumns.map((c) => batch.columns[c])
    this.shelf?.fetch(columns, batch.length)
    this.probe.lookup(this, columns, batch.length, slots, intent === 'update', null)
    if (intent !== 'update') return
    if (this.shelf === null) {
      if (!this.changes.idle) this.changes.beforeAll(slots, batch.length)
    } else for (let i = 0; i < batch.length; i++) this.touch(slots[i])
  }

  /** The row of a slot is about to change. */
  touch(slot: number): void {
    this.changes.before(slot)
    this.shelf?.leave(slot)
  }

  endBatch(): void {
    this.shelf?.endBatch()
  }

  hold(): void {
    this.shelf?.hold()
  }

  find(key: readonly Value[], intent: Intent): number {
    this.probeScratch ??= this.makeScratch()
    const { builders, rows, slots } = this.probeScratch
    builders.forEach((builder, c) => {
      builder.set(0, key[c] ?? null)
    })
    this.lookup(
      { length: rows.length, columns: builders.map((b) => b.column()) },
      this.keySchema.map((_, c) => c),
      slots,
      intent,
    )
    return slots[0]
  }

  /** Between batches slots may go: now and then drop what nobody will ask for again. */
  private tick(): void {
    this.time = this.now()
    if (this.time - this.swept < Math.max(this.ttlMs / 2, SWEEP_PAUSE_MS)) return
    this.swept = this.time
    this.sweep(this.time)
    this.insertedCount = 0
  }

  private makeScratch() {
    const builders = this.keySchema.map((field) => new ColumnBuilder(field.type, 1))
    return { builders, rows: { length: 1, columns: [] }, slots: new Int32Array(1) }
  }

  insertAt(hash: number, _owner: number): number {
    const slot = this.freeCount > 0 ? this.free[--this.freeCount] : this.high++
    if (slot >= this.capacity) this.growTo(this.capacity * 2)
    this.keyIndex.enter(slot, hash)
    this.live[slot] = 1
    this.sequence[slot] = this.nextSequence++
    if (this.touched !== null) this.touched[slot] = this.time
    this.size++
    this.changes.inserted(slot)
    this.resetValues(slot)
    this.noteInserted(slot)
    return slot
  }

  /** TTL: an expired row is a missing one; an update makes a row young again. */
  refresh(slot: number, insert: boolean): number {
    const touched = this.touched as Float64Array
    if (touched[slot] + this.ttlMs <= this.time) {
      if (!insert) return -1
      this.touch(slot)
      this.forget(slot)
      this.sequence[slot] = this.nextSequence++
      this.resetValues(slot)
      this.noteInserted(slot)
    }
    if (insert) touched[slot] = this.time
    return slot
  }

  /** A stored row comes into memory: the caller writes its columns and sequence. */
  take(columns: HashColumns, row: number, hash: number): number {
    const { insertedCount, nextSequence } = this
    const slot = this.insertAt(hash, 0)
    this.size--
    this.insertedCount = insertedCount
    this.nextSequence = nextSequence
    this.probe.store(this, columns, row, slot)
    return slot
  }

  private noteInserted(slot: number): void {
    if (this.insertedCount === this.insertedSlots.length) {
      const grown = new Int32Array(this.insertedCount * 2)
      grown.set(this.insertedSlots)
      this.insertedSlots = grown
    }
    this.insertedSlots[this.insertedCount++] = slot
  }

  remove(slot: number): void {
    if (this.live[slot] === 0) return
    this.touch(slot)
    if (this.changes.forget(slot)) this.noteRemoved(slot)
    this.shelf?.leaveTime(slot)
    this.size--
    this.drop(slot)
  }

  private noteRemoved(slot: number): void {
    const writer = writerOf(this.changes.removed, this.keyGroupOf(slot))
    writer.rows++
    for (let c = 0; c < this.keySchema.length; c++) writer.cell(this.keys[c].get(slot), this.keySchema[c].type)
  }

  /** The row leaves memory; whether it is on disk, and what a snapshot has to say, is the caller's. */
  drop(slot: number): void {
    this.forget(slot)
    this.keyIndex.delete(slot)
    this.live[slot] = 0
    for (const key of this.keys) if (key.physical === 'object') key.values[slot] = null
    if (this.freeCount === this.free.length) {
      const grown = new Int32Array(this.freeCount * 2)
      grown.set(this.free)
      this.free = grown
    }
    this.free[this.freeCount++] = slot
  }

  /** Rows in memory. */
  get resident(): number {
    return this.high - this.freeCount
  }

  slots(): Int32Array {
    this.shelf?.fetchAll()
    const { live, sequence } = this
    const slots = new Int32Array(this.size)
    let count = 0
    let last = -1
    let sorted = true
    for (let slot = 0; slot < this.high; slot++) {
      if (live[slot] === 0) continue
      slots[count++] = slot
      if (sequence[slot] < last) sorted = false
      last = sequence[slot]
    }
    return sorted ? slots : slots.sort((a, b) => sequence[a] - sequence[b])
  }

  private growTo(capacity: number): void {
    this.capacity = capacity
    for (const key of this.keys) key.reserve(capacity)
    this.changes.reserve(capacity)
    this.shelf?.reserve(capacity)
    const live = new Uint8Array(capacity)
    live.set(this.live)
    this.live = live
    const sequence = new Float64Array(capacity)
    sequence.set(this.sequence)
    this.sequence = sequence
    if (this.touched !== null) {
      const touched = new Float64Array(capacity)
      touched.set(this.touched)
      this.touched = touched
    }
    this.growValues(capacity)
  }

  /** Drop all rows that have expired; a backend calls it now and then so that unused keys do not stay. */
  sweep(now: number): number {
    if (this.touched === null) return 0
    let dropped = 0
    for (let slot = 0; slot < this.high; slot++) {
      if (this.live[slot] === 0 || this.touched[slot] + this.ttlMs > now) continue
      this.remove(slot)
      dropped++
    }
    return dropped
  }

  protected abstract growValues(capacity: number): void
  /** Value columns of a new slot: NULL where nullable, else 0. */
  protected abstract resetValues(slot: number): void
  /** What hangs on the slot goes: lists, timers. */
  protected abstract forget(slot: number): void
}

/** Set a value cell to what a new row has. */
export function resetCell(column: ColumnBuilder, row: number): void {
  switch (column.physical) {
    case 'object':
      column.values[row] = null
      return
    default:
      column.values[row] = 0
      if (column.type.nullable) {
        column.nulls ??= new Uint8Array(column.capacity)
        column.nulls[row] = 1
      }
  }
}
