/**
 * Reading texts with SimpleDateFormat patterns (`UNIX_TIMESTAMP`, `TO_DATE` with a pattern, `CONVERT_TZ`).
 *
 * Laws
 * - Lenient, as Java's default is: numbers may run over (month 13, 25 o'clock), text behind the match is ignored, names are
 *   matched in any case, blanks before a number are skipped.
 * - Adjacent numbers take as many characters as they have letters. Two-digit years fall into the 100 years that begin 80
 *   years before `now`.
 */
import { dayOfWeek, floorMod, MILLIS_PER_DAY, yearOf } from '../../../types/calendar.ts'
import type { TimeZone } from '../../../types/time-zone.ts'
import { MONTHS, WEEKDAYS } from './date-time-fields.ts'
import { hybridDays, legacyInstant } from './hybrid-calendar.ts'
import { firstDayOfWeek } from './simple-date-format.ts'
import { type SimpleNode, simplePattern } from './simple-date-pattern.ts'
import { readZoneName } from './zone-names.ts'

/**
 * Fields by their letter's code, NaN where the text says nothing; `y`, `M` and `d` rule unless only others were read. One
 * for all rows: a text is read and resolved before the next.
 */
const values = new Float64Array(123)
/** Milliseconds east of UTC, where the text says so. */
let readZone: number | undefined

const slot = (letter: string) => letter.charCodeAt(0)
const has = (letter: string) => !Number.isNaN(values[slot(letter)])
function get(letter: string, otherwise: number): number {
  const value = values[slot(letter)]
  return Number.isNaN(value) ? otherwise : value
}

/** Epoch milliseconds, or undefined when the text does not fit. */
export function parseSimple(pattern: string, text: string, zone: TimeZone, now: number): number | undefined {
  const nodes = simplePattern(pattern)
  values.fill(Number.NaN)
  readZone = undefined
  let at = 0
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]
    if (node.kind === 'literal') {
      if (!text.startsWith(node.text, at)) return undefined
      at += node.text.length
      continue
    }
    at = readField(node, isNumber(nodes[i + 1]), text, at, zone, now)
    if (at < 0) return undefined
  }
  // A text of which nothing was read does not fit, even if the pattern is empty.
  if (at === 0) return undefined
  return resolveInstant(zone)
}

/** Is the element a field of digits? Then the number before it takes as many characters as it has letters. */
function isNumber(node: SimpleNode | undefined): boolean {
  if (node?.kind !== 'field') return false
  return 'yYdHkKhmsSDFwWu'.includes(node.letter) || ('ML'.includes(node.letter) && node.count <= 2)
}

const WEEKDAY_NAMES = namesOf(WEEKDAYS)
const MONTH_NAMES = namesOf(MONTHS)
function namesOf(list: readonly string[]): readonly (readonly string[])[] {
  return list.map((name) => (name === '' ? [] : [name, name.slice(0, 3)]))
}

/** The longest name that stands there, in any case; its value goes to the letter. */
function readName(list: readonly (readonly string[])[], letter: string, text: string, at: number): number {
  let length = 0
  for (let value = 0; value < list.length; value++) {
    for (const name of list[value]) {
      if (name.length > length && text.slice(at, at + name.length).toLowerCase() === name.toLowerCase()) {
        values[slot(letter)] = value
        length = name.length
      }
    }
  }
  return length === 0 ? -1 : at + length
}

