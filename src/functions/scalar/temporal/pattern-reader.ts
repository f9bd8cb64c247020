/**
 * Reads local date-times by the nodes of a pattern.
 *
 * Laws
 * - The resolver is Java's SMART one: February 30th becomes the last day of February, 24:00 the next midnight, a day of
 *   the week that does not fit the date is an error; years without an era are years of our era.
 * - What the text does not say is 1970, month 1, day 1, 0 o'clock, as Flink fills it in.
 * - A reader keeps its result in `millis` and `nanos` (of the millisecond), so that a row costs no object.
 */
import { daysInMonth, daysInYear, daysOf, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import {
  AMPM,
  CLOCK_HOUR,
  CLOCK_HOUR_OF_AMPM,
  DAY,
  DAY_OF_WEEK,
  DAY_OF_YEAR,
  ERA,
  FIELDS,
  fieldOf,
  firstWeekStart,
  HOUR,
  HOUR_OF_AMPM,
  inRange,
  JULIAN_DAY,
  LOCAL_DAY_OF_WEEK,
  MILLI_OF_DAY,
  MINUTE,
  MONTH,
  NANO,
  NANO_OF_DAY,
  newFields,
  QUARTER,
  SECOND,
  setFields,
  WEEK_OF_YEAR,
  WEEK_YEAR,
  YEAR,
  YEAR_OF_ERA,
} from './date-time-fields.ts'
import type { NumberNode, PatternNode } from './date-time-pattern.ts'

/** How reading ended: `no-date` is a date that does not exist once the defaults are filled in (February 29th of 1970). */
export type ReadOutcome = 'ok' | 'unparsable' | 'no-date'

export interface DateTimeReader {
  /** Why Java refuses the pattern. */
  readonly problem?: string
  read(text: string): ReadOutcome
  /** Local milliseconds of what was read last. */
  millis: number
  /** Nanoseconds within the millisecond. */
  nanos: number
}

const isDigit = (code: number) => code >= 48 && code <= 57

export class PatternReader implements DateTimeReader {
  millis = 0
  nanos = 0
  readonly #nodes: readonly PatternNode[]
  /** Parsed values by field; NaN where the text says nothing. */
  readonly #values = new Float64Array(FIELDS)
  readonly #check = newFields()

  constructor(nodes: readonly PatternNode[]) {
    this.#nodes = nodes
  }

  read(text: string): ReadOutcome {
    this.#values.fill(Number.NaN)
    if (this.#all(this.#nodes, text, 0) !== text.length) return 'unparsable'
    return this.#resolve()
  }

  /** The position behind the nodes, or −1. */
  #all(nodes: readonly PatternNode[], text: string, start: number): number {
    let at = start
    for (let i = 0; i < nodes.length; i++) {
      at = this.#one(nodes[i], text, at)
      if (at < 0) return -1
    }
    return at
  }

  #one(node: PatternNode, text: string, at: number): number {
    switch (node.kind) {
      case 'literal':
        return text.startsWith(node.text, at) ? at + node.text.length : -1
      case 'number':
        return this.#number(node, text, at)
      case 'fraction':
        return this.#fraction(node.min, node.max, node.point, text, at)
      case 'text': {
        let best = -1
        for (let value = 0; value < node.texts.length; value++) {
          const word = node.texts[value]
          if (word !== '' && text.startsWith(word, at) && (best < 0 || word.length > node.texts[best].length))
            best = value
        }
        return best < 0 ? -1 : this.#set(node.field, best, at + node.texts[best].length)
      }
      case 'optional': {
        const before = this.#values.slice()
        const end = this.#all(node.nodes, text, at)
        if (end >= 0) return end
        this.#values.set(before)
        return at
      }
      case 'pad': {
        const end = at + node.width
        if (end > text.length) return -1
        let from = at
        while (from < end && text[from] === ' ') from++
        return this.#one(node.node, text.slice(0, end), from) === end ? end : -1
      }
      case 'zone':
        return readZone(node.letter, node.count, text, at)
      case 'period':
        return -1
    }
  }

  #set(field: number, value: number, end: number): number {
    const known = this.#values[field]
    if (!Number.isNaN(known) && known !== value) return -1
    this.#values[field] = value
    return end
  }

  #number(node: NumberNode, text: string, start: number): number {
    let at = start
    const sign = text[at]
    if (sign === '+') {
      if (node.sign !== 'exceeds-pad') return -1
      at++
    } else if (sign === '-') {
      if (node.sign === 'not-negative') return -1
      at++
    }
    const digits = at
    let max = node.max + Math.max(node.subsequent, 0)
    let end = at
    while (end < text.length && end - digits < max && isDigit(text.charCodeAt(end))) end++
    if (node.subsequent > 0) {
      max = Math.max(node.min, end - digits - node.subsequent)
      end = Math.min(end, digits + max)
    }
    const length = end - digits
    if (length < node.min) return -1
    let value = Number(text.slice(digits, end))
    if (sign === '-') {
      if (value === 0) return -1
      value = -value
    } else if (node.sign === 'exceeds-pad' && (sign === '+' ? length <= node.min : length > node.min)) return -1
    if (node.reduced && value >= 0) value += 2000
    return this.#set(node.field, value, end)
  }

  #fraction(min: number, max: number, point: boolean, text: string, start: number): number {
    let at = start
    if (point) {
      if (text[at] !== '.') return min > 0 ? -1 : at
      at++
    }
    let end = at
    while (end < text.length && end - at < max && isDigit(text.charCodeAt(end))) end++
    if (end - at < min) return -1
    return this.#set(NANO, Number(text.slice(at, end).padEnd(9, '0')), end)
  }

  #resolve(): ReadOutcome {
    const v = this.#values
    const has = (field: number) => !Number.isNaN(v[field])
    if (has(ERA) && has(YEAR_OF_ERA)) {
      if (v[YEAR_OF_ERA] < 1) return 'unparsable'
      v[YEAR] = v[ERA] === 1 ? v[YEAR_OF_ERA] : 1 - v[YEAR_OF_ERA]
    } else if (has(YEAR_OF_ERA)) {
      if (v[YEAR_OF_ERA] < 1) return 'unparsable'
      if (has(YEAR) && v[YEAR] !== v[YEAR_OF_ERA]) return 'unparsable'
      v[YEAR] = v[YEAR_OF_ERA]
    }
    if (has(MONTH) && !inRange(v[MONTH], 1, 12)) return 'unparsable'
    if (has(DAY) && !inRange(v[DAY], 1, 31)) return 'unparsable'
    if (!this.#resolveTime()) return 'unparsable'
    const date = this.#date()
    if (date === 'unparsable') return date
    let days: number
    if (date !== undefined) days = date
    else {
      const year = has(YEAR) ? v[YEAR] : 1970
      const month = has(MONTH) ? v[MONTH] : 1
      const day = has(DAY) ? v[DAY] : 1
      if (day > daysInMonth(year, month)) return 'no-date'
      days = daysOf(year, month, day)
    }
    const nano = has(NANO) ? v[NANO] : 0
    let hour = has(HOUR) ? v[HOUR] : 0
    const minute = has(MINUTE) ? v[MINUTE] : 0
    const second = has(SECOND) ? v[SECOND] : 0
    if (hour === 24) {
      if (minute !== 0 || second !== 0 || nano !== 0) return 'unparsable'
      hour = 0
      if (date !== undefined) days++
    }
    const millis = Math.floor(nano / 1_000_000)
    this.millis = days * MILLIS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis
    this.nanos = nano - millis * 1_000_000
    return 'ok'
  }

  /** The day that the fields make, undefined where they do not make one. */
  #date(): number | 'unparsable' | undefined {
    const v = this.#values
    const has = (field: number) => !Number.isNaN(v[field])
    let days: number | undefined
    if (has(YEAR) && has(MONTH) && has(DAY))
      days = daysOf(v[YEAR], v[MONTH], Math.min(v[DAY], daysInMonth(v[YEAR], v[MONTH])))
    else if (has(YEAR) && has(DAY_OF_YEAR)) {
      if (!inRange(v[DAY_OF_YEAR], 1, daysInYear(v[YEAR]))) return 'unparsable'
      days = daysOf(v[YEAR], 1, 1) + v[DAY_OF_YEAR] - 1
    } else if (has(WEEK_YEAR) && has(WEEK_OF_YEAR) && (has(DAY_OF_WEEK) || has(LOCAL_DAY_OF_WEEK))) {
      const day = has(LOCAL_DAY_OF_WEEK) ? v[LOCAL_DAY_OF_WEEK] : (v[DAY_OF_WEEK] % 7) + 1
      if (!inRange(v[WEEK_OF_YEAR], 1, 53) || !inRange(day, 1, 7)) return 'unparsable'
      days = firstWeekStart(v[WEEK_YEAR]) + (v[WEEK_OF_YEAR] - 1) * 7 + day - 1
    } else if (has(JULIAN_DAY)) days = v[JULIAN_DAY] - 40_587
    if (days === undefined) return undefined
    setFields(this.#check, days * MILLIS_PER_DAY, 0)
    for (const field of [QUARTER, MONTH, DAY_OF_YEAR, WEEK_YEAR, WEEK_OF_YEAR, DAY_OF_WEEK, LOCAL_DAY_OF_WEEK])
      if (has(field) && v[field] !== fieldOf(this.#check, field)) return 'unparsable'
    return days
  }

  #resolveTime(): boolean {
    const v = this.#values
    const has = (field: number) => !Number.isNaN(v[field])
    const put = (field: number, value: number): boolean => {
      if (has(field) && v[field] !== value) return false
      v[field] = value
      return true
    }
    if (has(CLOCK_HOUR) && !(inRange(v[CLOCK_HOUR], 0, 24) && put(HOUR, v[CLOCK_HOUR] % 24))) return false
    if (has(CLOCK_HOUR_OF_AMPM)) {
      if (!inRange(v[CLOCK_HOUR_OF_AMPM], 0, 12) || !put(HOUR_OF_AMPM, v[CLOCK_HOUR_OF_AMPM] % 12)) return false
    }
    if (has(HOUR_OF_AMPM) && !inRange(v[HOUR_OF_AMPM], 0, 11)) return false
    if (has(AMPM)) {
      if (has(HOUR_OF_AMPM)) {
        if (!put(HOUR, v[AMPM] * 12 + v[HOUR_OF_AMPM])) return false
      } else if (!has(HOUR) && !has(MINUTE) && !has(SECOND) && !has(NANO)) v[HOUR] = v[AMPM] * 12 + 6
      else if (has(HOUR) && Math.floor(v[HOUR] / 12) !== v[AMPM]) return false
    }
    if (has(MILLI_OF_DAY)) {
      if (!inRange(v[MILLI_OF_DAY], 0, MILLIS_PER_DAY - 1)) return false
      v[NANO_OF_DAY] = v[MILLI_OF_DAY] * 1_000_000
    }
    if (has(NANO_OF_DAY)) {
      const seconds = Math.floor(v[NANO_OF_DAY] / 1e9)
      if (!inRange(seconds, 0, 86_399)) return false
      const fits = put(HOUR, Math.floor(seconds / 3600)) && put(MINUTE, Math.floor(seconds / 60) % 60)
      if (!fits || !put(SECOND, seconds % 60) || !put(NANO, v[NANO_OF_DAY] - seconds * 1e9)) return false
    }
    return (
      !(has(HOUR) && !inRange(v[HOUR], 0, 24)) &&
      !(has(MINUTE) && !inRange(v[MINUTE], 0, 59)) &&
      !(has(SECOND) && !inRange(v[SECOND], 0, 59)) &&
      !(has(NANO) && !inRange(v[NANO], 0, 999_999_999))
    )
  }
}

