/**
 * ORDER BY inside operators: comparing rows of batches with rows of state, and output that is gathered from both.
 *
 * Laws
 * - NULL is smaller than every value unless `nullsLast` says where it stands; NaN is the largest number, as in Java.
 * - Rows that compare equal keep their order of arrival.
 */
import { type Batch, ColumnBuilder, type Schema, slice } from '../types/batch.ts'
import { type Comparator, comparatorOf, type Equality, equalityOf } from '../types/compare.ts'
import type { LogicalType } from '../types/logical-type.ts'
import { RowKind } from '../types/row-kind.ts'
import type { Exact, Value } from '../types/value.ts'

export interface SortKey {
  readonly column: number
  readonly descending: boolean
  readonly nullsLast: boolean
}

/** What columns of a batch and of state have in common. */
export interface Cells {
  readonly values: ArrayLike<unknown>
  readonly nulls: Uint8Array | null
}

export type RowComparator = (a: readonly Cells[], i: number, b: readonly Cells[], j: number) => number

function isNullAt(cells: Cells, row: number): boolean {
  return (cells.nulls !== null && cells.nulls[row] !== 0) || cells.values[row] === null
}

function total(type: LogicalType): Comparator {
  const compare = comparatorOf(type) ?? (() => 0)
  if (type.kind !== 'DOUBLE' && type.kind !== 'FLOAT') return compare
  return (a, b) => {
    const order = compare(a, b)
    if (!Number.isNaN(order)) return order
    return Number(Number.isNaN(a as number)) - Number(Number.isNaN(b as number))
  }
}

/** Both sides have the columns of `schema` at the same places. */
export function rowComparator(schema: Schema, keys: readonly SortKey[]): RowComparator {
  const comparators = keys.map(({ column }) => total(schema[column].type))
  return (a, i, b, j) => {
    for (let k = 0; k < keys.length; k++) {
      const { column, descending, nullsLast } = keys[k]
      const leftNull = isNullAt(a[column], i)
      const rightNull = isNullAt(b[column], j)
      if (leftNull || rightNull) {
        if (leftNull && rightNull) continue
        return leftNull === nullsLast ? 1 : -1
      }
      const order = comparators[k](a[column].values[i] as Value, b[column].values[j] as Value)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

/** The same for rows that are lists of cells. */
export function compareBy(
  schema: Schema,
  keys: readonly SortKey[],
): (left: readonly Value[], right: readonly Value[]) => number {
  const comparators = keys.map(({ column }) => total(schema[column].type))
  return (left, right) => {
    for (let k = 0; k < keys.length; k++) {
      const { column, descending, nullsLast } = keys[k]
      const [a, b] = [left[column], right[column]]
      if (a === null || b === null) {
        if (a === b) continue
        return (a === null) === nullsLast ? 1 : -1
      }
      const order = comparators[k](a, b)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

export type RowEquality = (a: readonly Cells[], i: number, b: readonly Cells[], j: number) => boolean

export function rowEquality(schema: Schema): RowEquality {
  const equalities: readonly Equality[] = schema.map(({ type }) => equalityOf(type))
  return (a, i, b, j) => {
    for (let c = 0; c < equalities.length; c++) {
      const leftNull = isNullAt(a[c], i)
      if (leftNull !== isNullAt(b[c], j)) return false
      if (!leftNull && !equalities[c](a[c].values[i] as Value, b[c].values[j] as Value)) return false
    }
    return true
  }
}

/** Rows that an operator emits while it works through one batch. */
export class RowOutput {
  count = 0
  private insertOnly = true
  private readonly builders: readonly ColumnBuilder[]
  private kinds = new Uint8Array(16)
  private readonly width: number

  /** @param width columns of a row; a column of ranks may stand behind them */
  constructor(schema: Schema, width = schema.length) {
    this.builders = schema.map(({ type }) => new ColumnBuilder(type, 16))
    this.width = width
  }

  add(kind: RowKind, cells: readonly Cells[], row: number, rank = 0): void {
    const { builders, width, count } = this
    if (count === this.kinds.length) {
      const kinds = new Uint8Array(count * 2)
      kinds.set(this.kinds)
      this.kinds = kinds
      for (const builder of builders) builder.reserve(count * 2)
    }
    for (let c = 0; c < width; c++) copyCell(cells[c], row, builders[c], count)
    if (width < builders.length) builders[width].values[count] = rank
    this.kinds[count] = kind
    this.count += 1
    if (kind !== RowKind.INSERT) this.insertOnly = false
  }

  take(): Batch | undefined {
    const { count, builders, kinds, insertOnly } = this
    if (count === 0) return undefined
    const all: Batch = {
      length: builders[0]?.capacity ?? count,
      columns: builders.map((builder) => builder.column()),
      kinds: insertOnly ? null : kinds,
    }
    return slice(all, 0, count)
  }
}

export function copyCell(from: Cells, row: number, target: ColumnBuilder, at: number): void {
  if (isNullAt(from, row)) target.setNull(at)
  else if (target.physical === 'exact') target.setExact(at, from.values[row] as Exact)
  else {
    target.values[at] = from.values[row] as never
    if (target.nulls !== null) target.nulls[at] = 0
  }
}
