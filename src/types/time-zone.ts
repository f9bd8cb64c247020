/**
 * Time zones: local date-times and instants, as java.time resolves them.
 *
 * Laws
 * - `offsetAt` is the zone's offset (local − UTC, milliseconds) at an instant; the rules come from the runtime's `Intl` data.
 * - `toInstant` of a local time in a gap moves it forward by the gap's length, in an overlap takes the earlier offset.
 * - Looking up costs an array access: the time line is cut into slices of 16 days, asked once each; no zone has two
 *   transitions in one. Beyond the years 1800…2400 the first offset holds, or the 400-year cycle of the calendar repeats.
 */
import { fail } from '../base/errors.ts'
import { daysOf, MILLIS_PER_DAY } from './calendar.ts'

export interface TimeZone {
  readonly id: string
  /** Local − UTC in milliseconds at an instant. */
  offsetAt(epochMillis: number): number
  /** Local date-time (as milliseconds since 1970-01-01T00:00 local) of an instant. */
  toLocal(epochMillis: number): number
  /** Instant of a local date-time. */
  toInstant(localMillis: number): number
  /** True when the offset never changes. */
  readonly fixed: boolean
}

const SLICE = 16 * MILLIS_PER_DAY
const FIRST = Math.floor(Date.UTC(1800, 0, 1) / SLICE) * SLICE
const LAST = daysOf(2400, 1, 1) * MILLIS_PER_DAY
const CYCLE = 146_097 * MILLIS_PER_DAY

class FixedZone implements TimeZone {
  readonly id: string
  readonly fixed = true
  readonly #offset: number

  constructor(id: string, offset: number) {
    this.id = id
    this.#offset = offset
  }
  offsetAt(): number {
    return this.#offset
  }
  toLocal(epochMillis: number): number {
    return epochMillis + this.#offset
  }
  toInstant(localMillis: number): number {
    return localMillis - this.#offset
  }
}

class RuleZone implements TimeZone {
  readonly id: string
  readonly fixed = false
  readonly #format: Intl.DateTimeFormat
  /** Per slice: offset at its start, offset at its end, instant from which the latter holds. */
  readonly #slices = new Map<number, Float64Array>()
  #start = Number.NaN
  #slice: Float64Array = new Float64Array(3)

  constructor(id: string, format: Intl.DateTimeFormat) {
    this.id = id
    this.#format = format
  }

  offsetAt(epochMillis: number): number {
    let at = epochMillis
    if (at < FIRST) at = FIRST
    else if (at >= LAST) at -= Math.ceil((at - LAST + 1) / CYCLE) * CYCLE
    const start = Math.floor(at / SLICE) * SLICE
    if (start !== this.#start) {
      this.#slice = this.#slices.get(start) ?? this.#ask(start)
      this.#start = start
    }
    const slice = this.#slice
    return at < slice[2] ? slice[0] : slice[1]
  }

  toLocal(epochMillis: number): number {
    return epochMillis + this.offsetAt(epochMillis)
  }

  toInstant(localMillis: number): number {
    const before = this.offsetAt(localMillis - MILLIS_PER_DAY)
    const after = this.offsetAt(localMillis + MILLIS_PER_DAY)
    if (before === after) {
      const offset = this.offsetAt(localMillis - before)
      if (offset === before) return localMillis - before
    }
    if (this.offsetAt(localMillis - before) === before) return localMillis - before
    if (this.offsetAt(localMillis - after) === after) return localMillis - after
    return localMillis - before
  }

  #ask(start: number): Float64Array {
    const end = start + SLICE
    const first = this.#offset(start)
    const last = this.#offset(end)
    let change = Number.NEGATIVE_INFINITY
    if (first !== last) {
      let low = start
      let high = end
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2)
        if (this.#offset(middle) === first) low = middle
        else high = middle
      }
      change = high
    }
    const slice = Float64Array.of(first, last, change)
    this.#slices.set(start, slice)
    return slice
  }

  /** Asked of Intl: the fields of the local time, taken back to a count of milliseconds. */
  #offset(epochMillis: number): number {
    const whole = Math.floor(epochMillis / 1000) * 1000
    let year = 0
    let month = 0
    let day = 0
    let ofDay = 0
    for (const part of this.#format.formatToParts(whole)) {
      switch (part.type) {
        case 'year':
          year = Number(part.value)
          break
        case 'month':
          month = Number(part.value)
          break
        case 'day':
          day = Number(part.value)
          break
        case 'hour':
          ofDay += (Number(part.value) % 24) * 3600
          break
        case 'minute':
          ofDay += Number(part.value) * 60
          break
        case 'second':
          ofDay += Number(part.value)
          break
      }
    }
    return daysOf(year, month, day) * MILLIS_PER_DAY + ofDay * 1000 - whole
  }
}

export const UTC: TimeZone = new FixedZone('UTC', 0)

const known = new Map<string, TimeZone | undefined>([
  ['UTC', UTC],
  ['Z', UTC],
  ['GMT', UTC],
])

/** The zone of a java.time id: a region (`Asia/Shanghai`), an offset (`+08:00`, `UTC+8`), or undefined when there is none. */
export function findTimeZone(id: string): TimeZone | undefined {
  if (known.has(id)) return known.get(id)
  const zone = offsetZone(id) ?? regionZone(id)
  known.set(id, zone)
  return zone
}

/** As `findTimeZone`; an unknown id is an error. */
export function timeZone(id: string): TimeZone {
  return findTimeZone(id) ?? fail('FUNCTION_UNKNOWN_TIME_ZONE', { id })
}

function offsetZone(id: string): TimeZone | undefined {
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?$/.exec(id)
  if (match === null) return undefined
  const [, sign, hours, minutes = '0', seconds = '0'] = match
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  if (total > 18 * 3600 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  return new FixedZone(id, (sign === '-' ? -total : total) * 1000)
}

function regionZone(id: string): TimeZone | undefined {
  // Intl also takes offsets and any case; java.time takes neither here.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(id)) return undefined
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      timeZone: id,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    // RangeError is how Intl says "no such zone"; the caller decides whether that is an error.
    return undefined
  }
  const resolved = format.resolvedOptions().timeZone
  if (resolved !== id && resolved.toLowerCase() === id.toLowerCase()) return undefined
  return new RuleZone(id, format)
}
