/**
 * A snapshot of one store being written: its rows go into blocks by key group, each once.
 *
 * Laws
 * - A row is written in its turn or just before it changes, whichever comes first (`changes.ts`).
 * - A table's row is key, value columns, sequence, time of last update (with TTL). A list's block has one entry per key: key,
 *   number of rows, then value columns and time of last update (with TTL) of each. A list that hangs on a table stores the
 *   table's key, so that it can be read back in any order of slots.
 */
import { type ColumnBuilder, type Schema, valueAt } from '../../types/batch.ts'
import type { KeyedPart } from '../contract.ts'
import { hashKindOf } from '../hash.ts'
import { keyGroupOfHash } from '../key-group.ts'
import { compileHash, type HashColumns } from '../probe.ts'
import type { RowWriter } from '../row-codec.ts'
import { blocksOf, type StatePart, type StoreCopy, writerOf } from './changes.ts'
import type { KeyStore } from './key-store.ts'
import type { MemoryList } from './list.ts'
import type { MemoryTable } from './table.ts'

/** Rows between two pauses. */
export const SLICE = 4096

export class MemoryCopy implements StoreCopy {
  protected readonly store: KeyStore
  protected readonly writers: Map<number, RowWriter>[]
  private readonly removed: Map<number, RowWriter> | undefined
  private readonly pending: Uint8Array

  /** @param pending slots to write are not 0  @param removed keys that went; absent in a full snapshot */
  constructor(store: KeyStore, pending: Uint8Array, removed: Map<number, RowWriter> | undefined) {
    this.store = store
    this.pending = pending
    this.removed = removed
    this.writers = store.parts.map(() => new Map())
    store.changes.copies.add(this)
  }

  has(slot: number): boolean {
    return slot < this.pending.length && this.pending[slot] !== 0
  }

  take(slot: number): void {
    if (slot < this.pending.length) this.pending[slot] = 0
    const { store, writers } = this
    const keyGroup = store.keyGroupOf(slot)
    for (let p = 0; p < writers.length; p++) {
      const writer = writerOf(writers[p], keyGroup)
      if (store.parts[p].write(writer, slot, this.removed !== undefined)) writer.rows++
    }
  }

  *write(): Generator<void, KeyedPart[]> {
    const { pending, store } = this
    let written = 0
    for (let slot = 0; slot < pending.length; slot++) {
      if (pending[slot] === 0) continue
      this.take(slot)
      if (++written % SLICE === 0) yield
    }
    yield* this.writeElsewhere()
    this.close()
    const parts: KeyedPart[] = []
    for (let p = 0; p < this.writers.length; p++) {
      // A list that hangs on a table has no keys of its own to remove.
      const removed = this.removed === undefined || p === 0 ? this.removed : new Map<number, RowWriter>()
      parts.push(...(yield* blocksOf(store.parts[p].state, this.writers[p], removed)))
      yield
    }
    return parts
  }

  /** Rows that are not in memory. */
  protected *writeElsewhere(): Generator<void> {}

  close(): void {
    this.store.changes.copies.delete(this)
  }
}

export function tablePart(state: string, table: MemoryTable): StatePart {
  const { key, value } = table.declaration
  const writeKey = rowOf(key, table.keys)
  const writeValue = rowOf(value, table.values)
  return {
    state,
    write(writer, slot) {
      writeKey(writer, slot)
      writeValue(writer, slot)
      writer.varint(table.sequence[slot])
      if (table.touched !== null) writer.float(table.touched[slot])
      return true
    },
  }
}

export function listPart(state: string, list: MemoryList): StatePart {
  const writeKey = rowOf(list.declaration.key, list.store.keys)
  const writeRows = listRows(list)
  return {
    state,
    write(writer, slot, changes) {
      if (list.heads[slot] < 0 && !changes) return false
      writeKey(writer, slot)
      writeRows(writer, slot)
      return true
    },
  }
}

/** The rows of a key: their number, then each. */
export function listRows(list: MemoryList): (writer: RowWriter, slot: number) => void {
  const writeValue = rowOf(list.declaration.value, list.values)
  return (writer, slot) => {
    writer.varint(list.count(slot))
    for (let row = list.heads[slot]; row >= 0; row = list.links[row]) {
      writeValue(writer, row)
      if (list.touched !== null) writer.float(list.touched.values[row])
    }
  }
}

export function rowOf(schema: Schema, columns: readonly ColumnBuilder[]): (writer: RowWriter, row: number) => void {
  return (writer, row) => {
    for (let c = 0; c < schema.length; c++) {
      const { type } = schema[c]
      writer.cell(valueAt(columns[c] as never, type, row), type)
    }
  }
}

/** The key group of a slot. */
export function keyGroups(
  key: Schema,
  partitionColumns: number,
  columns: readonly ColumnBuilder[],
  maxParallelism: number,
): (slot: number) => number {
  const types = key.slice(0, partitionColumns).map((field) => field.type)
  const hash = compileHash(types.map(hashKindOf), types)
  const partition = columns.slice(0, partitionColumns) as HashColumns
  return (slot) => keyGroupOfHash(hash(partition, slot), maxParallelism)
}
