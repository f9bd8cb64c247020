/**
 * A batch: rows as columns.
 *
 * Laws
 * - `int32`, `float64` and `exact` columns mark NULL in `nulls` (1 = NULL; the array is absent when no row is NULL, the
 *   value under a NULL is unspecified). `object` columns hold `null` itself and have no mask.
 * - An `exact` column is a Float64Array while every value is a safe integer, and an array of canonical `Exact` values from
 *   the first that is not (`types/value.ts`): never a wrong digit, and code that writes `Exact` values need not choose.
 * - Arrays may be longer than the batch; only rows 0 … length − 1 exist.
 * - `kinds` is absent exactly when all rows are +I.
 * - A batch that was emitted is never changed again; its columns may be shared by several batches.
 */
import type { LogicalType, RowField } from './logical-type.ts'
import { type Exact, type Physical, physicalOf, type Value } from './value.ts'

export type NullMask = Uint8Array | null

export type Column = Int32Column | Float64Column | ExactColumn | ObjectColumn
export interface Int32Column {
  readonly physical: 'int32'
  readonly values: Int32Array
  readonly nulls: NullMask
}
export interface Float64Column {
  readonly physical: 'float64'
  readonly values: Float64Array
  readonly nulls: NullMask
}
export interface ExactColumn {
  readonly physical: 'exact'
  readonly values: Float64Array | Exact[]
  readonly nulls: NullMask
}
export interface ObjectColumn {
  readonly physical: 'object'
  readonly values: unknown[]
  readonly nulls: null
}

export interface Batch {
  readonly length: number
  readonly columns: readonly Column[]
  /** RowKind per row, or null when all are +I. */
  readonly kinds: Uint8Array | null
}

export type Schema = readonly RowField[]

/** The scalar value of one cell. Slow path: tests, printing, restore; generated code reads arrays directly. */
export function valueAt(column: Column, type: LogicalType, row: number): Value {
  if (column.physical === 'object') return column.values[row] as Value
  if (column.nulls !== null && column.nulls[row] !== 0) return null
  const value = column.values[row]
  return type.kind === 'BOOLEAN' ? value !== 0 : value
}

export function rowAt(batch: Batch, schema: Schema, row: number): Value[] {
  return schema.map((field, i) => valueAt(batch.columns[i], field.type, row))
}

/** Rows `start` … `end` − 1 as a batch that shares memory with `batch`. */
export function slice(batch: Batch, start: number, end: number): Batch {
  if (start === 0 && end === batch.length) return batch
  return {
    length: end - start,
    columns: batch.columns.map((column) => sliceColumn(column, start, end)),
    kinds: batch.kinds === null ? null : batch.kinds.subarray(start, end),
  }
}

function sliceColumn(column: Column, start: number, end: number): Column {
  const nulls = column.nulls === null ? null : column.nulls.subarray(start, end)
  switch (column.physical) {
    case 'int32':
      return { physical: 'int32', values: column.values.subarray(start, end), nulls }
    case 'float64':
      return { physical: 'float64', values: column.values.subarray(start, end), nulls }
    case 'exact':
      return {
        physical: 'exact',
        values:
          column.values instanceof Float64Array ? column.values.subarray(start, end) : column.values.slice(start, end),
        nulls,
      }
    case 'object':
      return { physical: 'object', values: column.values.slice(start, end), nulls: null }
  }
}

/** The rows named by `rows[0 … count − 1]`, in that order, as a new batch (a hash exchange, a filter). */
export function gather(batch: Batch, rows: Int32Array, count: number): Batch {
  let kinds: Uint8Array | null = null
  if (batch.kinds !== null) {
    kinds = new Uint8Array(count)
    for (let i = 0; i < count; i++) kinds[i] = batch.kinds[rows[i]]
  }
  return { length: count, columns: batch.columns.map((column) => gatherColumn(column, rows, count)), kinds }
}

