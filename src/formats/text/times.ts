/**
 * Dates and times in texts, by the rules of the java.time formatters that Flink's formats use.
 *
 * Law: the `SQL` patterns resolve as java.time's SMART style does (day 30 of February is its last day, 24:00:00 the next
 * midnight), the `ISO-8601` pattern without zone strictly; a year has four digits, or a sign and up to ten. Every function
 * gives undefined where Java's would throw.
 */
import {
  daysInMonth,
  daysOf,
  MILLIS_PER_DAY,
  packCivil,
  packedDay,
  packedMonth,
  packedYear,
} from '../../types/calendar.ts'
import { type Exact, exact, unitsPerMilli } from '../../types/value.ts'

/** `json.timestamp-format.standard`; RFC-3339 is what Flink 1.10's JSON format wrote: ISO-8601 with a `Z` for every type. */
export type TimeStandard = 'SQL' | 'ISO-8601' | 'RFC-3339'

const DATE = /^([+-]?\d{4,10})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{0,9}))?$/
const SQL_TIMESTAMP = /^([+-]?\d{4,10})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{0,9}))?$/
const ISO_TIMESTAMP = /^([+-]?\d{4,10})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?$/
const FULL_TIMESTAMP = /^([+-]?\d{4,10})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{0,9}))?$/
const LENIENT_TIMESTAMP = /^(\+\d{5,10}|\d{4})-(\d\d?)-(\d\d?)(?: (\d\d?):(\d\d?):(\d\d?)(?:\.(\d{0,9}))?)?$/

const MAX_YEAR = 999_999_999

/** Four digits stand alone, more need a plus; minus zero is no year. */
function parseYear(text: string): number | undefined {
  const signed = text[0] === '+' || text[0] === '-'
  if (!signed ? text.length !== 4 : text[0] === '+' ? text.length < 6 : Number(text) === 0) return undefined
  const year = Number(text)
  return Math.abs(year) <= MAX_YEAR ? year : undefined
}

function parseDay(year: number, month: number, day: number, smart: boolean): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const last = daysInMonth(year, month)
  if (day > last && !smart) return undefined
  return daysOf(year, month, Math.min(day, last))
}

/** ISO_LOCAL_DATE: days since the epoch. */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text)
  const year = match === null ? undefined : parseYear(match[1])
  return match === null || year === undefined ? undefined : parseDay(year, Number(match[2]), Number(match[3]), false)
}

/** `HH:mm:ss[.f]`, for RFC-3339 with a `Z` behind: milliseconds of the day. */
export function parseTime(text: string, standard: TimeStandard): number | undefined {
  if (standard === 'RFC-3339') {
    if (!text.endsWith('Z')) return undefined
    text = text.slice(0, -1)
  }
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [h, m, s] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const millis = Number((match[4] ?? '').padEnd(3, '0').slice(0, 3))
  if (h === 24 && m === 0 && s === 0 && Number(match[4] ?? 0) === 0) return 0
  return h > 23 || m > 59 || s > 59 ? undefined : ((h * 60 + m) * 60 + s) * 1000 + millis
}

/**
 * A TIMESTAMP(precision), or with `zoned` a TIMESTAMP_LTZ(precision), whose texts end in `Z`.
 * Digits beyond the column's unit are cut.
 */
export function parseTimestamp(
  text: string,
  standard: TimeStandard,
  zoned: boolean,
  precision: number,
): Exact | undefined {
  if (zoned || standard === 'RFC-3339') {
    if (!text.endsWith('Z')) return undefined
    text = text.slice(0, -1)
  }
  const pattern = standard === 'SQL' ? SQL_TIMESTAMP : standard === 'RFC-3339' ? FULL_TIMESTAMP : ISO_TIMESTAMP
  const match = pattern.exec(text)
  if (match === null || (zoned && standard === 'ISO-8601' && text.includes('t'))) return undefined
  const year = parseYear(match[1])
  return year === undefined ? undefined : assemble(year, match, standard !== 'ISO-8601' || zoned, precision)
}

/** What `TO_TIMESTAMP(text)` gives, epoch milliseconds, or null where it gives NULL. */
export function toTimestamp(text: string): number | null {
  const match = LENIENT_TIMESTAMP.exec(text)
  if (match === null) return null
  const year = Number(match[1])
  if (year < 1) return null
  return (assemble(year, match, true, 3) as number | undefined) ?? null
}

function assemble(year: number, match: RegExpExecArray, smart: boolean, precision: number): Exact | undefined {
  let days = parseDay(year, Number(match[2]), Number(match[3]), smart)
  if (days === undefined) return undefined
  const h = Number(match[4] ?? 0)
  const m = Number(match[5] ?? 0)
  const s = Number(match[6] ?? 0)
  const nanos = Number((match[7] ?? '').padEnd(9, '0'))
  let seconds = (h * 60 + m) * 60 + s
  if (smart && h === 24 && m === 0 && s === 0 && nanos === 0) {
    days++
    seconds = 0
  } else if (h > 23 || m > 59 || s > 59) return undefined
  const perMilli = unitsPerMilli(precision)
  const fraction = Math.floor(nanos / (1_000_000 / perMilli))
  const whole = (days * MILLIS_PER_DAY + seconds * 1000) * perMilli
  if (Math.abs(whole) < 9e15) return whole + fraction
  return exact((BigInt(days) * 86_400_000n + BigInt(seconds * 1000)) * BigInt(perMilli) + BigInt(fraction))
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')
const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, i) => pad(i, 2))

let lastDays = Number.NaN
let lastText = ''

/** ISO_LOCAL_DATE of days since the epoch. Rows that are written together are mostly of one day: its text is kept. */
export function dateText(days: number): string {
  if (days === lastDays) return lastText
  const packed = packCivil(days)
  const year = packedYear(packed)
  const size = pad(Math.abs(year), 4)
  const text = year < 0 ? `-${size}` : year > 9999 ? `+${size}` : size
  lastText = `${text}-${TWO_DIGITS[packedMonth(packed)]}-${TWO_DIGITS[packedDay(packed)]}`
  lastDays = days
  return lastText
}

/** `HH:mm:ss` with as many fractional digits as the time has. */
export function timeText(millisOfDay: number): string {
  return secondsText(Math.floor(millisOfDay / 1000), (millisOfDay % 1000) * 1_000_000)
}

function secondsText(seconds: number, nanos: number): string {
  const minutes = Math.floor(seconds / 60)
  const text = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`
  return nanos === 0 ? text : `${text}.${pad(nanos, 9).replace(/0+$/, '')}`
}

/** A TIMESTAMP(precision) value with `separator` between date and time and as many fractional digits as it has. */
export function timestampText(value: Exact, precision: number, separator: string): string {
  const perSecond = unitsPerMilli(precision) * 1000
  let seconds: number
  let rest: number
  if (typeof value === 'number') {
    seconds = Math.floor(value / perSecond)
    rest = value - seconds * perSecond
  } else {
    const unit = BigInt(perSecond)
    const remainder = ((value % unit) + unit) % unit
    seconds = Number((value - remainder) / unit)
    rest = Number(remainder)
  }
  const days = Math.floor(seconds / 86_400)
  return `${dateText(days)}${separator}${secondsText(seconds - days * 86_400, rest * (1_000_000_000 / perSecond))}`
}
