/**
 * Reading local date-times with DateTimeFormatter patterns (`TO_TIMESTAMP`, `TO_TIMESTAMP_LTZ`), and without a pattern.
 *
 * Law: the quick ways through the common forms give what the general reader gives; where they give up, it decides.
 */
import { daysInMonth, daysOf, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { DAY, HOUR, inRange, MINUTE, MONTH, SECOND, YEAR_OF_ERA } from './date-time-fields.ts'
import { type NumberNode, type PatternNode, readPattern } from './date-time-pattern.ts'
import { type DateTimeReader, PatternReader } from './pattern-reader.ts'

export type { DateTimeReader, ReadOutcome } from './pattern-reader.ts'

const readers = new Map<string, DateTimeReader>()

export function dateTimeReader(pattern: string): DateTimeReader {
  let reader = readers.get(pattern)
  if (reader === undefined) {
    if (readers.size > 256) readers.clear()
    const nodes = readPattern(pattern)
    reader =
      typeof nodes === 'string'
        ? { problem: nodes, read: () => 'unparsable', millis: 0, nanos: 0 }
        : pattern === 'yyyy-MM-dd HH:mm:ss' || pattern === 'yyyy-MM-dd HH:mm:ss.SSS'
          ? quickReader(new PatternReader(nodes), pattern.length)
          : new PatternReader(nodes)
    readers.set(pattern, reader)
  }
  return reader
}

const two = (letter: number): readonly PatternNode[] => [
  { kind: 'optional', nodes: [number(letter, 2, 2)] },
  { kind: 'optional', nodes: [number(letter, 1, 19)] },
]
function number(field: number, min: number, max: number): NumberNode {
  return { kind: 'number', field, min, max, sign: max === 2 ? 'not-negative' : 'normal', reduced: false, subsequent: 0 }
}
const literal = (text: string): PatternNode => ({ kind: 'literal', text })

/** `yyyy-M-d`, or that with ` H:m:s` and up to nine digits of fraction. */
const standard = new PatternReader([
  { ...number(YEAR_OF_ERA, 4, 19), sign: 'exceeds-pad' },
  literal('-'),
  ...two(MONTH),
  literal('-'),
  ...two(DAY),
  {
    kind: 'optional',
    nodes: [
      literal(' '),
      ...two(HOUR),
      literal(':'),
      ...two(MINUTE),
      literal(':'),
      ...two(SECOND),
      { kind: 'fraction', min: 0, max: 9, point: true },
    ],
  },
])

/** Reads SQL's own form; `millis` and `nanos` hold the result. */
export const standardReader: DateTimeReader = {
  millis: 0,
  nanos: 0,
  read(text) {
    const quick = quickMillis(text)
    if (!Number.isNaN(quick)) {
      this.millis = quick
      this.nanos = 0
      return 'ok'
    }
    const outcome = standard.read(text)
    this.millis = standard.millis
    this.nanos = standard.nanos
    return outcome
  },
}

/** The reader of a pattern whose texts are all of one length, digit by digit where the date exists. */
function quickReader(reader: DateTimeReader, length: number): DateTimeReader {
  return {
    millis: 0,
    nanos: 0,
    read(text) {
      const quick = text.length === length ? quickMillis(text) : Number.NaN
      if (!Number.isNaN(quick)) {
        this.millis = quick
        this.nanos = 0
        return 'ok'
      }
      const outcome = reader.read(text)
      this.millis = reader.millis
      this.nanos = reader.nanos
      return outcome
    },
  }
}

/** The date that was read last, as year × 512 + month × 32 + day, and its midnight: rows of a stream share their date. */
let lastDate = -1
let lastMidnight = 0

/** The common form `yyyy-MM-dd HH:mm:ss[.SSS]` of an existing date, digit by digit; NaN for all others. */
function quickMillis(text: string): number {
  const length = text.length
  if (length !== 19 && length !== 23) return Number.NaN
  if (
    text.charCodeAt(4) !== 45 ||
    text.charCodeAt(7) !== 45 ||
    text.charCodeAt(10) !== 32 ||
    text.charCodeAt(13) !== 58 ||
    text.charCodeAt(16) !== 58
  )
    return Number.NaN
  // A character that is no digit makes its pair negative, and so the sum of bits below.
  const century = pair(text, 0)
  const years = pair(text, 2)
  const month = pair(text, 5)
  const day = pair(text, 8)
  const hour = pair(text, 11)
  const minute = pair(text, 14)
  const second = pair(text, 17)
  let milli = 0
  if (length === 23) {
    const tens = pair(text, 20)
    const last = text.charCodeAt(22) - 48
    if (text.charCodeAt(19) !== 46 || tens < 0 || last < 0 || last > 9) return Number.NaN
    milli = tens * 10 + last
  }
  if ((century | years | month | day | hour | minute | second) < 0) return Number.NaN
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  const year = century * 100 + years
  const date = year * 512 + month * 32 + day
  if (date !== lastDate) {
    if (year === 0 || month === 0 || month > 12 || day === 0 || day > daysInMonth(year, month)) return Number.NaN
    lastDate = date
    lastMidnight = daysOf(year, month, day) * MILLIS_PER_DAY
  }
  return lastMidnight + ((hour * 60 + minute) * 60 + second) * 1000 + milli
}

/** Two digits as a number, or −1. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones
}

const LENIENT = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?: (-?\d+):(-?\d+):(-?\d+)(?:\.(\d{1,9}))?)?\s*$/

/**
 * Where a text does not fit its pattern, Flink still takes the form of JDBC timestamps, whose days and times run over.
 * True when it is one; then the reader holds it.
 */
export function readLenient(reader: DateTimeReader, text: string): boolean {
  const match = LENIENT.exec(text)
  if (match === null) return false
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match
  if (!inRange(Number(month), 1, 12) || !inRange(Number(day), 1, 31)) return false
  const nano = Number(fraction.padEnd(9, '0'))
  const milli = Math.floor(nano / 1_000_000)
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
  reader.millis = daysOf(Number(year), Number(month), Number(day)) * MILLIS_PER_DAY + seconds * 1000 + milli
  reader.nanos = nano - milli * 1_000_000
  return true
}
