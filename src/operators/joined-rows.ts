/** Rows that a join emits, as pairs of row numbers; columns are made of them at the end, one loop each. */
import type { Column } from '../types/batch.ts'
import { RowKind } from '../types/row-kind.ts'
import type { Exact } from '../types/value.ts'

export class Output {
  count = 0
  kinds = new Uint8Array(1024)
  /** Row of the batch and row of the other side's state; −1 = NULLs. */
  ownRows = new Int32Array(1024)
  otherRows = new Int32Array(1024)
  padsOwn = false
  padsOther = false
  insertOnly = true

  add(kind: number, own: number, other: number): void {
    if (this.count === this.kinds.length) this.grow()
    this.kinds[this.count] = kind
    this.ownRows[this.count] = own
    this.otherRows[this.count++] = other
    if (kind !== RowKind.INSERT) this.insertOnly = false
    if (own < 0) this.padsOwn = true
    if (other < 0) this.padsOther = true
  }

  private grow(): void {
    const size = this.count * 2
    const kinds = new Uint8Array(size)
    kinds.set(this.kinds)
    this.kinds = kinds
    const own = new Int32Array(size)
    own.set(this.ownRows)
    this.ownRows = own
    const other = new Int32Array(size)
    other.set(this.otherRows)
    this.otherRows = other
  }
}

/** The rows of a column in that order; with `pads`, −1 gives NULL. */
export function gatherPadded(column: Column, rows: Int32Array, count: number, pads: boolean): Column {
  const { physical } = column
  if (physical === 'object') {
    const values: unknown[] = new Array(count)
    for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? null : column.values[rows[i]]
    return { physical, values, nulls: null }
  }
  let nulls: Uint8Array | null = null
  const source = column.nulls
  if (source !== null || pads) {
    nulls = new Uint8Array(count)
    for (let i = 0; i < count; i++) nulls[i] = rows[i] < 0 ? 1 : source === null ? 0 : source[rows[i]]
  }
  if (physical === 'int32') {
    const values = new Int32Array(count)
    const from = column.values
    for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? 0 : from[rows[i]]
    return { physical, values, nulls }
  }
  if (Array.isArray(column.values)) {
    const from = column.values
    const values: Exact[] = new Array(count)
    for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? 0 : from[rows[i]]
    return { physical: 'exact', values, nulls }
  }
  const values = new Float64Array(count)
  const from = column.values
  for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? 0 : from[rows[i]]
  return { physical, values, nulls } as Column
}
