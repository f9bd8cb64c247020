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
import { legacyZone } from './timestamp-value.ts'

/** Fields by letter; `y`, `M` and `d` rule unless a later one of `D`, `w`, `W`, `E` was read. */
interface Parsed {
  readonly values: Map<string, number>
  /** Milliseconds east of UTC, where the text says so. */
  offset: number | undefined
}

/** Epoch milliseconds, or undefined when the text does not fit. */
export function parseSimple(pattern: string, text: string, zone: TimeZone, now: number): number | undefined {
  const nodes = simplePattern(pattern)
  const parsed: Parsed = { values: new Map(), offset: undefined }
  let at = 0
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]
    if (node.kind === 'literal') {
      if (!text.startsWith(node.text, at)) return undefined
      at += node.text.length
      continue
    }
    at = readField(node, nodes[i + 1]?.kind === 'field', text, at, parsed, now)
    if (at < 0) return undefined
  }
  // A text of which nothing was read does not fit, even if the pattern is empty.
  if (at === 0) return undefined
  return instantOf(parsed, zone)
}

function readField(
  node: SimpleNode & { kind: 'field' },
  adjacent: boolean,
  text: string,
  start: number,
  into: Parsed,
  now: number,
): number {
  const { letter, count } = node
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at++
  if (at >= text.length) return -1
  const names = (list: readonly (readonly string[])[]): number => {
    let best = -1
    let length = 0
    for (let value = 0; value < list.length; value++) {
      for (const name of list[value]) {
        if (name.length > length && text.slice(at, at + name.length).toLowerCase() === name.toLowerCase()) {
          best = value
          length = name.length
        }
      }
    }
    if (best < 0) return -1
    into.values.set(letter, best)
    return at + length
  }
  switch (letter) {
    case 'G':
      return names([['BC'], ['AD']])
    case 'a':
      return names([['AM'], ['PM']])
    case 'E':
      return names(WEEKDAYS.map((day) => (day === '' ? [] : [day, day.slice(0, 3)])))
    case 'M':
    case 'L':
      if (count > 2) {
        const end = names(MONTHS.map((month) => (month === '' ? [] : [month, month.slice(0, 3)])))
        into.values.set('M', into.values.get(letter) as number)
        return end
      }
      break
    case 'z':
    case 'Z':
    case 'X':
      return readOffset(letter, text, at, into)
  }
  const limit = adjacent ? at + count : text.length
  if (adjacent && limit > text.length) return -1
  const match = /^-?\p{Nd}+/u.exec(text.slice(at, limit))
  if (match === null) return -1
  let value = Number(match[0].replaceAll(/\p{Nd}/gu, asciiDigit))
  if (letter === 'y' || letter === 'Y') {
    if (count <= 2 && match[0].length === 2 && value >= 0) value = inCentury(value, now)
  }
  into.values.set(letter === 'L' ? 'M' : letter, value)
  return at + match[0].length
}

/** Decimal digits stand in blocks of ten that begin with the zero. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) as number
  if (code < 128) return digit
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return String(code - zero)
}

function inCentury(twoDigits: number, now: number): number {
  const start = yearOf(Math.floor(now / MILLIS_PER_DAY)) - 80
  const year = Math.floor(start / 100) * 100 + twoDigits
  return year < start ? year + 100 : year
}

function readOffset(letter: string, text: string, at: number, into: Parsed): number {
  const rest = text.slice(at)
  const iso = /^(?:Z|([+-])(\d\d)(?::?(\d\d))?)/.exec(rest)
  const general = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)/.exec(rest)
  const match = letter === 'X' ? iso : general
  if (match !== null) {
    const [whole, sign, hours = '0', minutes = '0'] = match
    into.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
    return at + whole.length
  }
  if (letter === 'X') return -1
  const name = /^[A-Z][A-Za-z]+(?:\/[A-Za-z_]+)*/.exec(rest)?.[0]
  const offset = name === undefined ? undefined : namedOffset(name)
  if (name === undefined || offset === undefined) return -1
  into.offset = offset
  return at + name.length
}

const NAMED: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  PST: -8,
  PDT: -7,
  MST: -7,
  MDT: -6,
  CST: -6,
  CDT: -5,
  EST: -5,
  EDT: -4,
  CET: 1,
  CEST: 2,
  JST: 9,
  IST: 5.5,
  BST: 1,
}

function namedOffset(name: string): number | undefined {
  const hours = NAMED[name]
  if (hours !== undefined) return hours * 3_600_000
  const zone = legacyZone(name)
  return zone.id === 'UTC' ? undefined : zone.offsetAt(0)
}

function instantOf({ values, offset }: Parsed, zone: TimeZone): number {
  const get = (letter: string, otherwise: number) => values.get(letter) ?? otherwise
  let hour = get('H', 0)
  const clock = values.get('k')
  if (clock !== undefined) hour = clock === 24 ? 0 : clock
  const half = values.get('h') ?? values.get('K')
  if (half !== undefined && !values.has('H') && !values.has('k'))
    hour = (values.has('h') && half === 12 ? 0 : half) + get('a', 0) * 12
  else if (half === undefined && values.has('a') && !values.has('H') && !values.has('k')) hour = get('a', 0) * 12
  const local =
    dayOfParsed(values) * MILLIS_PER_DAY + hour * 3_600_000 + get('m', 0) * 60_000 + get('s', 0) * 1000 + get('S', 0)
  return offset === undefined ? legacyInstant(zone, local) : local - offset
}

function dayOfParsed(values: ReadonlyMap<string, number>): number {
  const weekday = values.get('u') ?? values.get('E')
  /** Days after Sunday. */
  const inWeek = weekday === undefined ? 0 : weekday >= 1 && weekday <= 7 ? weekday % 7 : floorMod(weekday - 1, 7)
  const weekYear = values.get('Y')
  if (weekYear !== undefined) return firstDayOfWeek(weekYear, values.get('w') ?? 1) + inWeek
  let year = values.get('y') ?? 1970
  if (values.get('G') === 0) year = 1 - year
  const month = values.get('M') ?? 1
  const day = values.get('d')
  if (day !== undefined) return hybridDays(year, month, day)
  const dayOfYear = values.get('D')
  if (dayOfYear !== undefined) return hybridDays(year, 1, dayOfYear)
  const week = values.get('w')
  if (week !== undefined) return firstDayOfWeek(year, week) + inWeek
  const first = hybridDays(year, month, 1)
  const weekOfMonth = values.get('W')
  if (weekOfMonth !== undefined) return first - (dayOfWeek(first) % 7) + (weekOfMonth - 1) * 7 + inWeek
  if (weekday !== undefined)
    return first + ((inWeek - (dayOfWeek(first) % 7) + 7) % 7) + ((values.get('F') ?? 1) - 1) * 7
  return first
}
