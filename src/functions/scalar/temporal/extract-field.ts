/**
 * Fields of dates, times, timestamps and intervals (`EXTRACT`, `YEAR`, `HOUR` …).
 *
 * Laws
 * - Time fields and the day of a timestamp are cut off towards zero, as Flink does: before 1970 an hour is negative and
 *   a time after midnight belongs to the following day.
 * - A DATE is taken for a count of milliseconds by the time fields below the hour.
 * - WEEK, DOW: ISO week; Sunday is 1. CENTURY and MILLENNIUM begin with their year 1.
 */
import {
  dayOf,
  dayOfWeek,
  dayOfYear,
  isoWeek,
  isoWeekYear,
  MILLIS_PER_DAY,
  monthOf,
  yearOf,
} from '../../../types/calendar.ts'
import { isInFamily } from '../../../types/family.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { type Exact, toMillis } from '../../../types/value.ts'
import { nanosOfMilli, precisionOf, zoneOf } from './timestamp-value.ts'

export type Extract = (value: never) => Exact

const DATE_FIELDS = {
  MILLENNIUM: (days: number) => Math.trunc((yearOf(days) + 999) / 1000),
  CENTURY: (days: number) => Math.trunc((yearOf(days) + 99) / 100),
  DECADE: (days: number) => Math.trunc(yearOf(days) / 10),
  YEAR: yearOf,
  ISOYEAR: isoWeekYear,
  QUARTER: (days: number) => Math.floor((monthOf(days) + 2) / 3),
  MONTH: monthOf,
  WEEK: isoWeek,
  DOY: dayOfYear,
  DOW: (days: number) => (dayOfWeek(days) % 7) + 1,
  ISODOW: dayOfWeek,
  DAY: dayOf,
} as const

/** [milliseconds of the next greater unit, of the unit itself] */
const TIME_FIELDS = {
  HOUR: [86_400_000, 3_600_000],
  MINUTE: [3_600_000, 60_000],
  SECOND: [60_000, 1000],
  MILLISECOND: [1000, 1],
} as const

const part = (millis: number, unit: keyof typeof TIME_FIELDS) =>
  Math.trunc((millis % TIME_FIELDS[unit][0]) / TIME_FIELDS[unit][1]) + 0

const isDateField = (unit: string): unit is keyof typeof DATE_FIELDS => unit in DATE_FIELDS
const isTimeField = (unit: string): unit is keyof typeof TIME_FIELDS => unit in TIME_FIELDS

export const EXTRACT_UNITS = [
  ...Object.keys(DATE_FIELDS),
  ...Object.keys(TIME_FIELDS),
  'MICROSECOND',
  'NANOSECOND',
  'EPOCH',
]

/** May the field be taken of the type? */
export function canExtract(unit: string, type: LogicalType): boolean {
  switch (type.kind) {
    case 'DATE':
      return unit !== 'MICROSECOND' && unit !== 'NANOSECOND'
    case 'TIME':
      return isTimeField(unit)
    case 'INTERVAL_YEAR_MONTH':
      return ['YEAR', 'QUARTER', 'MONTH', 'CENTURY', 'MILLENNIUM'].includes(unit)
    case 'INTERVAL_DAY_TIME':
      return unit === 'DAY' || isTimeField(unit)
    default:
      return isInFamily(type, 'TIMESTAMP')
  }
}

/** The function that takes a field of a type's values. */
export function extractor(unit: string, type: LogicalType, sessionZone: string): Extract {
  switch (type.kind) {
    case 'DATE':
      if (isDateField(unit)) return DATE_FIELDS[unit] as Extract
      if (unit === 'EPOCH') return (days: number) => days * 86_400
      return unit === 'HOUR' ? () => 0 : (days: number) => part(days, unit as keyof typeof TIME_FIELDS)
    case 'TIME':
      return (millis: number) => part(millis, unit as keyof typeof TIME_FIELDS)
    case 'INTERVAL_YEAR_MONTH':
      return monthsExtractor(unit)
    case 'INTERVAL_DAY_TIME':
      if (unit === 'DAY') return (millis: Exact) => Math.trunc(Number(millis) / MILLIS_PER_DAY) + 0
      return (millis: Exact) => part(Number(millis), unit as keyof typeof TIME_FIELDS)
    default:
      return timestampExtractor(unit, type, sessionZone)
  }
}

function monthsExtractor(unit: string): Extract {
  const years = (months: number) => Math.trunc(months / 12)
  switch (unit) {
    case 'YEAR':
      return (months: number) => years(months) + 0
    case 'CENTURY':
      return (months: number) => Math.trunc(years(months) / 100) + 0
    case 'MILLENNIUM':
      return (months: number) => Math.trunc(years(months) / 1000) + 0
    case 'QUARTER':
      return (months: number) => Math.trunc((months % 12) / 3) + 1
    default:
      return (months: number) => (months % 12) + 0
  }
}

function timestampExtractor(unit: string, type: LogicalType, sessionZone: string): Extract {
  const precision = precisionOf(type)
  const zone = zoneOf(type, sessionZone)
  // With milliseconds and without a zone, the usual event time, the value is the local time already.
  const local: (value: Exact) => number = zone.fixed
    ? ((offset) =>
        precision <= 3 && offset === 0
          ? (value: Exact) => Number(value)
          : (value: Exact) => toMillis(value, precision) + offset)(zone.offsetAt(0))
    : (value) => zone.toLocal(toMillis(value, precision))
  if (isDateField(unit)) {
    const field = DATE_FIELDS[unit]
    return (value: Exact) => field(Math.trunc(local(value) / MILLIS_PER_DAY))
  }
  if (isTimeField(unit)) return (value: Exact) => part(local(value), unit)
  switch (unit) {
    case 'EPOCH':
      return (value: Exact) => Math.trunc(local(value) / 1000) + 0
    case 'MICROSECOND':
      return (value: Exact) => Math.trunc(nanosOfSecond(value) / 1000) + 0
    default:
      return (value: Exact) => nanosOfSecond(value)
  }
  function nanosOfSecond(value: Exact): number {
    const millis = toMillis(value, precision)
    return part(local(value), 'MILLISECOND') * 1_000_000 + nanosOfMilli(value, precision, millis)
  }
}

export const wrapInt = (value: number): number =>
  Number.isSafeInteger(value) ? value | 0 : Number(BigInt.asIntN(32, BigInt(value)))