const OFFSETS: Readonly<Record<string, readonly RegExp[]>> = {
  X: [/Z|[+-]\d\d(\d\d)?/y, /Z|[+-]\d{4}/y, /Z|[+-]\d\d:\d\d/y, /Z|[+-]\d{4}(\d\d)?/y, /Z|[+-]\d\d:\d\d(:\d\d)?/y],
  x: [/[+-]\d\d(\d\d)?/y, /[+-]\d{4}/y, /[+-]\d\d:\d\d/y, /[+-]\d{4}(\d\d)?/y, /[+-]\d\d:\d\d(:\d\d)?/y],
  Z: [/[+-]\d{4}/y, /[+-]\d{4}/y, /[+-]\d{4}/y, /GMT([+-]\d\d:\d\d)?/y, /Z|[+-]\d\d:\d\d(:\d\d)?/y],
}
const ZONE_TEXT = /GMT([+-]\d{1,2}(:?\d\d)?)?|UTC|[A-Z][A-Za-z]+(\/[A-Za-z_+-]+\d*)*|[+-]\d\d:\d\d|Z/y

/** Zones are read over: the date-time is local whatever they say. */
function readZone(letter: string, count: number, text: string, at: number): number {
  const pattern = OFFSETS[letter]?.[count - 1] ?? ZONE_TEXT
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}
