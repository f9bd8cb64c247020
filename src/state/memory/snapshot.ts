/**
 * A snapshot of one store being written: its rows go into blocks by key group, each once.
 *
 * Laws
 * - A row is written in its turn or just before it changes, whichever comes first (`changes.ts`).
 * - A table's row is key, value columns, sequence, time of last update (with TTL). A list's block has one entry per key: key,
 *   number of rows, then value columns and time of last update (with TTL) of each. A list that hangs on a table stores the
 *   table's key, so that it can be read back in any order of slots.
 */
import type { ColumnBuilder, Schema } from '../../types/batch.ts'
import type { KeyedPart } from '../contract.ts'
import { hashKindOf } from '../hash.ts'
import { keyGroupOfHash } from '../key-group.ts'
import { compileHash, type HashColumns } from '../probe.ts'
import { compileRow } from '../row-code.ts'
import { RowWriter } from '../row-codec.ts'
import type { StatePart, StoreCopy } from './changes.ts'
import type { KeyStore } from './key-store.ts'
import type { MemoryList } from './list.ts'
import type { Marks } from './marks.ts'
import type { MemoryTable } from './table.ts'

/** Rows between two pauses. */
const SLICE = 4096
/** A block is handed over when it has so many bytes; what follows of its key group are changes upon it. */
const BLOCK_BYTES = 64 * 1024
/** What generated code may reserve and not use, about. */
const LONGEST_ROW = 128

export class MemoryCopy implements StoreCopy {
  protected readonly store: KeyStore
  /** By part and key group. */
  protected readonly writers: (RowWriter | undefined)[][]
  private readonly removed: Map<number, RowWriter> | undefined
  private readonly pending: Marks
  private emit: ((part: KeyedPart) => void) | undefined
  /** Key groups of which a block was handed over, by part. */
  private readonly begun: Set<number>[]

  /** @param pending slots to write have a mark  @param removed keys that went; absent in a full snapshot */
  constructor(store: KeyStore, pending: Marks, removed: Map<number, RowWriter> | undefined) {
    this.store = store
    this.pending = pending
    this.removed = removed
    this.writers = store.parts.map(() => [])
    this.begun = store.parts.map(() => new Set())
    store.changes.copies.add(this)
  }

  has(slot: number): boolean {
    return slot < this.pending.length && this.pending.get(slot) !== 0
  }

  take(slot: number): void {
    if (slot < this.pending.length) this.pending.set(slot, 0)
    const { store, writers } = this
    const keyGroup = store.keyGroupOf(slot)
    for (let p = 0; p < writers.length; p++) {
      const writer = writers[p][keyGroup] ?? this.newWriter(p, keyGroup)
      if (!store.parts[p].write(writer, slot, this.removed !== undefined)) continue
      writer.rows++
      this.wrote(p, keyGroup, writer)
    }
  }

  takeAll(slots: Int32Array, count: number): void {
    const { pending } = this
    for (let i = 0; i < count; i++) {
      const slot = slots[i]
      if (slot < pending.length && pending.get(slot) !== 0) this.take(slot)
    }
  }

  protected newWriter(part: number, keyGroup: number): RowWriter {
    const writer = new RowWriter(this.store.blockBytes[part]?.[keyGroup])
    this.writers[part][keyGroup] = writer
    return writer
  }

  /** A row more: a block that is long enough is handed over. */
  protected wrote(part: number, keyGroup: number, writer: RowWriter): void {
    if (this.emit === undefined || writer.length < BLOCK_BYTES) return
    this.emit(this.block(part, keyGroup))
  }

  private block(part: number, keyGroup: number): KeyedPart {
    const { state } = this.store.parts[part]
    const writer = this.writers[part][keyGroup] ?? new RowWriter()
    this.writers[part][keyGroup] = undefined
    const first = this.begun[part].has(keyGroup) === false
    this.begun[part].add(keyGroup)
    // The next snapshot's block of the key group will be about as long.
    this.store.blockBytes[part] ??= []
    this.store.blockBytes[part][keyGroup] = Math.ceil(writer.length * 1.1) + LONGEST_ROW
    if (this.removed === undefined && first) return { state, keyGroup, bytes: writer.finish() }
    // A list that hangs on a table has no keys of its own to remove.
    const removed = first && part === 0 ? this.removed?.get(keyGroup) : undefined
    return { state, keyGroup, changes: true, bytes: writer.finish(removed ?? null) }
  }

  /** @param split whether a key group may have several blocks, so that they can leave memory early */
  *write(emit: (part: KeyedPart) => void, split: boolean): Generator<void> {
    const { pending, writers } = this
    if (split) this.emit = emit
    let written = 0
    for (let slot = 0; slot < pending.length; slot++) {
      if (pending.get(slot) === 0) continue
      this.take(slot)
      if (++written % SLICE === 0) yield
    }
    yield* this.writeElsewhere()
    this.close()
    for (let p = 0; p < writers.length; p++) {
      const removed = p === 0 ? [...(this.removed?.keys() ?? [])].filter((group) => !this.begun[0].has(group)) : []
      for (const keyGroup of [...new Set([...groupsOf(writers[p]), ...removed])].sort((a, b) => a - b)) {
        emit(this.block(p, keyGroup))
        if (keyGroup % 16 === 0) yield
      }
    }
  }

  /** Rows that are not in memory. */
  protected *writeElsewhere(): Generator<void> {}

  close(): void {
    this.store.changes.copies.delete(this)
  }
}

function groupsOf(writers: readonly (RowWriter | undefined)[]): number[] {
  return [...writers.keys()].filter((group) => writers[group] !== undefined)
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
  const write = compileRow(schema)
  return (writer, row) => write(writer, columns, row)
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
