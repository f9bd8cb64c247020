/**
 * The rows of one store that are on disk, and their way into memory and back.
 *
 * Laws
 * - Memory holds what the running batch needs and what was used lately, up to a budget; `makeRoom` puts the rest to disk
 *   between two batches. What one batch needs is in memory together, whatever the budget, and so are all rows of one key, all
 *   rows that fall due together, and everything while `slots` is asked for.
 * - A record counts when the index has it, and then it equals the row. A row that is about to change leaves its record, so
 *   a changed row is in memory alone until it is put to disk again.
 * - Per key on disk, memory holds its place (`place-index.ts`), and 4 to 8 bytes if it has a time (`shelved-times.ts`).
 */
import { ColumnBuilder } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { KeyStore, Shelf } from '../memory/key-store.ts'
import { beginsWith, type FoundRow } from '../memory/peek.ts'
import { grown } from '../memory/row-index.ts'
import type { HashColumns } from '../probe.ts'
import { PlaceIndex } from './place-index.ts'
import type { RecordLog, RecordView, Segment } from './record-log.ts'
import type { RowForm } from './row-form.ts'
import { ShelvedTimes } from './shelved-times.ts'

/** Bytes that are looked through between two batches at most. */
const COMPACTION_BYTES = 2 ** 20

export interface Budget {
  /** Bytes that this store may take in memory. */
  bytes(): number
}

export class DiskShelf implements Shelf {
  readonly log: RecordLog
  readonly index = new PlaceIndex()
  private readonly store: KeyStore
  private readonly form: RowForm
  private readonly budget: Budget
  private readonly times = new ShelvedTimes()
  /** By slot: where the row is on disk too, or 0. */
  places: Uint32Array
  /** By slot: the time under which `times` has the row, or NaN. */
  private registered: Float64Array
  private used: Uint8Array
  private hand = 0
  private batchEnded = false
  private held = false
  private wanted: number[] = []
  private readonly keyCells: ColumnBuilder[]
  private readonly view: RecordView = {
    place: 0,
    hash: 0,
    keyGroup: 0,
    touched: 0,
    start: 0,
    end: 0,
    bytes: new Uint8Array(),
  }
  private victim: { readonly segment: Segment; at: number } | undefined
  private written = 0

  constructor(store: KeyStore, form: RowForm, log: RecordLog, budget: Budget) {
    this.store = store
    this.form = form
    this.log = log
    this.budget = budget
    this.places = new Uint32Array(store.capacity)
    this.registered = new Float64Array(store.capacity).fill(Number.NaN)
    this.used = new Uint8Array(store.capacity)
    this.keyCells = store.keySchema.map((field) => new ColumnBuilder(field.type, 1))
  }

  reserve(capacity: number): void {
    this.places = new Uint32Array(grown(this.places as never, capacity, 0).buffer)
    const registered = new Float64Array(capacity).fill(Number.NaN)
    registered.set(this.registered)
    this.registered = registered
    const used = new Uint8Array(capacity)
    used.set(this.used)
    this.used = used
  }

  endBatch(): void {
    this.batchEnded = !this.held
  }

  hold(): void {
    this.held = true
    this.batchEnded = false
    this.fetchAll()
  }

  /** Before slots are handed out: those of the last batch are not in use any more. */
  private begin(): void {
    if (!this.batchEnded) return
    this.batchEnded = false
    this.makeRoom()
  }

  // ---- Into memory -----------------------------------------------------------------------------------------------

  fetch(columns: HashColumns, length: number): void {
    this.begin()
    const { store, index, used, wanted } = this
    const { probe } = store
    let count = 0
    for (let i = 0; i < length; i++) {
      const hash = probe.hash(columns, i)
      const slot = probe.find(store, columns, i, hash)
      if (slot >= 0) used[slot] = 1
      else if (index.size > 0) count = index.find(hash, wanted, count)
    }
    this.load(count)
  }

  fetchAll(): void {
    this.begin()
    let count = 0
    for (const [, place] of this.index.entries()) this.wanted[count++] = place
    this.load(count)
  }

  fetchDue(until: number): void {
    this.begin()
    let count = 0
    for (const hashes of this.times.take(until)) {
      for (const hash of hashes) {
        count = this.index.find(hash, this.wanted, count)
        for (const slot of this.store.keyIndex.slotsOf(hash)) {
          if (this.registered[slot] <= until) this.registered[slot] = Number.NaN
        }
      }
    }
    this.load(count)
  }

  earliest(): number | undefined {
    return this.times.earliest()
  }

  /** Load the rows at the wanted places, in the order in which they lie on disk. */
  private load(count: number): void {
    if (count === 0) return
    const places = Float64Array.from(this.wanted.slice(0, count)).sort()
    if (this.wanted.length > 65_536) this.wanted = []
    const now = this.store.watch ? this.store.now() : 0
    for (let i = 0; i < count; i++) if (i === 0 || places[i] !== places[i - 1]) this.loadOne(places[i], now)
  }

  private loadOne(place: number, now: number): void {
    const { store, view, form } = this
    this.log.read(place, view)
    if (this.expired(view, now)) {
      if (this.slotAt(view.hash, place) < 0) this.forget(view.hash, place)
      return
    }
    form.open(view)
    form.readKey(this.keyCells)
    const columns = this.keyCells as unknown as HashColumns
    if (store.probe.find(store, columns, 0, view.hash) >= 0) return
    const slot = store.take(columns, 0, view.hash)
    const time = form.readRow(slot)
    store.changes.marks.set(slot, 0)
    this.places[slot] = place
    this.used[slot] = 1
    this.registered[slot] = this.times.has(time) ? time : Number.NaN
  }

