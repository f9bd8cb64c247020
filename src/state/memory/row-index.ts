/**
 * Finds rows of a list by their key slot and their identity columns.
 *
 * Law: one entry per distinct (slot, identity); equal rows form a chain behind it, oldest first, so that entering, finding
 * the oldest and taking it out are O(1) however many rows are equal.
 */
import type { ColumnBuilder } from '../../types/batch.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { hashKindOf } from '../hash.ts'
import { compileProbe, type HashColumns, type Indexed, type Probe, type StoredColumn } from '../probe.ts'
import { KeyIndex } from './key-store.ts'

export const OWNER_TYPE: LogicalType = { kind: 'INTEGER', nullable: false }

export class RowIndex implements Indexed {
  readonly keys: readonly StoredColumn[]
  readonly watch = false
  private readonly probe: Probe
  private readonly entries = new KeyIndex()
  private readonly appendRow: (owner: number) => number
  /** The next younger equal row; for the oldest of them the youngest. */
  private nextSame: Int32Array
  private lastSame: Int32Array

  /** @param owner each row's key slot  @param appendRow makes an empty row of a key, for `lookup` with insertion */
  constructor(owner: ColumnBuilder, identity: readonly ColumnBuilder[], appendRow: (owner: number) => number) {
    this.keys = [owner, ...identity] as readonly (ColumnBuilder & StoredColumn)[]
    const types = [OWNER_TYPE, ...identity.map((column) => column.type)]
    this.probe = compileProbe(types.map(hashKindOf), types)
    this.appendRow = appendRow
    this.nextSame = new Int32Array(owner.capacity).fill(-1)
    this.lastSame = new Int32Array(owner.capacity).fill(-1)
  }

  get index(): Int32Array {
    return this.entries.index
  }
  get mask(): number {
    return this.entries.mask
  }

  reserve(capacity: number): void {
    this.nextSame = grown(this.nextSame, capacity, -1)
    this.lastSame = grown(this.lastSame, capacity, -1)
  }

  find(columns: HashColumns, row: number): number {
    return this.probe.find(this, columns, row, this.probe.hash(columns, row))
  }

  lookup(columns: HashColumns, length: number, rows: Int32Array, insert: boolean, owners: Int32Array): void {
    this.probe.lookup(this, columns, length, rows, insert, owners)
  }

  refresh(slot: number): number {
    return slot
  }

  insertAt(hash: number, owner: number): number {
    const row = this.appendRow(owner)
    this.nextSame[row] = -1
    this.lastSame[row] = row
    this.entries.enter(row, hash)
    return row
  }

  /** Enter a stored row, behind its equals. */
  enter(row: number): void {
    const columns = this.keys as HashColumns
    const hash = this.probe.hash(columns, row)
    const head = this.probe.find(this, columns, row, hash)
    this.nextSame[row] = -1
    this.lastSame[row] = row
    if (head < 0) {
      this.entries.enter(row, hash)
      return
    }
    this.entries.setHash(row, hash)
    this.nextSame[this.lastSame[head]] = row
    this.lastSame[head] = row
  }

  /** Take a row out; its columns still hold its values. */
  leave(row: number): void {
    const place = this.entries.placeOf(row)
    if (place >= 0) {
      const heir = this.nextSame[row]
      if (heir < 0) this.entries.delete(row)
      else {
        this.lastSame[heir] = this.lastSame[row]
        this.entries.replace(place, heir)
      }
      return
    }
    const head = this.probe.find(this, this.keys as HashColumns, row, this.entries.hashes[row])
    for (let before = head; before >= 0; before = this.nextSame[before]) {
      if (this.nextSame[before] !== row) continue
      this.nextSame[before] = this.nextSame[row]
      if (this.lastSame[head] === row) this.lastSame[head] = before
      return
    }
  }
}

export function grown(array: Int32Array, capacity: number, filler: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(capacity)
  result.set(array)
  if (filler !== 0) result.fill(filler, array.length)
  return result
}
