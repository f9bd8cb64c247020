/**
 * Days and civil dates: the proleptic Gregorian calendar of java.time, by arithmetic alone.
 *
 * Law: `daysOf(yearOf(d), monthOf(d), dayOf(d)) = d` for every day number d (days since 1970-01-01), year 0 being 1 BC.
 * Nothing here allocates; a date that is needed whole travels as `packCivil`'s one number.
 */
export const MILLIS_PER_DAY = 86_400_000
export const MILLIS_PER_HOUR = 3_600_000
export const MILLIS_PER_MINUTE = 60_000
export const MILLIS_PER_SECOND = 1_000

export function floorMod(value: number, divisor: number): number {
  const rest = value % divisor
  return rest < 0 ? rest + divisor : rest + 0
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

export function daysInYear(year: number): number {
  return isLeapYear(year) ? 366 : 365
}

/** @param month 1…12 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Day number of a civil date; `month` 1…12, `day` may run over. */
export function daysOf(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** Year, month and day of a day number as one number: (year × 16 + month) × 32 + day. Take apart with `packed…`. */
export function packCivil(days: number): number {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year * 16 + month) * 32 + day
}

export const packedYear = (packed: number): number => Math.floor(packed / 512)
export const packedMonth = (packed: number): number => floorMod(Math.floor(packed / 32), 16)
export const packedDay = (packed: number): number => floorMod(packed, 32)

export const yearOf = (days: number): number => packedYear(packCivil(days))
export const monthOf = (days: number): number => packedMonth(packCivil(days))
export const dayOf = (days: number): number => packedDay(packCivil(days))

/** 1…366 */
export function dayOfYear(days: number): number {
  return days - daysOf(yearOf(days), 1, 1) + 1
}

/** ISO: Monday 1 … Sunday 7. */
export function dayOfWeek(days: number): number {
  return floorMod(days + 3, 7) + 1
}

/** ISO 8601 week-based year. */
export function isoWeekYear(days: number): number {
  return yearOf(days - dayOfWeek(days) + 4)
}

/** ISO 8601 week of the week-based year, 1…53. */
export function isoWeek(days: number): number {
  const thursday = days - dayOfWeek(days) + 4
  return Math.floor((thursday - daysOf(yearOf(thursday), 1, 1)) / 7) + 1
}

/** The same day of the month `months` later; the last day of that month where it has fewer days. */
export function addMonths(days: number, months: number): number {
  const packed = packCivil(days)
  const total = packedYear(packed) * 12 + (packedMonth(packed) - 1) + months
  const year = Math.floor(total / 12)
  const month = floorMod(total, 12) + 1
  return daysOf(year, month, Math.min(packedDay(packed), daysInMonth(year, month)))
}

/** Day number of a time stamp in milliseconds. */
export const dayOfMillis = (millis: number): number => Math.floor(millis / MILLIS_PER_DAY)

/** Milliseconds since midnight of a time stamp in milliseconds. */
export const millisOfDay = (millis: number): number => millis - Math.floor(millis / MILLIS_PER_DAY) * MILLIS_PER_DAY
