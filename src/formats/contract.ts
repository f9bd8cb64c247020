/**
 * The contract of formats: bytes to columns and back.
 *
 * Law: a decoder decodes only the fields that it was asked for, straight into column builders; no object, string or promise
 * per record but what the columns hold. A record gives rows or a catalogued error; it never leaves half a row behind.
 */

import type { OptionDeclaration, OptionValues } from '../base/options.ts'
import { type Batch, ColumnBuilder, type Schema } from '../types/batch.ts'
import type { RowField } from '../types/logical-type.ts'
import type { ChangelogMode } from '../types/row-kind.ts'

/** Rows under construction. `kinds` is null while all rows are +I. */
export interface RowSink {
  readonly columns: readonly ColumnBuilder[]
  length: number
  kinds: Uint8Array | null
}

/** An empty sink for rows of `schema`; decoders make room as they append. */
export function createRowSink(schema: Schema, capacity: number): RowSink {
  return { columns: schema.map((field) => new ColumnBuilder(field.type, capacity)), length: 0, kinds: null }
}

/** The rows as a batch. The sink must not be used afterwards: its arrays are the batch's. */
export function sinkBatch(sink: RowSink): Batch {
  return { length: sink.length, columns: sink.columns.map((column) => column.column()), kinds: sink.kinds }
}

export interface RowDecoder {
  /**
   * Append the rows of one record. Returns how many were added: 0 when the record was skipped (`skipped` says how often).
   * Columns of `into` are the requested schema, in order. Throws a RivuletError (FORMAT_…) that says what is wrong at which
   * byte; the connector adds topic, partition and offset.
   */
  decode(bytes: Uint8Array, start: number, end: number, into: RowSink): number
  /** A record without a value (a tombstone); absent = it gives no row. Returns how many rows were appended. */
  decodeNull?(into: RowSink): number
  /** Records that were skipped because of an ignore option. */
  readonly skipped: number
}

/** A growable byte buffer that encoders append to. */
export interface ByteSink {
  bytes: Uint8Array
  length: number
  reserve(more: number): void
}

export function createByteSink(capacity = 1024): ByteSink {
  return {
    bytes: new Uint8Array(capacity),
    length: 0,
    reserve(more) {
      const needed = this.length + more
      if (needed <= this.bytes.length) return
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    },
  }
}

export interface RowEncoder {
  /** Append the bytes of one row, without separator. */
  encode(batch: Batch, row: number, into: ByteSink): void
  /** True when the row is a record without a value (a tombstone); absent = never. */
  isNull?(batch: Batch, row: number): boolean
}

/** A column of a format: how a field is called in the record, and what is made of it. */
export interface FormatField extends RowField {
  /**
   * Decoding only, for a column of type TIMESTAMP(3): the field is read as a STRING would be and handed to
   * `TO_TIMESTAMP(string)` on the way — the time, or NULL where TO_TIMESTAMP gives NULL — without making the string. The
   * planner asks for it where that call is the only use of a STRING column, if the format has `derives`.
   */
  readonly parse?: 'sql-timestamp'
}

export interface FormatContext {
  /** Columns to read or write; for decoding already projected, names as in the record. */
  readonly schema: readonly FormatField[]
  /** Decoding: all fields of a record in their order, for formats whose records have no names; absent = `schema`. */
  readonly record?: Schema
  readonly options: OptionValues
  /** IANA zone of `table.local-time-zone`. */
  readonly timeZone: string
  /** True for `'format.type'` (Flink 1.10) rather than `'format'`. */
  readonly legacy: boolean
}

export interface Format {
  /** `json`; the value of `'format'`. */
  readonly identifier: string
  /** Keys without the prefix: `ignore-parse-errors`. */
  readonly options: readonly OptionDeclaration[]
  /** Which changes the format carries (json: insert-only). */
  readonly changelog: ChangelogMode
  /** Which `FormatField.parse` the decoder understands; absent = none. */
  readonly derives?: readonly NonNullable<FormatField['parse']>[]
  decoder?(context: FormatContext): RowDecoder
  encoder?(context: FormatContext): RowEncoder
}
