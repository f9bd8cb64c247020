/**
 * Date and time values as programs see them.
 *
 * Law: a value keeps every digit that SQL has (nanoseconds), compares by `equals`, and prints as Flink's SQL client does;
 * `toJSON` gives the same text, so that a row can be logged.
 */

import { dayOf, monthOf, yearOf } from '../types/calendar.ts'
import { type Exact, toMillis, unitsPerMilli } from '../types/value.ts'

const two = (n: number) => String(n).padStart(2, '0')

function dateText(epochDay: number): string {
  const year = yearOf(epochDay)
  const digits = String(Math.abs(year)).padStart(4, '0')
  return `${year < 0 ? '-' : ''}${digits}-${two(monthOf(epochDay))}-${two(dayOf(epochDay))}`
}

function timeText(milliOfDay: number, nanoOfMilli: number, precision: number): string {
  const seconds = Math.floor(milliOfDay / 1000)
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (precision === 0) return clock
  const fraction = `${String(milliOfDay % 1000).padStart(3, '0')}${String(nanoOfMilli).padStart(6, '0')}`
  return `${clock}.${fraction.slice(0, precision)}`
}

const DAY_MS = 86_400_000

/** A calendar date without time zone. */
export class LocalDate {
  /** Days since 1970-01-01. */
  readonly epochDay: number

  constructor(epochDay: number) {
    this.epochDay = epochDay
  }

  static parse(text: string): LocalDate {
    const millis = Date.parse(`${text}T00:00:00Z`)
    if (!/^\d{4,}-\d{2}-\d{2}$/.test(text) || Number.isNaN(millis)) throw new RangeError(`Not a date: '${text}'`)
    return new LocalDate(Math.floor(millis / DAY_MS))
  }

  equals(other: LocalDate): boolean {
    return this.epochDay === other.epochDay
  }

  toString(): string {
    return dateText(this.epochDay)
  }

  toJSON(): string {
    return this.toString()
  }
}

/** A time of day without time zone, to the millisecond. */
export class LocalTime {
  readonly milliOfDay: number
  readonly precision: number

  constructor(milliOfDay: number, precision = 3) {
    this.milliOfDay = milliOfDay
    this.precision = precision
  }

  equals(other: LocalTime): boolean {
    return this.milliOfDay === other.milliOfDay
  }

  toString(): string {
    return timeText(this.milliOfDay, 0, this.precision)
  }

  toJSON(): string {
    return this.toString()
  }
}

/** Milliseconds and the nanoseconds within them; what both timestamp classes are made of. */
abstract class Timestamp {
  /** Milliseconds since 1970-01-01 00:00:00, floored. */
  readonly epochMillis: number
  /** 0…999,999 */
  readonly nanoOfMilli: number
  /** Fractional digits that are printed, 0…9. */
  readonly precision: number

  constructor(epochMillis: number, nanoOfMilli = 0, precision = 3) {
    this.epochMillis = epochMillis
    this.nanoOfMilli = nanoOfMilli
    this.precision = precision
  }

  equals(other: Timestamp): boolean {
    return this.epochMillis === other.epochMillis && this.nanoOfMilli === other.nanoOfMilli
  }

  toString(): string {
    const epochDay = Math.floor(this.epochMillis / DAY_MS)
    const milliOfDay = this.epochMillis - epochDay * DAY_MS
    return `${dateText(epochDay)} ${timeText(milliOfDay, this.nanoOfMilli, this.precision)}`
  }

  toJSON(): string {
    return this.toString()
  }
}

/** TIMESTAMP: a date and time of day without time zone. */
export class LocalDateTime extends Timestamp {
  /** A JavaScript Date that reads the same in UTC; nanoseconds are cut. */
  toDate(): Date {
    return new Date(this.epochMillis)
  }
}

/** TIMESTAMP_LTZ: a moment. Prints in UTC with `Z`. */
export class Instant extends Timestamp {
  toDate(): Date {
    return new Date(this.epochMillis)
  }

  override toString(): string {
    return `${super.toString()}Z`
  }
}

/** Split a TIMESTAMP(p) value of the engine. */
export function splitTimestamp(value: Exact, precision: number): { epochMillis: number; nanoOfMilli: number } {
  const epochMillis = toMillis(value, precision)
  const units = unitsPerMilli(precision)
  const rest =
    typeof value === 'number' ? value - epochMillis * units : Number(value - BigInt(epochMillis) * BigInt(units))
  return { epochMillis, nanoOfMilli: rest * (1_000_000 / units) }
}