export function gatherColumn(column: Column, rows: Int32Array, count: number): Column {
  let nulls: Uint8Array | null = null
  if (column.nulls !== null) {
    nulls = new Uint8Array(count)
    for (let i = 0; i < count; i++) nulls[i] = column.nulls[rows[i]]
  }
  switch (column.physical) {
    case 'int32': {
      const values = new Int32Array(count)
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]]
      return { physical: 'int32', values, nulls }
    }
    case 'float64': {
      const values = new Float64Array(count)
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]]
      return { physical: 'float64', values, nulls }
    }
    case 'exact': {
      if (column.values instanceof Float64Array) {
        const values = new Float64Array(count)
        for (let i = 0; i < count; i++) values[i] = column.values[rows[i]]
        return { physical: 'exact', values, nulls }
      }
      const values: Exact[] = new Array(count)
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]]
      return { physical: 'exact', values, nulls }
    }
    case 'object': {
      const values: unknown[] = new Array(count)
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]]
      return { physical: 'object', values, nulls: null }
    }
  }
}

/**
 * A growable column: what decoders, state tables and operators write into.
 *
 * Hot loops may write `values` directly after `reserve`; an `exact` builder must go through `setExact` for a value that may
 * be a bigint.
 */
export class ColumnBuilder {
  readonly type: LogicalType
  readonly physical: Physical
  values: Int32Array | Float64Array | Exact[] | unknown[]
  nulls: Uint8Array | null = null
  capacity: number

  constructor(type: LogicalType, capacity: number) {
    this.type = type
    this.physical = physicalOf(type)
    this.capacity = Math.max(1, capacity)
    this.values =
      this.physical === 'int32'
        ? new Int32Array(this.capacity)
        : this.physical === 'object'
          ? new Array(this.capacity).fill(null)
          : new Float64Array(this.capacity)
  }

  /** Make room for at least `capacity` rows; contents are kept. */
  reserve(capacity: number): void {
    if (capacity <= this.capacity) return
    const size = Math.max(capacity, this.capacity * 2)
    if (Array.isArray(this.values)) {
      // A plain array grows by itself; object cells must read as NULL, not undefined.
      if (this.physical === 'object') for (let i = this.capacity; i < size; i++) this.values[i] = null
    } else if (this.values instanceof Int32Array) {
      const grown = new Int32Array(size)
      grown.set(this.values)
      this.values = grown
    } else {
      const grown = new Float64Array(size)
      grown.set(this.values)
      this.values = grown
    }
    if (this.nulls !== null) {
      const grown = new Uint8Array(size)
      grown.set(this.nulls)
      this.nulls = grown
    }
    this.capacity = size
  }

  setNull(row: number): void {
    if (this.physical === 'object') {
      this.values[row] = null
      return
    }
    this.nulls ??= new Uint8Array(this.capacity)
    this.nulls[row] = 1
  }

  /** A canonical `Exact` value; widens the column at the first bigint. */
  setExact(row: number, value: Exact): void {
    if (typeof value === 'bigint' && this.values instanceof Float64Array) {
      this.values = Array.from(this.values)
    }
    this.values[row] = value as never
    if (this.nulls !== null) this.nulls[row] = 0
  }

  /** Any scalar value of the column's type, NULL included. Slow path. */
  set(row: number, value: Value): void {
    if (value === null) {
      this.setNull(row)
      return
    }
    switch (this.physical) {
      case 'exact':
        this.setExact(row, value as Exact)
        return
      case 'int32':
        this.values[row] = typeof value === 'boolean' ? (value ? 1 : 0) : (value as number)
        break
      default:
        this.values[row] = value
    }
    if (this.nulls !== null) this.nulls[row] = 0
  }

  get(row: number): Value {
    return valueAt(this.column(), this.type, row)
  }

  /** The column as it stands. The builder must not be written to afterwards unless it is a state column that never leaves. */
  column(): Column {
    return { physical: this.physical, values: this.values, nulls: this.nulls } as Column
  }
}

/** A batch from rows of scalar values; for tests, VALUES, small connectors. */
export function batchOf(schema: Schema, rows: readonly (readonly Value[])[], kinds?: readonly number[]): Batch {
  const builders = schema.map((field) => new ColumnBuilder(field.type, rows.length))
  rows.forEach((row, r) => {
    builders.forEach((builder, c) => {
      builder.set(r, row[c] ?? null)
    })
  })
  const changes = kinds?.some((kind) => kind !== 0) ?? false
  return {
    length: rows.length,
    columns: builders.map((builder) => builder.column()),
    kinds: changes ? Uint8Array.from(kinds as readonly number[]) : null,
  }
}
