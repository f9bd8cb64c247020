/**
 * SQL values as JSON texts (`JSON_OBJECT`, `JSON_ARRAY`, `JSON_STRING`).
 *
 * Laws
 * - Keys are sorted; decimals keep their scale; FLOAT and DOUBLE are the digits of Java's text as BigDecimal writes them,
 *   NaN and infinities texts; timestamps are ISO 8601, instants in UTC; binary is Base64.
 * - Dates, times, intervals and maps with other keys than texts have no JSON form.
 * - A value of `jsonText`'s type is JSON already and is put in as it is: the results of the JSON functions.
 */
import { MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { decimalText } from '../../../types/decimal-text.ts'
import { isCharacter } from '../../../types/family.ts'
import { dateText } from '../../../types/format.ts'
import { doubleText } from '../../../types/java-number.ts'
import { type LogicalType, STRING } from '../../../types/logical-type.ts'
import { type Exact, type MapValue, toMillis, type Value, type VariantValue } from '../../../types/value.ts'
import { nanosOfMilli } from '../temporal/timestamp-value.ts'
import { bigDecimalText, quoteJson } from './parse.ts'
import { variantText } from './variant.ts'

const MARK = { json: true }
/** STRING, marked as JSON for the JSON functions around it. */
export const JSON_TEXT: LogicalType = { ...STRING, ...MARK }

const isJsonText = (type: LogicalType) => (type as { readonly json?: boolean }).json === true

/** Has the type a JSON form? */
export function hasJson(type: LogicalType): boolean {
  switch (type.kind) {
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_DAY_TIME':
    case 'INTERVAL_YEAR_MONTH':
    case 'NULL':
    case 'SYMBOL':
    case 'DESCRIPTOR':
    case 'RAW':
    case 'BITMAP':
    case 'MULTISET':
      return false
    case 'ARRAY':
      return hasJson(type.element)
    case 'MAP':
      return isCharacter(type.key) && hasJson(type.value)
    case 'ROW':
    case 'STRUCTURED':
      return type.fields.every((field) => hasJson(field.type))
    default:
      return true
  }
}

export type JsonWriter = (value: Value) => string

export function jsonWriter(type: LogicalType): JsonWriter {
  const write = bareWriter(type)
  return (value) => (value === null ? 'null' : write(value))
}

function bareWriter(type: LogicalType): JsonWriter {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return isJsonText(type) ? (value) => value as string : (value) => quoteJson(value as string)
    case 'BINARY':
    case 'VARBINARY':
      return (value) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'FLOAT':
    case 'DOUBLE':
      return (value) =>
        Number.isFinite(value) ? bigDecimalText(doubleText(value as number)) : `"${doubleText(value as number)}"`
    case 'DECIMAL':
      return (value) => decimalText(value as Exact, type.scale)
    case 'TIMESTAMP':
      return (value) => `"${isoText(value as Exact, type.precision)}"`
    case 'TIMESTAMP_LTZ':
      return (value) => `"${isoText(value as Exact, type.precision)}Z"`
    case 'ARRAY': {
      const element = jsonWriter(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP': {
      const write = jsonWriter(type.value)
      return (value) => {
        const { keys, values } = value as MapValue
        return objectText(keys.map((key, i) => [String(key), write(values[i])]))
      }
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => ({ name: field.name, write: jsonWriter(field.type) }))
      return (value) => objectText(fields.map(({ name, write }, i) => [name, write((value as readonly Value[])[i])]))
    }
    case 'VARIANT':
      return (value) => variantText(value as VariantValue)
    default:
      return String
  }
}

/** Entries of a key and the JSON of its value; the last of equal keys holds, keys are sorted. */
export function objectText(entries: readonly (readonly [key: string, json: string])[]): string {
  const sorted = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, json]) => `${quoteJson(key)}:${json}`).join(',')}}`
}

/** `2024-01-01T10:00:00.12`: seconds always, the fraction without trailing zeros. */
function isoText(value: Exact, precision: number): string {
  const millis = toMillis(value, precision)
  const days = Math.floor(millis / MILLIS_PER_DAY)
  const ofDay = millis - days * MILLIS_PER_DAY
  const two = (part: number) => String(part).padStart(2, '0')
  const nano = (ofDay % 1000) * 1_000_000 + nanosOfMilli(value, precision, millis)
  const fraction = nano === 0 ? '' : `.${String(nano).padStart(9, '0').replace(/0+$/, '')}`
  const time = [Math.floor(ofDay / 3_600_000), Math.floor(ofDay / 60_000) % 60, Math.floor(ofDay / 1000) % 60]
  return `${dateText(days)}T${time.map(two).join(':')}${fraction}`
}
