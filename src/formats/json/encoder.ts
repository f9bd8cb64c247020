/**
 * Rows to JSON objects, as Jackson writes them for Flink: columns in their order, no white space, Java's number texts.
 *
 * Law: the bytes of a row are appended to the sink and nothing else is allocated per row but the texts of its numbers and
 * times; what a format cannot carry is refused when the encoder is made, not when a row comes.
 */
import { fail } from '../../base/errors.ts'
import { type Column, valueAt } from '../../types/batch.ts'
import { doubleText, floatText } from '../../types/java-number.ts'
import { type LogicalType, typeText } from '../../types/logical-type.ts'
import type { Exact, MapValue, Value } from '../../types/value.ts'
import type { ByteSink, FormatField, RowEncoder } from '../contract.ts'
import { encodeBase64 } from '../text/base64.ts'
import { decimalText, strippedDecimalText } from '../text/numbers.ts'
import { dateText, type TimeStandard, timestampText, timeText } from '../text/times.ts'
import { quoted } from './escape.ts'

export interface EncodeOptions {
  readonly standard: TimeStandard
  readonly nullKeys: 'FAIL' | 'DROP' | 'LITERAL'
  readonly nullKeyLiteral: string
  readonly plainDecimals: boolean
  readonly ignoreNulls: boolean
}

/** The JSON text of a value that is not NULL. */
type ValueText = (value: Value) => string

export function createJsonEncoder(schema: readonly FormatField[], options: EncodeOptions): RowEncoder {
  const texts = schema.map((field) => valueText(field.type, field.name, options))
  const utf8 = new TextEncoder()
  const keys = schema.map((field) => utf8.encode(`${quoted(field.name)}:`))
  const types = schema.map((field) => field.type)
  return {
    encode(batch, row, into) {
      put(into, 123)
      let written = 0
      for (let i = 0; i < texts.length; i++) {
        const column = batch.columns[i]
        const isNull = column.nulls === null ? column.values[row] === null : column.nulls[row] !== 0
        if (isNull && options.ignoreNulls) continue
        if (written++ > 0) put(into, 44)
        putBytes(into, keys[i])
        if (isNull) putAscii(into, 'null')
        else putValue(into, column, types[i], row, texts[i])
      }
      put(into, 125)
    },
  }
}

function putValue(into: ByteSink, column: Column, type: LogicalType, row: number, text: ValueText): void {
  if (type.kind === 'VARCHAR' || type.kind === 'CHAR') putString(into, column.values[row] as string)
  else if (column.physical === 'object') putString(into, text(column.values[row] as Value), true)
  else putAscii(into, text(valueAt(column, type, row)))
}

function put(into: ByteSink, byte: number): void {
  if (into.length === into.bytes.length) into.reserve(1)
  into.bytes[into.length++] = byte
}

function putBytes(into: ByteSink, bytes: Uint8Array): void {
  into.reserve(bytes.length)
  into.bytes.set(bytes, into.length)
  into.length += bytes.length
}

function putAscii(into: ByteSink, text: string): void {
  into.reserve(text.length)
  const { bytes } = into
  let p = into.length
  for (let i = 0; i < text.length; i++) bytes[p++] = text.charCodeAt(i)
  into.length = p
}

const utf8 = new TextEncoder()

/** A string in quotes, or with `raw` JSON text as it is; plain ASCII is written unit by unit. */
function putString(into: ByteSink, text: string, raw = false): void {
  const length = text.length
  into.reserve(length + 2)
  const { bytes } = into
  let p = into.length
  if (!raw) bytes[p++] = 34
  let i = 0
  for (; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80 || (!raw && (unit < 0x20 || unit === 34 || unit === 92))) break
    bytes[p++] = unit
  }
  if (i === length) {
    if (!raw) bytes[p++] = 34
    into.length = p
    return
  }
  const rest = raw ? text : quoted(text)
  into.reserve(rest.length * 3)
  into.length += utf8.encodeInto(rest, into.bytes.subarray(into.length)).written
}

function valueText(type: LogicalType, column: string, options: EncodeOptions): ValueText {
  const { standard } = options
  switch (type.kind) {
    case 'NULL':
      return () => 'null'
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return String
    case 'FLOAT':
      return (value) => finite(floatText(value as number))
    case 'DOUBLE':
      return (value) => finite(doubleText(value as number))
    case 'DECIMAL': {
      const { scale } = type
      return options.plainDecimals
        ? (value) => decimalText(value as Exact, scale)
        : (value) => strippedDecimalText(value as Exact, scale)
    }
    case 'CHAR':
    case 'VARCHAR':
      return (value) => quoted(value as string)
    case 'BINARY':
    case 'VARBINARY':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'DATE':
      return (value) => `"${dateText(value as number)}"`
    case 'TIME':
      return standard === 'RFC-3339'
        ? (value) => `"${timeText(value as number)}Z"`
        : (value) => `"${timeText(value as number)}"`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const separator = standard === 'SQL' ? ' ' : 'T'
      const zone = type.kind === 'TIMESTAMP_LTZ' || standard === 'RFC-3339' ? 'Z"' : '"'
      const { precision } = type
      return (value) => `"${timestampText(value as Exact, precision, separator)}${zone}`
    }
    case 'ARRAY': {
      const element = nullable(valueText(type.element, column, options))
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return mapText(type, type.key, type.value, column, options)
    case 'MULTISET':
      return mapText(type, type.element, { kind: 'INTEGER', nullable: true }, column, options)
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => ({
        key: quoted(field.name),
        text: nullable(valueText(field.type, `${column}.${field.name}`, options)),
      }))
      return (value) => {
        const row = value as readonly Value[]
        const parts: string[] = []
        fields.forEach(({ key, text }, i) => {
          if (row[i] !== null || !options.ignoreNulls) parts.push(`${key}:${text(row[i])}`)
        })
        return `{${parts.join(',')}}`
      }
    }
    default:
      return fail('FORMAT_UNSUPPORTED_TYPE', { format: 'json', column, type: typeText(type) })
  }
}

const nullable =
  (text: ValueText): ValueText =>
  (value) =>
    value === null ? 'null' : text(value)

/** NaN and the infinities are strings, as JSON has no number for them. */
function finite(text: string): string {
  const last = text.charCodeAt(text.length - 1)
  return last >= 48 && last <= 57 ? text : `"${text}"`
}

function mapText(
  type: LogicalType,
  key: LogicalType,
  value: LogicalType,
  column: string,
  options: EncodeOptions,
): ValueText {
  if (key.kind !== 'CHAR' && key.kind !== 'VARCHAR') {
    fail('FORMAT_UNSUPPORTED_TYPE', { format: 'json', column, type: typeText(type), reason: 'keys must be strings' })
  }
  const element = nullable(valueText(value, column, options))
  return (map) => {
    const { keys, values } = map as MapValue
    const parts = new Map<string, string>()
    keys.forEach((name, i) => {
      if (name === null) {
        if (options.nullKeys === 'DROP') return
        if (options.nullKeys === 'FAIL') fail('FORMAT_JSON_NULL_KEY', { column })
      }
      parts.set(name === null ? options.nullKeyLiteral : (name as string), element(values[i]))
    })
    return `{${[...parts].map(([name, text]) => `${quoted(name)}:${text}`).join(',')}}`
  }
}
