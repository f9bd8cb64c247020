/**
 * Reads blocks back into tables and lists.
 *
 * Laws
 * - Whatever subtasks and order the blocks come from, the table's rows are in their old order of insertion (by sequence), a
 *   key's rows in theirs, and timers stand as announced.
 * - A block of changes removes its keys first and then replaces or adds its rows.
 */
import type { Schema } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { KeyedPart } from '../contract.ts'
import { RowReader } from '../row-codec.ts'
import type { MemoryList } from './list.ts'
import type { MemoryTable } from './table.ts'

/** Rows between two chances to put rows on disk. */
const BATCH = 1024

export function restoreTable(table: MemoryTable, parts: readonly KeyedPart[]): void {
  const { key, value, timeColumn } = table.declaration
  let next = table.nextSequence
  for (const { bytes, state, changes } of parts) {
    const reader = new RowReader(bytes, state)
    if (changes === true) {
      for (let rest = reader.varint(); rest > 0; rest--) {
        const slot = table.find(readRow(reader, key), 'read')
        if (slot >= 0) table.remove(slot)
        if (rest % BATCH === 0) table.endBatch()
      }
    }
    for (let i = 0; i < reader.rows; i++) {
      const slot = table.find(readRow(reader, key), 'update')
      for (let c = 0; c < value.length; c++) table.values[c].set(slot, reader.cell(value[c].type))
      const sequence = reader.varint()
      table.sequence[slot] = sequence
      if (sequence >= next) next = sequence + 1
      if (table.touched !== null) table.touched[slot] = reader.float()
      if (timeColumn !== undefined) {
        if (table.values[timeColumn].get(slot) !== null) table.timeChanged(slot)
        else table.timeCleared(slot)
      }
      if (i % BATCH === 0) table.endBatch()
    }
    table.endBatch()
  }
  table.nextSequence = next
}

export function restoreList(list: MemoryList, parts: readonly KeyedPart[]): void {
  const { key, value, table } = list.declaration
  for (const { bytes, state, changes } of parts) {
    const reader = new RowReader(bytes, state)
    if (changes === true) {
      for (let rest = reader.varint(); rest > 0; rest--) {
        const slot = list.find(readRow(reader, key), 'read')
        if (slot >= 0) list.removeKey(slot)
        if (rest % BATCH === 0) list.store.endBatch()
      }
    }
    for (let i = 0; i < reader.rows; i++) {
      // The table has all its rows by now: those of a key that it does not have went later.
      const slot = list.find(readRow(reader, key), table === undefined ? 'update' : 'read')
      if (slot >= 0 && changes === true) list.clearRows(slot)
      if (slot >= 0) list.store.touch(slot)
      for (let rest = reader.varint(); rest > 0; rest--) {
        const cells = readRow(reader, value)
        const touched = list.touched === null ? undefined : reader.float()
        if (slot >= 0) list.appendValues(slot, cells, touched)
      }
      if (i % BATCH === 0) list.store.endBatch()
    }
    list.store.endBatch()
  }
}

function readRow(reader: RowReader, schema: Schema): Value[] {
  return schema.map((field) => reader.cell(field.type))
}