function readField(
  node: SimpleNode & { kind: 'field' },
  adjacent: boolean,
  text: string,
  start: number,
  zone: TimeZone,
  now: number,
): number {
  const { letter, count } = node
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at++
  if (at >= text.length) return -1
  switch (letter) {
    case 'G':
      return readName([['BC'], ['AD']], letter, text, at)
    case 'a':
      return readName([['AM'], ['PM']], letter, text, at)
    case 'E':
      return readName(WEEKDAY_NAMES, letter, text, at)
    case 'M':
    case 'L':
      if (count > 2) return readName(MONTH_NAMES, 'M', text, at)
      break
    case 'z':
    case 'Z':
    case 'X':
      return readOffset(letter, text, at, zone)
  }
  // Blanks in front count as digits of the field.
  const limit = adjacent ? start + count : text.length
  if (limit > text.length) return -1
  let end = text[at] === '-' ? at + 1 : at
  const digits = end
  let value = 0
  for (; end < limit; end++) {
    const digit = text.charCodeAt(end) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  if (end < limit && text.charCodeAt(end) > 127) {
    // Digits of other scripts count as well.
    const match = /^\p{Nd}+/u.exec(text.slice(digits, limit))
    if (match !== null) {
      value = Number(match[0].replaceAll(/\p{Nd}/gu, asciiDigit))
      end = digits + match[0].length
    }
  }
  if (end === digits) return -1
  const negative = digits > at
  if ((letter === 'y' || letter === 'Y') && count <= 2 && end - digits === 2 && !negative) value = inCentury(value, now)
  values[slot(letter === 'L' ? 'M' : letter)] = negative ? 0 - value : value
  return end
}

/** Decimal digits stand in blocks of ten that begin with the zero. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number
  if (code < 128) return digit
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String(code - zero)
}

/** While planning there is no clock yet: then the year of this line counts as now. */
const EARLIEST_NOW = Date.UTC(2026, 0, 1)

function inCentury(twoDigits: number, clock: number): number {
  const now = Math.max(clock, EARLIEST_NOW)
  const start = yearOf(Math.floor(now / MILLIS_PER_DAY)) - 80
  const year = Math.floor(start / 100) * 100 + twoDigits
  return year < start ? year + 100 : year
}

function readOffset(letter: string, text: string, at: number, zone: TimeZone): number {
  const rest = text.slice(at)
  const iso = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)/.exec(rest)
  const general = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)/.exec(rest)
  const match = letter === 'X' ? iso : general
  if (match !== null) {
    const [whole, sign, hours = '0', minutes = '0'] = match
    readZone = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
    return at + whole.length
  }
  if (letter === 'X') return -1
  const named = readZoneName(rest, zone)
  if (named === undefined) return -1
  readZone = named.offset
  return at + named.length
}

function resolveInstant(zone: TimeZone): number {
  let hour = get('H', 0)
  if (has('k')) hour = get('k', 0) === 24 ? 0 : get('k', 0)
  else if (!has('H')) {
    // Hours beyond the half day run over; of 1…12 the 12 is 0.
    const half = has('h') ? get('h', 0) : get('K', 0)
    hour = (has('h') && half === 12 ? 0 : half) + get('a', 0) * 12
  }
  const ofDay = hour * 3_600_000 + get('m', 0) * 60_000 + get('s', 0) * 1000 + get('S', 0)
  const local = resolveDay() * MILLIS_PER_DAY + ofDay
  return readZone === undefined ? legacyInstant(zone, local) : local - readZone
}

function resolveDay(): number {
  let year = get('y', 1970)
  if (get('G', 1) === 0) year = 1 - year
  const month = get('M', 1)
  if (has('d') && !has('Y')) return hybridDays(year, month, get('d', 1))
  const weekday = has('u') ? get('u', 0) : get('E', Number.NaN)
  /** Days after Sunday. */
  const inWeek = Number.isNaN(weekday) ? 0 : weekday >= 1 && weekday <= 7 ? weekday % 7 : floorMod(weekday - 1, 7)
  if (has('Y')) return firstDayOfWeek(get('Y', 0), get('w', 1)) + inWeek
  if (has('D')) return hybridDays(year, 1, get('D', 1))
  if (has('w')) return firstDayOfWeek(year, get('w', 1)) + inWeek
  const first = hybridDays(year, month, 1)
  if (has('W')) return first - (dayOfWeek(first) % 7) + (get('W', 1) - 1) * 7 + inWeek
  if (Number.isNaN(weekday)) return first
  return first + ((inWeek - (dayOfWeek(first) % 7) + 7) % 7) + (get('F', 1) - 1) * 7
}
