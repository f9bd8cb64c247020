/**
 * Text to values, as `CAST(text AS …)` reads it. Every function gives undefined where the text is none of the type's.
 *
 * Laws (Flink's, found by asking it)
 * - Numbers are trimmed; an integer may have a fraction of digits, which is cut off: `' 4.9 '` is 4, `'.'` is 0.
 * - FLOAT and DOUBLE are Java's `parseDouble`: suffix f or d, hexadecimal with `p`, `NaN`, `Infinity`, case as written.
 * - A DATE may stop after the year or the month and may carry a time behind a space; it must exist.
 * - A TIMESTAMP must be whole; a day up to 31 is moved back to the month's last, `24:00:00` is the next day's midnight.
 */
import { daysInMonth, daysOf, MILLIS_PER_DAY } from './calendar.ts'
import { parseDigits, toDecimal } from './decimal-text.ts'
import { type Exact, exact, unitsPerMilli } from './value.ts'

const INTEGER = /^ *([+-]?)(\d*)(?:\.\d*)? *$/

/** BIGINT-or-smaller; the caller checks the range. */
export function parseInteger(text: string): Exact | undefined {
  const match = INTEGER.exec(text)
  if (match === null) return undefined
  const [whole, sign, digits] = match
  if (digits === '') return whole.includes('.') ? 0 : undefined
  if (digits.length <= 15) return sign === '-' ? 0 - Number(digits) : Number(digits)
  return exact(sign === '-' ? -BigInt(digits) : BigInt(digits))
}

const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/
const HEX_DOUBLE = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/

/** Java's `trim`: everything up to U+0020 goes. */
function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

export function parseDouble(text: string): number | undefined {
  const trimmed = javaTrim(text)
  if (DOUBLE.test(trimmed)) return Number(/(?:\d|\.)[fFdD]$/.test(trimmed) ? trimmed.slice(0, -1) : trimmed)
  const hex = HEX_DOUBLE.exec(trimmed)
  if (hex === null || hex[2] + hex[3] === '') return undefined
  const size = Number.parseInt(hex[2] + hex[3], 16) * 2 ** (Number(hex[4]) - 4 * hex[3].length)
  return hex[1] === '-' ? -size : size
}

const DECIMAL = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?$/
/** The short form's reader overlooks one character behind the number. */
const SHORT_DECIMAL = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?.?$/

/** Undefined when it is no number, null when it has too many digits. */
export function parseDecimal(text: string, precision: number, scale: number): Exact | null | undefined {
  const trimmed = text.replace(/^[ \n\t]+|[ \n\t]+$/g, '')
  const short = precision <= 18 && text.length <= 18
  const match = (short ? SHORT_DECIMAL : DECIMAL).exec(trimmed)
  if (match === null) return undefined
  const exponent = Number(match[2] ?? 0)
  if (Math.abs(exponent) > 1000) return exponent < 0 ? 0 : null
  const { value, scale: found } = parseDigits(`${match[1]}e${exponent}`)
  return toDecimal(exact(value), found, precision, scale)
}

const TRUE_WORDS = new Set(['t', 'true', 'y', 'yes', '1'])
const FALSE_WORDS = new Set(['f', 'false', 'n', 'no', '0'])

export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : undefined
}

function parseField(text: string): number | undefined {
  const trimmed = text.trim()
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined
}

/** Day number. */
export function parseDate(text: string): number | undefined {
  const space = text.indexOf(' ')
  const date = space > 0 ? text.slice(0, space) : text
  const [years, months, ...rest] = date.split('-')
  const year = parseField(years)
  const month = months === undefined ? 1 : parseField(months)
  const day = rest.length === 0 ? 1 : parseField(rest.join('-'))
  if (year === undefined || month === undefined || day === undefined || year > 9999) return undefined
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return daysOf(year, month, day)
}

/** Milliseconds of the day; a zone offset at the end is added, as Flink does. */
export function parseTime(text: string): number | undefined {
  const match = /^([^:+-]*)(?::([^:+-]*)(?::([^:.+-]*)(?:\.([^+-]*))?)?)?(?:([+-])([^:]*)(?::(.*))?)?$/.exec(text)
  if (match === null) return undefined
  const [, hours, minutes, seconds, fraction = '', sign, zoneHours = '0', zoneMinutes = '0'] = match
  let hour = parseField(hours)
  let minute = minutes === undefined ? 0 : parseField(minutes)
  const second = seconds === undefined ? 0 : parseField(seconds)
  const zoneHour = parseField(zoneHours)
  const zoneMinute = parseField(zoneMinutes)
  if (hour === undefined || minute === undefined || second === undefined) return undefined
  if (zoneHour === undefined || zoneMinute === undefined) return undefined
  hour += sign === '-' ? -zoneHour : zoneHour
  minute += sign === '-' ? -zoneMinute : zoneMinute
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second > 59) return undefined
  return ((hour * 60 + minute) * 60 + second) * 1000 + parseMillis(fraction.trim())
}

/** Fraction digits to milliseconds, the fourth rounds. */
function parseMillis(digits: string): number {
  let millis = 0
  let unit = 100
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48
    if (digit >= 0 && digit <= 9) millis += unit * digit
    if (unit < 10) {
      if (i + 1 < digits.length && digits.charCodeAt(i + 1) >= 53) millis++
      break
    }
    unit /= 10
  }
  return millis
}

const TIMESTAMP = /^(\d{4}|\+\d{5,9})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/

/** A local date-time as a TIMESTAMP(precision) value; digits beyond the precision are cut off. */
export function parseTimestamp(text: string, precision: number): Exact | undefined {
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const hour = Number(match[4] ?? 0)
  const minute = Number(match[5] ?? 0)
  const second = Number(match[6] ?? 0)
  const fraction = (match[7] ?? '').padEnd(9, '0').slice(0, precision)
  if (minute > 59 || second > 59 || hour > 24) return undefined
  if (hour === 24 && (minute > 0 || second > 0 || /[1-9]/.test(match[7] ?? ''))) return undefined
  const days = daysOf(year, month, Math.min(day, daysInMonth(year, month)))
  const millis = days * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000
  const units = unitsPerMilli(precision)
  const digits = units === 1 ? 3 : units === 1_000 ? 6 : 9
  const below = Number(fraction.padEnd(digits, '0'))
  const value = millis * units + below
  return Number.isSafeInteger(value) ? value : exact(BigInt(millis) * BigInt(units) + BigInt(below))
}

const encoder = new TextEncoder()
export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text)
