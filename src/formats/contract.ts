/**
 * The contract of formats: bytes to columns and back.
 *
 * Law: a decoder decodes only the fields that it was asked for, straight into column builders; no object, string or promise
 * per record but what the columns hold. A record gives rows or a catalogued error; it never leaves half a row behind.
 */

import type { OptionDeclaration, OptionValues } from '../base/options.ts'
import type { Batch, ColumnBuilder, Schema } from '../types/batch.ts'
import type { ChangelogMode } from '../types/row-kind.ts'

/** Rows under construction. `kinds` is null while all rows are +I. */
export interface RowSink {
  readonly columns: readonly ColumnBuilder[]
  length: number
  kinds: Uint8Array | null
}

export interface RowDecoder {
  /**
   * Append the rows of one record. Returns how many were added: 0 when the record was skipped (`skipped` says how often).
   * Columns of `into` are the requested schema, in order. Throws a RivuletError (FORMAT_…) that says what is wrong at which
   * byte; the connector adds topic, partition and offset.
   */
  decode(bytes: Uint8Array, start: number, end: number, into: RowSink): number
  /** Records that were skipped because of an ignore option. */
  readonly skipped: number
}

/** A growable byte buffer that encoders append to. */
export interface ByteSink {
  bytes: Uint8Array
  length: number
  reserve(more: number): void
}

export interface RowEncoder {
  /** Append the bytes of one row, without separator. */
  encode(batch: Batch, row: number, into: ByteSink): void
}

export interface FormatContext {
  /** Columns to read or write; for decoding already projected, names as in the record. */
  readonly schema: Schema
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
  decoder?(context: FormatContext): RowDecoder
  encoder?(context: FormatContext): RowEncoder
}
