/**
 * A local date-time taken apart, and the fields that patterns name.
 *
 * Law: `setFields` then `fieldOf` gives what java.time calls the field of that local date-time; weeks are those of the
 * locale en-US (weeks begin on Sunday, week 1 contains January 1st), which is what Flink's processes run with.
 */
import {
  dayOfWeek,
  dayOfYear,
  daysOf,
  MILLIS_PER_DAY,
  packCivil,
  packedDay,
  packedMonth,
  packedYear,
} from '../../../types/calendar.ts'

export const ERA = 0
export const YEAR_OF_ERA = 1
export const YEAR = 2
export const QUARTER = 3
export const MONTH = 4
export const DAY = 5
export const DAY_OF_YEAR = 6
export const WEEK_YEAR = 7
export const WEEK_OF_YEAR = 8
export const WEEK_OF_MONTH = 9
/** ISO: Monday 1 … Sunday 7. */
export const DAY_OF_WEEK = 10
/** Sunday 1 … Saturday 7. */
export const LOCAL_DAY_OF_WEEK = 11
export const AMPM = 12
export const HOUR = 13
/** 1…24 */
export const CLOCK_HOUR = 14
/** 0…11 */
export const HOUR_OF_AMPM = 15
/** 1…12 */
export const CLOCK_HOUR_OF_AMPM = 16
export const MINUTE = 17
export const SECOND = 18
export const NANO = 19
export const MILLI_OF_DAY = 20
export const NANO_OF_DAY = 21
/** Day within the aligned week of the month: days 1, 8, 15 … are 1. */
export const ALIGNED_DAY = 22
/** Modified Julian day. */
export const JULIAN_DAY = 23
export const FIELDS = 24

/** One is kept per formatter and filled per value. */
export interface DateTimeFields {
  /** Days since 1970-01-01. */
  days: number
  year: number
  month: number
  day: number
  /** 0…86399999 */
  millis: number
  /** Nanoseconds within the millisecond, 0…999999. */
  nanos: number
}

export function newFields(): DateTimeFields {
  return { days: 0, year: 1970, month: 1, day: 1, millis: 0, nanos: 0 }
}

export function setFields(fields: DateTimeFields, localMillis: number, nanosOfMilli: number): void {
  const days = Math.floor(localMillis / MILLIS_PER_DAY)
  if (days !== fields.days) {
    const packed = packCivil(days)
    fields.days = days
    fields.year = packedYear(packed)
    fields.month = packedMonth(packed)
    fields.day = packedDay(packed)
  }
  fields.millis = localMillis - days * MILLIS_PER_DAY
  fields.nanos = nanosOfMilli
}

export function fieldOf(f: DateTimeFields, field: number): number {
  switch (field) {
    case ERA:
      return f.year > 0 ? 1 : 0
    case YEAR_OF_ERA:
      return f.year > 0 ? f.year : 1 - f.year
    case YEAR:
      return f.year
    case QUARTER:
      return Math.floor((f.month + 2) / 3)
    case MONTH:
      return f.month
    case DAY:
      return f.day
    case DAY_OF_YEAR:
      return dayOfYear(f.days)
    case WEEK_YEAR:
      return weekYear(f.days, f.year)
    case WEEK_OF_YEAR:
      return weekOfYear(f.days, f.year)
    case WEEK_OF_MONTH:
      return weekOfMonth(f.days, f.day)
    case DAY_OF_WEEK:
      return dayOfWeek(f.days)
    case LOCAL_DAY_OF_WEEK:
      return localDayOfWeek(f.days)
    case AMPM:
      return f.millis < 43_200_000 ? 0 : 1
    case HOUR:
      return Math.floor(f.millis / 3_600_000)
    case CLOCK_HOUR:
      return Math.floor(f.millis / 3_600_000) || 24
    case HOUR_OF_AMPM:
      return Math.floor(f.millis / 3_600_000) % 12
    case CLOCK_HOUR_OF_AMPM:
      return Math.floor(f.millis / 3_600_000) % 12 || 12
    case MINUTE:
      return Math.floor(f.millis / 60_000) % 60
    case SECOND:
      return Math.floor(f.millis / 1000) % 60
    case NANO:
      return (f.millis % 1000) * 1_000_000 + f.nanos
    case MILLI_OF_DAY:
      return f.millis
    case NANO_OF_DAY:
      return f.millis * 1_000_000 + f.nanos
    case ALIGNED_DAY:
      return ((f.day - 1) % 7) + 1
    default:
      return f.days + 40_587
  }
}

/** Sunday 1 … Saturday 7. */
export function localDayOfWeek(days: number): number {
  return (dayOfWeek(days) % 7) + 1
}

/** First day of week 1 of a year: the Sunday on or before January 1st. */
export function firstWeekStart(year: number): number {
  const january = daysOf(year, 1, 1)
  return january - (localDayOfWeek(january) - 1)
}

export function weekYear(days: number, year: number): number {
  return days >= firstWeekStart(year + 1) ? year + 1 : year
}

export function weekOfYear(days: number, year: number): number {
  return Math.floor((days - firstWeekStart(weekYear(days, year))) / 7) + 1
}

/** Week of the month where the 1st is in week 1. */
export function weekOfMonth(days: number, day: number): number {
  const first = localDayOfWeek(days - day + 1)
  return Math.floor((day - 1 + first - 1) / 7) + 1
}

export const MONTHS = [
  '',
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
/** Indexed by ISO day of the week. */
export const WEEKDAYS = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

const PADDED = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'))
const PADDED_3 = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'))

/** At least `width` digits. */
export function padded(value: number, width: number): string {
  if (width === 2 && value >= 0 && value < 100) return PADDED[value]
  if (width === 3 && value >= 0 && value < 1000) return PADDED_3[value]
  if (width === 4 && value >= 1000 && value < 10_000) return String(value)
  if (width <= 1) return String(value)
  return value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')
}

export const inRange = (value: number, low: number, high: number): boolean => value >= low && value <= high
