/**
 * `FLOOR(t TO unit)` and `CEIL(t TO unit)`.
 *
 * Laws
 * - Units from the day down are multiples of milliseconds; longer ones begin with a day: weeks on Sunday, quarters,
 *   decades with year 0 of ten, centuries and millennia with year 1.
 * - CEIL to a unit above the day looks at the date only; to DECADE, CENTURY and MILLENNIUM it always moves on.
 * - A TIMESTAMP_LTZ is rounded in the session's time zone, with the offset of the value itself; before 1970 the day of a
 *   timestamp is cut off towards zero. Flink takes a TIME for a count of days where the unit is no time.
 */
import { dayOfWeek, daysOf, floorMod, packCivil, packedDay, packedMonth, packedYear } from '../../../types/calendar.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { type Exact, fromMillis, toMillis } from '../../../types/value.ts'
import { precisionOf, zoneOf } from './timestamp-value.ts'

const MILLIS: Readonly<Record<string, number>> = {
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
  MILLISECOND: 1,
}

export const ROUNDING_UNITS = [
  'MILLENNIUM',
  'CENTURY',
  'DECADE',
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'HOUR',
  'MINUTE',
  'SECOND',
  'MILLISECOND',
]

export type Round = (value: never) => Exact

export function rounder(unit: string, up: boolean, type: LogicalType, sessionZone: string): Round {
  const span = MILLIS[unit]
  switch (type.kind) {
    case 'DATE':
      if (unit === 'DAY') return up ? (days: number) => days + 1 : (days: number) => days
      if (span !== undefined) return (days: number) => days
      return (days: number) => roundDays(days, unit, up)
    case 'TIME':
      if (unit === 'DAY') return up ? (millis: number) => millis + 1 : (millis: number) => millis
      if (span !== undefined) return (millis: number) => roundMillis(millis, span, up)
      return (millis: number) => roundDays(millis, unit, up)
    default: {
      const precision = precisionOf(type)
      const zone = zoneOf(type, sessionZone)
      return (value: Exact) => {
        const millis = toMillis(value, precision)
        const offset = zone.offsetAt(millis)
        const local = millis + offset
        if (span === undefined) {
          const days = roundDays(Math.trunc(local / 86_400_000), unit, up)
          return fromMillis(days * 86_400_000 - offset, precision)
        }
        // Digits below the millisecond count for CEIL to the millisecond only.
        const begun = span === 1 && up && fromMillis(millis, precision) !== value ? 1 : 0
        return fromMillis(roundMillis(local, span, up) + begun - offset, precision)
      }
    }
  }
}

function roundMillis(millis: number, span: number, up: boolean): number {
  const rest = floorMod(millis, span)
  return up && rest > 0 ? millis - rest + span : millis - rest
}

function roundDays(days: number, unit: string, up: boolean): number {
  if (unit === 'WEEK') {
    const rest = dayOfWeek(days) % 7
    return up && rest > 0 ? days - rest + 7 : days - rest
  }
  const packed = packCivil(days)
  let year = packedYear(packed)
  let month = packedMonth(packed)
  const later = packedDay(packed) > 1
  switch (unit) {
    case 'MONTH':
      if (up && later) month++
      break
    case 'QUARTER': {
      const first = Math.floor((month - 1) / 3) * 3 + 1
      month = up && (later || month > first) ? first + 3 : first
      break
    }
    case 'YEAR':
      if (up && (later || month > 1)) year++
      month = 1
      break
    default: {
      const size = unit === 'DECADE' ? 10 : unit === 'CENTURY' ? 100 : 1000
      if (size === 10) year = (Math.floor(year / 10) + (up ? 1 : 0)) * 10
      else year = (up ? Math.floor((year + size - 1) / size) : Math.floor((year - 1) / size)) * size + 1
      month = 1
    }
  }
  if (month > 12) {
    month -= 12
    year++
  }
  return daysOf(year, month, 1)
}
