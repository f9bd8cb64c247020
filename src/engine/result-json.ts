/**
 * Rows of results as Flink's SQL Gateway writes them: JSON values, or texts as the SQL client prints them.
 *
 * Law: a value becomes JSON text at once and never a JavaScript number on the way, so that BIGINT and DECIMAL keep all digits.
 */
import { createByteSink } from '../formats/contract.ts'
import { createJsonEncoder } from '../formats/json/encoder.ts'
import { type Batch, type Column, type Schema, valueAt } from '../types/batch.ts'
import { printText } from '../types/format.ts'
import type { LogicalType } from '../types/logical-type.ts'

export type RowFormat = 'JSON' | 'PLAIN_TEXT'

/** Makes the writer of a row: the JSON texts of its fields. */
export function fieldWriter(
  schema: Schema,
  format: RowFormat,
  timeZone: string,
): (batch: Batch, row: number) => readonly string[] {
  const writers = schema.map(({ type }) =>
    format === 'JSON' ? jsonWriter(type, timeZone) : textWriter(type, timeZone),
  )
  return (batch, row) => writers.map((write, i) => write(batch.columns[i], row))
}

type FieldWriter = (column: Column, row: number) => string

function textWriter(type: LogicalType, timeZone: string): FieldWriter {
  return (column, row) => {
    const value = valueAt(column, type, row)
    return value === null ? 'null' : JSON.stringify(printText(value, type, { timeZone }))
  }
}

/** Kinds that JSON has no form for are written as the SQL client prints them. */
const TEXT_KINDS: readonly LogicalType['kind'][] = [
  'INTERVAL_DAY_TIME',
  'INTERVAL_YEAR_MONTH',
  'RAW',
  'VARIANT',
  'BITMAP',
  'NULL',
]

function jsonWriter(type: LogicalType, timeZone: string): FieldWriter {
  if (TEXT_KINDS.includes(type.kind)) return textWriter(type, timeZone)
  const encoder = createJsonEncoder([{ name: 'v', type }], {
    standard: 'ISO-8601',
    nullKeys: 'LITERAL',
    nullKeyLiteral: 'null',
    plainDecimals: true,
    ignoreNulls: false,
  })
  const sink = createByteSink()
  return (column, row) => {
    sink.length = 0
    encoder.encode({ length: column.values.length, columns: [column], kinds: null }, row, sink)
    // Without the object around it: `{"v":` and `}`.
    return Buffer.from(sink.bytes.buffer, sink.bytes.byteOffset + 5, sink.length - 6).toString('utf8')
  }
}

/** A type as Flink's REST describes it. */
export function typeJson(type: LogicalType): Record<string, unknown> {
  const { nullable } = type
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY':
      return { type: type.kind, nullable, length: type.length }
    case 'DECIMAL':
      return { type: 'DECIMAL', nullable, precision: type.precision, scale: type.scale }
    case 'TIME':
      return { type: 'TIME_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'TIMESTAMP':
      return { type: 'TIMESTAMP_WITHOUT_TIME_ZONE', nullable, precision: type.precision }
    case 'TIMESTAMP_LTZ':
      return { type: 'TIMESTAMP_WITH_LOCAL_TIME_ZONE', nullable, precision: type.precision }
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
      return { type: type.kind, nullable }
    case 'ARRAY':
    case 'MULTISET':
      return { type: type.kind, nullable, elementType: typeJson(type.element) }
    case 'MAP':
      return { type: 'MAP', nullable, keyType: typeJson(type.key), valueType: typeJson(type.value) }
    case 'ROW':
    case 'STRUCTURED':
      return {
        type: 'ROW',
        nullable,
        fields: type.fields.map((field) => ({ name: field.name, fieldType: typeJson(field.type) })),
      }
    default:
      return { type: type.kind, nullable }
  }
}
