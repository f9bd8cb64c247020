/**
 * Texts of CSV fields to values, as Flink's csv format converts them.
 *
 * Law: undefined means that the text is no value of the type. Whole numbers and booleans may have blanks around them, a DATE
 * may have short months and days and runs over (February 30 is March 1), the rest is as in the SQL standard.
 */
import { fail } from '../../base/errors.ts'
import { daysOf } from '../../types/calendar.ts'
import { type LogicalType, typeText } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { decodeBase64 } from '../text/base64.ts'
import { floatOfText, javaTrim, parseDecimal, parseDouble, parseInteger, parseLong } from '../text/numbers.ts'
import { parseTime, parseTimestamp } from '../text/times.ts'
import type { CsvSettings } from './settings.ts'

export type FieldReader = (text: string) => Value | undefined

export function fieldReader(type: LogicalType, column: string, settings: CsvSettings, nested = false): FieldReader {
  switch (type.kind) {
    case 'NULL':
      return () => null
    case 'BOOLEAN':
      return (text) => javaTrim(text).toLowerCase() === 'true'
    case 'TINYINT':
      return (text) => parseInteger(javaTrim(text), -128, 127)
    case 'SMALLINT':
      return (text) => parseInteger(javaTrim(text), -32768, 32767)
    case 'INTEGER':
    case 'INTERVAL_YEAR_MONTH':
      return (text) => parseInteger(javaTrim(text), -2147483648, 2147483647)
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return (text) => parseLong(javaTrim(text))
    case 'FLOAT':
      return (text) => floatOfText(javaTrim(text))
    case 'DOUBLE':
      return (text) => parseDouble(javaTrim(text))
    case 'DECIMAL':
      return (text) => parseDecimal(text, type.precision, type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return (text) => text
    case 'BINARY':
    case 'VARBINARY':
      return decodeBase64
    case 'DATE':
      return parseSqlDate
    case 'TIME':
      return (text) => {
        const millis = parseTime(/^\d\d:\d\d$/.test(text) ? `${text}:00` : text, 'SQL')
        return millis === undefined ? undefined : millis - (millis % 10 ** Math.max(0, 3 - type.precision))
      }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const zoned = type.kind === 'TIMESTAMP_LTZ'
      return (text) => parseTimestamp(text, 'SQL', zoned, type.precision)
    }
    case 'ARRAY': {
      if (nested) break
      const element = elementReader(type.element, column, settings)
      return (text) => allOf(text === '' ? [] : text.split(settings.elementDelimiter).map(element))
    }
    case 'ROW': {
      if (nested) break
      const fields = type.fields.map((field) => elementReader(field.type, `${column}.${field.name}`, settings))
      return (text) => {
        const parts = text.split(settings.elementDelimiter)
        if (text === '') return null
        if (parts.length > fields.length || (parts.length < fields.length && !settings.ignoreErrors)) return undefined
        return allOf(fields.map((field, i) => (parts[i] === undefined ? null : field(parts[i]))))
      }
    }
  }
  const reason = nested ? 'only one level of nesting is possible' : undefined
  return fail('FORMAT_UNSUPPORTED_TYPE', { format: 'csv', column, type: typeText(type), reason })
}

function elementReader(type: LogicalType, column: string, settings: CsvSettings): FieldReader {
  const read = fieldReader(type, column, settings, true)
  return (text) => {
    if (text === settings.nullLiteral) return null
    const value = read(text)
    return value === undefined && settings.ignoreErrors ? null : value
  }
}

function allOf(values: readonly (Value | undefined)[]): Value | undefined {
  return values.includes(undefined) ? undefined : (values as readonly Value[])
}

/** `java.sql.Date.valueOf` */
function parseSqlDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? daysOf(year, month, day) : undefined
}
