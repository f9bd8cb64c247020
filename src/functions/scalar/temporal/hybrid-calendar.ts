/**
 * The calendar of java.util: Julian up to 1582-10-04, Gregorian from 1582-10-15 on.
 *
 * Law: day numbers are the same as everywhere (days since 1970-01-01); only the civil date of days before the switch
 * differs from the proleptic calendar of `types/calendar.ts`.
 */
import { daysOf, floorMod, packCivil } from '../../../types/calendar.ts'
import type { TimeZone } from '../../../types/time-zone.ts'

/** 1582-10-15 */
const SWITCH = -141_427

export function packHybrid(days: number): number {
  if (days >= SWITCH) return packCivil(days)
  // The Julian calendar repeats every four years; years are counted from March.
  const z = days + 719_470
  const cycle = Math.floor(z / 1461)
  const dayOfCycle = z - cycle * 1461
  const yearOfCycle = Math.min(3, Math.floor(dayOfCycle / 365))
  const dayOfYear = dayOfCycle - yearOfCycle * 365
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = cycle * 4 + yearOfCycle + (month <= 2 ? 1 : 0)
  return (year * 16 + month) * 32 + day
}

function julianDays(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return Math.floor(y * 365.25) + dayOfYear - 719_470
}

/** Day number; months and days may run over. */
export function hybridDays(year: number, month: number, day: number): number {
  const y = year + Math.floor((month - 1) / 12)
  const m = floorMod(month - 1, 12) + 1
  const days = daysOf(y, m, 1) + day - 1
  return days >= SWITCH ? days : julianDays(y, m, 1) + day - 1
}

/** java.util's zones know no local mean times: before 1900 the standard offset of today holds. */
const FIRST_RULE = -2_208_988_800_000

export function legacyOffset(zone: TimeZone, epochMillis: number): number {
  if (zone.fixed || epochMillis >= FIRST_RULE) return zone.offsetAt(epochMillis)
  return Math.min(zone.offsetAt(Date.UTC(2024, 0, 1)), zone.offsetAt(Date.UTC(2024, 6, 1)))
}

/** The instant of a local time: in a gap as java.time, in an overlap with the later offset. */
export function legacyInstant(zone: TimeZone, localMillis: number): number {
  if (zone.fixed || localMillis < FIRST_RULE) return localMillis - legacyOffset(zone, localMillis)
  const after = zone.offsetAt(localMillis + 86_400_000)
  return zone.offsetAt(localMillis - after) === after ? localMillis - after : zone.toInstant(localMillis)
}
