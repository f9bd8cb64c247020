/** A row of a result: what changed, and the values by name. */
import { type Batch, rowAt, type Schema } from '../types/batch.ts'
import { type RowKindText, rowKindText } from '../types/row-kind.ts'
import { toExternal } from './external.ts'

export class Row {
  /** `+I`, `-U`, `+U` or `-D`. */
  readonly kind: RowKindText
  readonly names: readonly string[]
  /** Program values (the table of `DataTypes`), in the order of the columns. */
  readonly values: readonly unknown[]

  constructor(kind: RowKindText, names: readonly string[], values: readonly unknown[]) {
    this.kind = kind
    this.names = names
    this.values = values
  }

  /** The value of a column by name or by position; undefined when there is no such column. */
  get(column: string | number): unknown {
    return this.values[typeof column === 'number' ? column : this.names.indexOf(column)]
  }

  toObject(): Record<string, unknown> {
    return Object.fromEntries(this.names.map((name, i) => [name, this.values[i]]))
  }

  /** Plain JSON: BIGINT as a number where safe, else as a string. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(this.names.map((name, i) => [name, plain(this.values[i])]))
  }

  toString(): string {
    return `${this.kind}[${this.values.map(text).join(', ')}]`
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), plain(v)]))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(plain)
  return value
}

function text(value: unknown): string {
  if (value === null) return 'NULL'
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${text(key)}=${text(item)}`).join(', ')}}`
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  return typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
    ? JSON.stringify(plain(value))
    : String(value)
}

/** Makes the conversion of a result's batches to rows. */
export function rowsOf(schema: Schema): (batch: Batch) => Row[] {
  const names = schema.map(({ name }) => name)
  const converters = schema.map(({ type }) => toExternal(type))
  return (batch) => {
    const rows: Row[] = []
    for (let i = 0; i < batch.length; i++) {
      const values = rowAt(batch, schema, i).map((value, c) => converters[c](value))
      rows.push(new Row(rowKindText(batch.kinds === null ? 0 : batch.kinds[i]), names, values))
    }
    return rows
  }
}
