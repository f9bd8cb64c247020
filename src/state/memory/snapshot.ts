/**
 * Copies of a table or list, written to blocks later.
 *
 * Laws
 * - A copy is taken at once and shares nothing that the operator may change (object values are immutable).
 * - A table's row is key, value columns, sequence, time of last update (with TTL). A list's block has one entry per key: key,
 *   number of rows, then value columns and time of last update (with TTL) of each. A list that hangs on a table stores the
 *   table's key, so that it can be read back in any order of slots.
 */

import { type Column, type ColumnBuilder, type Schema, valueAt } from '../../types/batch.ts'
import { copyPlain } from '../../types/plain-data.ts'
import type { SerializedState } from '../contract.ts'
import { hashKindOf } from '../hash.ts'
import { keyGroupOfHash } from '../key-group.ts'
import { compileHash } from '../probe.ts'
import { RowWriter } from '../row-codec.ts'
import type { MemoryList } from './list.ts'
import type { MemoryTable } from './table.ts'

type Blocks = SerializedState['keyed'][number][]
/** Writes a copy; yields now and then, where the writer may pause. */
export type WriteCopy = () => Generator<void, Blocks>

/** Rows between two pauses. */
const SLICE = 8192

export function copyTable(name: string, table: MemoryTable, maxParallelism: number): WriteCopy {
  const slots = table.slots()
  const keys = table.keys.map((column) => copyColumn(column, table.high))
  const values = table.values.map((column) => copyColumn(column, table.high))
  const sequence = table.sequence.slice(0, table.high)
  const touched = table.touched?.slice(0, table.high)
  const { key, value, partitionColumns } = table.declaration
  return function* () {
    let written = 0
    const writers = new Map<number, RowWriter>()
    const groupOf = keyGroups(key, partitionColumns, keys, maxParallelism)
    for (const slot of slots) {
      const writer = writerOf(writers, groupOf(slot))
      writer.rows++
      writeRow(writer, key, keys, slot)
      writeRow(writer, value, values, slot)
      writer.varint(sequence[slot])
      if (touched !== undefined) writer.float(touched[slot])
      if (++written % SLICE === 0) yield
    }
    return blocks(name, writers)
  }
}

export function copyList(name: string, list: MemoryList, maxParallelism: number): WriteCopy {
  const { store } = list
  const slots = store.slots()
  const keys = store.keys.map((column) => copyColumn(column, store.high))
  const values = list.values.map((column) => copyColumn(column, list.rowsHigh))
  const touched = list.touched?.values.slice(0, list.rowsHigh)
  const heads = list.heads.slice(0, store.high)
  const links = list.links.slice(0, list.rowsHigh)
  const { key, value, partitionColumns } = list.declaration
  return function* () {
    let written = 0
    const writers = new Map<number, RowWriter>()
    const groupOf = keyGroups(key, partitionColumns, keys, maxParallelism)
    for (const slot of slots) {
      if (heads[slot] < 0) continue
      const writer = writerOf(writers, groupOf(slot))
      writer.rows++
      writeRow(writer, key, keys, slot)
      let count = 0
      for (let row = heads[slot]; row >= 0; row = links[row]) count++
      writer.varint(count)
      for (let row = heads[slot]; row >= 0; row = links[row]) {
        writeRow(writer, value, values, row)
        if (touched !== undefined) writer.float(touched[row])
        if (++written % SLICE === 0) yield
      }
    }
    return blocks(name, writers)
  }
}

function copyColumn(column: ColumnBuilder, length: number): Column {
  if (column.type.kind === 'RAW') {
    return {
      physical: 'object',
      values: (column.values as unknown[]).slice(0, length).map((value) => copyPlain(value)),
      nulls: null,
    }
  }
  return {
    physical: column.physical,
    values: column.values.slice(0, length),
    nulls: column.nulls === null ? null : column.nulls.slice(0, length),
  } as Column
}

function keyGroups(key: Schema, partitionColumns: number, columns: readonly Column[], maxParallelism: number) {
  const types = key.slice(0, partitionColumns).map((field) => field.type)
  const hash = compileHash(types.map(hashKindOf), types)
  const partition = columns.slice(0, partitionColumns)
  return (slot: number) => keyGroupOfHash(hash(partition, slot), maxParallelism)
}

function writerOf(writers: Map<number, RowWriter>, keyGroup: number): RowWriter {
  let writer = writers.get(keyGroup)
  if (writer === undefined) {
    writer = new RowWriter()
    writers.set(keyGroup, writer)
  }
  return writer
}

function writeRow(writer: RowWriter, schema: Schema, columns: readonly Column[], row: number): void {
  for (let c = 0; c < schema.length; c++) writer.cell(valueAt(columns[c], schema[c].type, row), schema[c].type)
}

function blocks(state: string, writers: Map<number, RowWriter>): Blocks {
  return [...writers]
    .sort(([a], [b]) => a - b)
    .map(([keyGroup, writer]) => ({ state, keyGroup, bytes: writer.finish() }))
}
