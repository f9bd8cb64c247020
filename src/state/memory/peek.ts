/**
 * One key's rows as values, for somebody who looks at the state of a running job.
 *
 * Laws
 * - Nothing is written: no lookup that inserts, refreshes or fetches, no sweep.
 * - What has expired is not shown, whether it was swept or not.
 * - Where keys go on behind the partition's columns (windows, maps), all rows in memory are gone through once.
 */
import { ColumnBuilder, type Schema, valueAt } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { StateDeclaration, StateOfKey, StateRow } from '../contract.ts'
import { equalValues } from '../hash.ts'
import type { KeyStore } from './key-store.ts'
import type { MemoryList } from './list.ts'
import { MemoryTable } from './table.ts'

/** A row of a store with what hangs on it. */
export interface FoundRow extends StateRow {
  readonly sequence: number
  /** Rows per list of the store, at most one more than was asked for. */
  readonly lists: readonly (readonly (readonly Value[])[])[]
}

/** Is this the key, as far as it is given? */
export function beginsWith(schema: Schema, cells: (column: number) => Value, key: readonly Value[]): boolean {
  for (let c = 0; c < key.length; c++) if (!equalValues(cells(c), key[c], schema[c].type)) return false
  return true
}

/** Columns that hold one key, as a probe reads them. */
export function keyColumns(schema: Schema, key: readonly Value[]): readonly ColumnBuilder[] {
  return schema.map((field, c) => {
    const column = new ColumnBuilder(field.type, 1)
    column.set(0, key[c])
    return column
  })
}

export function peekMemory(
  store: KeyStore,
  lists: readonly MemoryList[],
  key: readonly Value[],
  limit: number,
  now: number,
): FoundRow[] {
  const { keySchema, keys, live, sequence } = store
  const slots: number[] = []
  if (key.length === keySchema.length) {
    const columns = keyColumns(keySchema, key)
    const slot = store.probe.find(store, columns, 0, store.probe.hash(columns, 0))
    if (slot >= 0) slots.push(slot)
  } else {
    // Of most rows the first column says at once that they are another key's; what has several forms is compared in full.
    const [first] = key
    const telling = typeof first === 'string' || (Number.isInteger(first) && first !== 0)
    const values = telling ? keys[0].values : undefined
    for (let slot = 0; slot < store.high; slot++) {
      if (values !== undefined && values[slot] !== first) continue
      const cell = (c: number) => valueAt(keys[c] as never, keySchema[c].type, slot)
      if (live[slot] !== 0 && beginsWith(keySchema, cell, key)) slots.push(slot)
    }
    slots.sort((a, b) => sequence[a] - sequence[b])
  }
  const rows: FoundRow[] = []
  for (const slot of slots) {
    if (rows.length > limit) break
    const row = readSlot(store, lists, slot, limit, now)
    if (row !== undefined) rows.push(row)
  }
  return rows
}

function readSlot(
  store: KeyStore,
  lists: readonly MemoryList[],
  slot: number,
  limit: number,
  now: number,
): FoundRow | undefined {
  const table = store instanceof MemoryTable ? store : undefined
  if (table !== undefined && store.touched !== null && store.touched[slot] + store.ttlMs <= now) return undefined
  const due = table?.timeOf(slot) ?? Number.NaN
  return {
    key: store.keys.map((column) => column.get(slot)),
    value: table?.values.map((column) => column.get(slot)) ?? [],
    ...(!Number.isNaN(due) && { due }),
    sequence: store.sequence[slot],
    lists: lists.map((list) => {
      const rows: Value[][] = []
      for (let row = list.heads[slot]; row >= 0 && rows.length <= limit; row = list.links[row]) {
        if (list.touched !== null && list.touched.values[row] + (list.declaration.ttlMs as number) <= now) continue
        rows.push(list.values.map((column) => column.get(row)))
      }
      return rows
    }),
  }
}

/** Rows of stores as rows of the states that were declared. */
export function statesOf(
  declarations: Readonly<Record<string, StateDeclaration>>,
  tables: ReadonlyMap<string, MemoryTable>,
  lists: ReadonlyMap<string, MemoryList>,
  found: ReadonlyMap<KeyStore, readonly FoundRow[]>,
  limit: number,
): StateOfKey[] {
  return Object.keys(declarations).flatMap((state) => {
    const list = lists.get(state)
    const store = list?.store ?? tables.get(state)
    const rows = store === undefined ? undefined : found.get(store)
    if (store === undefined || rows === undefined || rows.length === 0) return []
    const at = list === undefined ? -1 : [...lists.values()].filter((each) => each.store === store).indexOf(list)
    const own: StateRow[] =
      list === undefined
        ? rows.map(({ lists: _, sequence: __, ...row }) => row)
        : rows.flatMap((row) => row.lists[at].map((value) => ({ key: row.key, value })))
    return own.length === 0 ? [] : [{ state, rows: own.slice(0, limit), more: own.length > limit }]
  })
}