  private expired(view: RecordView, now: number): boolean {
    return this.store.watch && view.touched + this.store.ttlMs <= now
  }

  /** A record that nobody needs any more and that no row in memory equals. */
  private forget(hash: number, place: number): void {
    this.index.delete(hash, place)
    this.log.segmentOf(place).live--
    this.store.size--
  }

  /** The row of a key that is on disk alone, as values; it stays there. */
  peek(hash: number, key: readonly Value[], limit: number): FoundRow | undefined {
    const { index, log, form, view, store } = this
    const now = store.watch ? store.now() : 0
    const places: number[] = []
    index.find(hash, places, 0)
    for (const place of places) {
      log.read(place, view)
      if (this.expired(view, now)) continue
      const row = form.readFound(view, limit, now)
      if (beginsWith(store.keySchema, (c) => row.key[c], key)) return row
    }
    return undefined
  }

  /** The slot of the row that is in memory too, or −1. */
  private slotAt(hash: number, place: number): number {
    for (const slot of this.store.keyIndex.slotsOf(hash)) if (this.places[slot] === place) return slot
    return -1
  }

  // ---- Out of memory ---------------------------------------------------------------------------------------------

  leave(slot: number): void {
    const place = this.places[slot]
    if (place === 0 || place === undefined) return
    this.index.delete(this.store.keyIndex.hashes[slot], place)
    this.log.segmentOf(place).live--
    this.places[slot] = 0
  }

  leaveTime(slot: number): void {
    const time = this.registered[slot]
    if (Number.isNaN(time)) return
    this.times.remove(time)
    this.registered[slot] = Number.NaN
  }

  private makeRoom(): void {
    const { store, used } = this
    const limit = this.budget.bytes()
    if (this.form.residentBytes() > limit) {
      // A little more than must go, but no more than a batch should wait for.
      const target = limit - limit / 256
      // Twice around: the first time a row that was used lately is spared.
      for (let steps = 2 * store.high; steps > 0 && this.form.residentBytes() > target; steps--) {
        if (this.hand >= store.high) this.hand = 0
        const slot = this.hand++
        if (store.live[slot] === 0) continue
        if (used[slot] !== 0) used[slot] = 0
        else this.put(slot)
      }
    }
    this.compact()
  }

  /** The row goes to disk. */
  private put(slot: number): void {
    const { store, index, log, form } = this
    const { changes } = store
    const hash = store.keyIndex.hashes[slot]
    if (this.places[slot] === 0) {
      for (const copy of changes.copies) if (copy.has(slot)) copy.take(slot)
      const body = form.write(slot)
      const place = log.append(hash, store.keyGroupOf(slot), form.touched(slot), body, changes.marks.get(slot) !== 0)
      this.written += body.length
      index.insert(hash, place)
    }
    const time = form.timeOf(slot)
    if (!Number.isNaN(time) && this.registered[slot] !== time) this.times.add(time, hash)
    this.registered[slot] = Number.NaN
    this.places[slot] = 0
    changes.marks.set(slot, 0)
    store.drop(slot)
    store.moves++
  }

  /**
   * Write records that still count again, so that less than half of the disk is taken by those that do not: a few times
   * what was put to disk, and no more at once than a batch should wait for. Not while a snapshot reads the log, which goes by
   * places.
   */
  private compact(): void {
    const { log, index, store } = this
    if (store.changes.copies.size > 0) return
    let budget = Math.min(4 * this.written, COMPACTION_BYTES)
    this.written -= budget / 4
    const now = store.watch ? store.now() : 0
    while (budget > 0) {
      this.victim ??= this.pickVictim()
      if (this.victim === undefined) {
        this.written = 0
        return
      }
      const { segment, at } = this.victim
      this.victim.at = log.scan({ segment, from: at, end: segment.length }, Math.min(budget, 65_536), (view) => {
        const { hash, place } = view
        if (!index.has(hash, place)) return
        const slot = this.slotAt(hash, place)
        if (slot < 0 && this.expired(view, now)) {
          this.forget(hash, place)
          return
        }
        const body = view.bytes.subarray(view.start, view.end)
        const changed = log.offsetOf(place) >= segment.changedFrom
        const moved = log.append(hash, view.keyGroup, view.touched, body, changed)
        index.move(hash, place, moved)
        segment.live--
        if (slot >= 0) this.places[slot] = moved
      })
      budget -= this.victim.at - at + 1
      if (this.victim.at >= segment.length) {
        log.drop(segment)
        this.victim = undefined
      }
    }
  }

  private pickVictim(): { segment: Segment; at: number } | undefined {
    let best: Segment | undefined
    let records = 0
    for (const segment of this.log.segments) {
      if (segment === undefined) continue
      records += segment.records
      if (segment.sealed && (best === undefined || segment.live / segment.records < best.live / best.records)) {
        best = segment
      }
    }
    if (best === undefined || (best.live > 0 && records < 2 * this.index.size)) return undefined
    return { segment: best, at: 0 }
  }
}
