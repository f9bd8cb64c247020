/**
 * Rows of a topic with keys: key and value of a record are one row. In a table by key (`upsert`) a record without a value deletes
 * the row of its key; elsewhere it is what the format of values makes of it.
 *
 * Laws
 * - Key columns come from the value where the value has them, else from the key, as in Flink; a record whose key gives no row
 *   gives none, whatever columns are asked for.
 * - A column that is NOT NULL and only in the key is never NULL, except in a table by key, where rows without a key are Flink's.
 * - A deletion has its key columns only. The others are NULL, or the type's zero where the table says NOT NULL, so that generated
 *   code never meets a NULL that a type excludes: what they were is known from state.
 */
import { fail, isRivuletError, RivuletError } from '../../base/errors.ts'
import { createRowSink, type FormatField, type RowDecoder, type RowSink } from '../../formats/contract.ts'
import type { RecordCursor } from '../../kafka/index.ts'
import type { LogicalType } from '../../types/logical-type.ts'
import { RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import type { TableRequest } from '../contract.ts'
import type { KafkaSettings, KeySettings } from './settings.ts'

export class KeyedRows implements RowDecoder {
  readonly #fields: readonly FormatField[]
  /** Key columns that are produced, by their names in the record. */
  readonly #wanted: readonly FormatField[]
  readonly #keyDecoder: RowDecoder
  readonly #valueDecoder: RowDecoder
  /** The key at hand: one row, as a rule. */
  readonly #key: RowSink
  /** Of every produced column: its place in the key, or −1. */
  readonly #inKey: readonly number[]
  /** Produced columns that the value has. */
  readonly #inValue: readonly number[]
  /** Columns of `#key` that must not be NULL. */
  readonly #required: readonly number[]
  readonly #upsert: boolean
  #target: RowSink | undefined
  /** The columns of `#target` that the value fills. */
  #value: RowSink

  constructor(
    settings: KafkaSettings & { readonly key: KeySettings },
    fields: readonly FormatField[],
    table: TableRequest,
  ) {
    const { key, value } = settings
    const { legacy, timeZone, physical } = table
    this.#fields = fields
    const places = fields.map(({ name }) => key.fields.findIndex(({ column }) => column === name))
    const wanted = places.flatMap((place, i) => (place < 0 ? [] : [{ ...fields[i], name: key.fields[place].name }]))
    let next = 0
    this.#inKey = places.map((place) => (place < 0 ? -1 : next++))
    this.#inValue = places.flatMap((place, i) => (place < 0 || key.inValue ? [i] : []))
    this.#upsert = key.upsert
    this.#required =
      key.upsert || key.inValue ? [] : [...wanted.keys()].filter((column) => !wanted[column].type.nullable)
    const isKey = (name: string) => key.fields.some(({ column }) => column === name)
    const keyRecord = key.fields.map(({ column, name }) => ({
      name,
      type: physical.find((field) => field.name === column)!.type,
    }))
    const common = { timeZone, legacy }
    this.#wanted = wanted
    this.#key = createRowSink(wanted, 1)
    this.#keyDecoder = key.format.decoder!({ schema: wanted, record: keyRecord, options: key.options, ...common })
    this.#valueDecoder = value.format.decoder!({
      schema: this.#inValue.map((i) => fields[i]),
      record: physical.filter(({ name }) => key.inValue || !isKey(name)),
      options: value.options,
      ...common,
    })
    this.#value = createRowSink([], 1)
  }

  get skipped(): number {
    return this.#keyDecoder.skipped + this.#valueDecoder.skipped
  }

  /** The key of record `i`; its value comes next. */
  readKey(cursor: RecordCursor, i: number): void {
    const key = this.#key
    key.length = 0
    for (const { nulls } of key.columns) nulls?.fill(0)
    const start = cursor.keyStart[i]
    try {
      if (start < 0) this.#keyDecoder.decodeNull?.(key)
      else this.#keyDecoder.decode(cursor.bytes, start, cursor.keyEnd[i], key)
      for (const column of this.#required) this.#checkRequired(column)
    } catch (error) {
      if (!isRivuletError(error)) throw error
      throw new RivuletError({ ...error.toJSON(), message: `In the key of the record: ${error.message}` }, error.cause)
    }
  }

  decode(bytes: Uint8Array, start: number, end: number, into: RowSink): number {
    const value = this.#valueOf(into)
    return this.#join(this.#valueDecoder.decode(bytes, start, end, value), into)
  }

  decodeNull(into: RowSink): number {
    if (this.#upsert) return this.#delete(into)
    const value = this.#valueOf(into)
    return this.#join(this.#valueDecoder.decodeNull?.(value) ?? 0, into)
  }

  #checkRequired(column: number): void {
    for (let row = 0; row < this.#key.length; row++) {
      if (this.#key.columns[column].get(row) !== null) continue
      fail('FORMAT_KEY_NULL', { column: this.#wanted[column].name })
    }
  }

  #join(rows: number, into: RowSink): number {
    const before = into.length
    const added = rows * this.#key.length
    this.#spread(before, added, into)
    into.length = before + added
    if (into.kinds !== null) this.#mark(into, before, RowKind.INSERT)
    return added
  }

  #delete(into: RowSink): number {
    const before = into.length
    const added = this.#key.length
    for (const [column, builder] of into.columns.entries()) {
      builder.reserve(before + added)
      const { type } = this.#fields[column]
      for (let k = 0; k < added; k++) {
        const place = this.#inKey[column]
        builder.set(before + k, place < 0 ? absent(type) : this.#key.columns[place].get(k))
      }
    }
    into.length = before + added
    this.#mark(into, before, RowKind.DELETE)
    return added
  }

  #valueOf(into: RowSink): RowSink {
    if (this.#target !== into) {
      this.#target = into
      this.#value = { columns: this.#inValue.map((i) => into.columns[i]), length: 0, kinds: null }
    }
    this.#value.length = into.length
    return this.#value
  }

  /** Every row of the value with every row of the key; from the last one down, so that none is overwritten before its turn. */
  #spread(before: number, rows: number, into: RowSink): void {
    const keys = this.#key.length
    for (const [column, builder] of into.columns.entries()) {
      const place = this.#inValue.includes(column) ? -1 : this.#inKey[column]
      if (place < 0 && keys <= 1) continue
      builder.reserve(before + rows)
      for (let row = rows - 1; row >= 0; row--) {
        const value =
          place < 0 ? builder.get(before + Math.floor(row / keys)) : this.#key.columns[place].get(row % keys)
        builder.set(before + row, value)
      }
    }
  }

  #mark(into: RowSink, from: number, kind: number): void {
    if (into.kinds === null || into.kinds.length < into.length) {
      const grown = new Uint8Array(Math.max(into.length * 2, 16))
      if (into.kinds !== null) grown.set(into.kinds)
      into.kinds = grown
    }
    into.kinds.fill(kind, from, into.length)
  }
}

/** What a deletion has in a column that its key does not know. */
function absent(type: LogicalType): Value {
  if (type.nullable) return null
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return ''
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(0)
    case 'BOOLEAN':
      return false
    case 'ARRAY':
      return []
    case 'MAP':
    case 'MULTISET':
      return { keys: [], values: [] }
    case 'ROW':
      return type.fields.map((field) => absent(field.type))
    default:
      return 0
  }
}
