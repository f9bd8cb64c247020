/**
 * Reads blocks back into tables and lists.
 *
 * Law: whatever subtasks and order the blocks come from, the table's rows are in their old order of insertion (by sequence),
 * a key's rows in theirs, and timers stand as announced.
 */
import type { Schema } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import { RowReader } from '../row-codec.ts'
import type { MemoryList } from './list.ts'
import type { MemoryTable } from './table.ts'

export function restoreTable(table: MemoryTable, state: string, blocks: readonly Uint8Array[]): void {
  const { key, value, timeColumn } = table.declaration
  const rows: { sequence: number; key: Value[]; value: Value[]; touched: number }[] = []
  for (const block of blocks) {
    const reader = new RowReader(block, state)
    for (let i = 0; i < reader.rows; i++) {
      rows.push({
        key: readRow(reader, key),
        value: readRow(reader, value),
        sequence: reader.varint(),
        touched: table.watch ? reader.float() : 0,
      })
    }
  }
  rows.sort((a, b) => a.sequence - b.sequence)
  for (const row of rows) {
    const slot = table.find(row.key, 'update')
    row.value.forEach((cell, c) => {
      table.values[c].set(slot, cell)
    })
    table.sequence[slot] = row.sequence
    table.nextSequence = row.sequence + 1
    if (table.touched !== null) table.touched[slot] = row.touched
    if (timeColumn !== undefined && row.value[timeColumn] !== null) table.timeChanged(slot)
  }
}

export function restoreList(list: MemoryList, state: string, blocks: readonly Uint8Array[]): void {
  const { key, value } = list.declaration
  for (const block of blocks) {
    const reader = new RowReader(block, state)
    for (let i = 0; i < reader.rows; i++) {
      const slot = list.find(readRow(reader, key), 'update')
      for (let rest = reader.varint(); rest > 0; rest--) {
        const cells = readRow(reader, value)
        list.appendValues(slot, cells, list.touched === null ? undefined : reader.float())
      }
    }
  }
}

function readRow(reader: RowReader, schema: Schema): Value[] {
  return schema.map((field) => reader.cell(field.type))
}
