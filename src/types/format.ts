/**
 * Values as text.
 *
 * Laws
 * - `castText` is `CAST(x AS STRING)`; `printText` is what Flink's SQL client shows, which differs for binary values
 *   (`x'0a'` instead of the decoded text) and, at the top level, writes SQL NULL as `NULL`.
 * - FLOAT and DOUBLE are Java's texts; a TIMESTAMP(p) shows p digits; TIME(p) shows at least one and no trailing zeros.
 */
import { bitmapText } from './bitmap.ts'
import {
  MILLIS_PER_DAY,
  MILLIS_PER_HOUR,
  MILLIS_PER_MINUTE,
  MILLIS_PER_SECOND,
  packCivil,
  packedDay,
  packedMonth,
  packedYear,
} from './calendar.ts'
import { decimalText } from './decimal-text.ts'
import { doubleText, floatText } from './java-number.ts'
import type { LogicalType } from './logical-type.ts'
import { timeZone } from './time-zone.ts'
import { type Exact, type MapValue, toMillis, unitsPerMilli, type Value, type VariantValue } from './value.ts'

export type Formatter = (value: Exclude<Value, null>) => string

export interface FormatOptions {
  readonly timeZone: string
  /** `table.exec.legacy-cast-behaviour`: booleans in lower case. */
  readonly legacy?: boolean
}

/** `CAST(value AS STRING)`; NULL gives `NULL`, as inside arrays. */
export function castText(value: Value, type: LogicalType, options: FormatOptions): string {
  return value === null ? 'NULL' : makeFormatter(type, options, false)(value)
}

/** As the SQL client prints a cell. */
export function printText(value: Value, type: LogicalType, options: FormatOptions): string {
  return value === null ? 'NULL' : makeFormatter(type, options, true)(value)
}

/** A formatter for the non-NULL values of a type. */
export function makeFormatter(type: LogicalType, options: FormatOptions, printing: boolean): Formatter {
  const nested = (inner: LogicalType): ((value: Value) => string) => {
    const format = makeFormatter(inner, options, printing)
    return (value) => (value === null ? 'NULL' : format(value))
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return options.legacy ? (value) => (value ? 'true' : 'false') : (value) => (value ? 'TRUE' : 'FALSE')
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return (value) => String(value)
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
      return printing ? (value) => `x'${hexText(value as Uint8Array)}'` : (value) => utf8Text(value as Uint8Array)
    case 'BITMAP':
      return (value) => bitmapText(value as Uint8Array)
    case 'DATE':
      return (value) => dateText(value as number)
    case 'TIME':
      return (value) => timeText(value as number, type.precision)
    case 'TIMESTAMP':
      return (value) => timestampText(value as Exact, type.precision)
    case 'TIMESTAMP_LTZ': {
      const zone = timeZone(options.timeZone)
      const units = unitsPerMilli(type.precision)
      return (value) => {
        const offset = zone.offsetAt(toMillis(value as Exact, type.precision))
        return timestampText(addExact(value as Exact, offset * units), type.precision)
      }
    }
    case 'INTERVAL_YEAR_MONTH':
      return (value) => yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return (value) => dayTimeText(value as Exact)
    case 'ARRAY': {
      const element = nested(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(', ')}]`
    }
    case 'MAP':
    case 'MULTISET': {
      const key = nested(type.kind === 'MAP' ? type.key : type.element)
      const item = type.kind === 'MAP' ? nested(type.value) : String
      return (value) => {
        const { keys, values } = value as MapValue
        return `{${keys.map((k, i) => `${key(k)}=${item(values[i])}`).join(', ')}}`
      }
    }
    case 'ROW': {
      const fields = type.fields.map((field) => nested(field.type))
      return (value) => `(${(value as readonly Value[]).map((field, i) => fields[i](field)).join(', ')})`
    }
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => ({ name: field.name, text: nested(field.type) }))
      return (value) =>
        `(${(value as readonly Value[]).map((field, i) => `${fields[i].name}=${fields[i].text(field)}`).join(', ')})`
    }
    case 'VARIANT':
    case 'RAW':
      return (value) => JSON.stringify((value as VariantValue).variant)
    default:
      return (value) => String(value)
  }
}

function addExact(value: Exact, delta: number): Exact {
  if (typeof value === 'number') {
    const sum = value + delta
    if (Number.isSafeInteger(sum)) return sum
  }
  return BigInt(value) + BigInt(delta)
}

const decoder = new TextDecoder()
export const utf8Text = (bytes: Uint8Array): string => decoder.decode(bytes)

export function hexText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16)
  return text
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

/** `yyyy-MM-dd` of a day number. */
export function dateText(days: number): string {
  const packed = packCivil(days)
  const year = packedYear(packed)
  // Flink writes four digits of a year, also of one that has more.
  const yyyy = year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year % 10_000).padStart(4, '0')
  return `${yyyy}-${two(packedMonth(packed))}-${two(packedDay(packed))}`
}

/** `HH:mm:ss`, with a fraction of one to `precision` digits when the precision is above 0. */
export function timeText(millis: number, precision: number): string {
  const base = clockText(millis)
  if (precision <= 0) return base
  let fraction = String(millis % MILLIS_PER_SECOND)
    .padStart(3, '0')
    .slice(0, Math.min(precision, 3))
  while (fraction.length > 1 && fraction.endsWith('0')) fraction = fraction.slice(0, -1)
  return `${base}.${fraction}`
}

function clockText(millis: number): string {
  const hours = Math.floor(millis / MILLIS_PER_HOUR)
  const minutes = Math.floor(millis / MILLIS_PER_MINUTE) % 60
  const seconds = Math.floor(millis / MILLIS_PER_SECOND) % 60
  return `${two(hours)}:${two(minutes)}:${two(seconds)}`
}

/** `yyyy-MM-dd HH:mm:ss` and as many fractional digits as the precision says. */
export function timestampText(value: Exact, precision: number): string {
  const units = unitsPerMilli(precision)
  const millis = toMillis(value, precision)
  const days = Math.floor(millis / MILLIS_PER_DAY)
  const ofDay = millis - days * MILLIS_PER_DAY
  const base = `${dateText(days)} ${clockText(ofDay)}`
  if (precision === 0) return base
  let fraction = String(ofDay % MILLIS_PER_SECOND).padStart(3, '0')
  if (units > 1) {
    const below =
      typeof value === 'number' ? value - millis * units : Number(BigInt(value) - BigInt(millis) * BigInt(units))
    fraction += String(below).padStart(units === 1_000 ? 3 : 6, '0')
  }
  return `${base}.${fraction.slice(0, precision)}`
}

/** `+1-02`: years and months. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${two(size % 12)}`
}

/** `+1 02:03:04.000`: days and time. */
export function dayTimeText(millis: Exact): string {
  const size = millis < 0 ? -millis : millis
  const days = typeof size === 'bigint' ? size / BigInt(MILLIS_PER_DAY) : Math.floor(size / MILLIS_PER_DAY)
  const ofDay = typeof size === 'bigint' ? Number(size % BigInt(MILLIS_PER_DAY)) : size % MILLIS_PER_DAY
  const fraction = String(ofDay % MILLIS_PER_SECOND).padStart(3, '0')
  return `${millis < 0 ? '-' : '+'}${days} ${clockText(ofDay)}.${fraction}`
}
