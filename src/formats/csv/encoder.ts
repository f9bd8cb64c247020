/**
 * Rows to CSV lines, without the line's end.
 *
 * Law: texts are quoted by Jackson's rule, which Flink inherits: when longer than 24 characters, or with a backslash or any
 * character that is not greater than the delimiter and the quote character (blanks, for instance). Numbers and booleans
 * never are.
 */
import { fail } from '../../base/errors.ts'
import { valueAt } from '../../types/batch.ts'
import { doubleText, floatText } from '../../types/java-number.ts'
import { type LogicalType, typeText } from '../../types/logical-type.ts'
import type { Exact, Value } from '../../types/value.ts'
import type { FormatField, RowEncoder } from '../contract.ts'
import { encodeBase64 } from '../text/base64.ts'
import { decimalText } from '../text/numbers.ts'
import { dateText, timestampText, timeText } from '../text/times.ts'
import type { CsvSettings } from './settings.ts'

const QUOTED_FROM = 25

type FieldText = (value: Value) => string

export function createCsvEncoder(schema: readonly FormatField[], settings: CsvSettings): RowEncoder {
  const utf8 = new TextEncoder()
  const delimiter = String.fromCharCode(settings.delimiter)
  const nullText = settings.nullLiteral ?? ''
  const quote = quoting(settings)
  const texts = schema.map(({ name, type }): FieldText => {
    const text = fieldText(type, name, settings)
    return isText(type) ? (value) => quote(text(value)) : text
  })
  return {
    encode(batch, row, into) {
      let line = ''
      for (let i = 0; i < texts.length; i++) {
        const value = valueAt(batch.columns[i], schema[i].type, row)
        line += `${i === 0 ? '' : delimiter}${value === null ? nullText : texts[i](value)}`
      }
      into.reserve(line.length * 3)
      into.length += utf8.encodeInto(line, into.bytes.subarray(into.length)).written
    },
  }
}

function quoting({ quote, delimiter }: CsvSettings): (text: string) => string {
  if (quote < 0) return (text) => text
  const mark = String.fromCharCode(quote)
  const safe = Math.max(quote, delimiter, 10) + 1
  return (text) => {
    let plain = text.length < QUOTED_FROM
    for (let i = 0; plain && i < text.length; i++) plain = text.charCodeAt(i) >= safe && text[i] !== '\\'
    return plain ? text : `${mark}${text.replaceAll(mark, mark + mark)}${mark}`
  }
}

/** Written as a text by Jackson, so that it may be quoted. */
function isText({ kind }: LogicalType): boolean {
  return !['BOOLEAN', 'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(kind)
}

function fieldText(type: LogicalType, column: string, settings: CsvSettings, nested = false): FieldText {
  switch (type.kind) {
    case 'NULL':
      return () => settings.nullLiteral ?? ''
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return String
    case 'FLOAT':
      return (value) => floatText(value as number)
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'DECIMAL':
      return (value) => decimalText(value as Exact, type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return (value) => value as string
    case 'BINARY':
    case 'VARBINARY':
      return (value) => encodeBase64(value as Uint8Array)
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number)
    case 'TIMESTAMP':
      return (value) => timestampText(value as Exact, type.precision, ' ')
    case 'TIMESTAMP_LTZ':
      return (value) => `${timestampText(value as Exact, type.precision, ' ')}Z`
    case 'ARRAY': {
      if (nested) break
      const element = elementText(type.element, column, settings)
      return (value) => (value as readonly Value[]).map(element).join(settings.elementDelimiter)
    }
    case 'ROW': {
      if (nested) break
      const fields = type.fields.map((field) => elementText(field.type, `${column}.${field.name}`, settings))
      return (value) => (value as readonly Value[]).map((each, i) => fields[i](each)).join(settings.elementDelimiter)
    }
  }
  const reason = nested ? 'only one level of nesting is possible' : undefined
  return fail('FORMAT_UNSUPPORTED_TYPE', { format: 'csv', column, type: typeText(type), reason })
}

function elementText(type: LogicalType, column: string, settings: CsvSettings): FieldText {
  const text = fieldText(type, column, settings, true)
  return (value) => (value === null ? (settings.nullLiteral ?? '') : text(value))
}
