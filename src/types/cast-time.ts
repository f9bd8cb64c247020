/** Casts to dates, times and time stamps; digits beyond the precision are cut off, towards the past. */
import { dayOfMillis, MILLIS_PER_DAY, millisOfDay } from './calendar.ts'
import { type Cast, type CastOptions, parsing } from './cast-step.ts'
import { rescale } from './decimal-text.ts'
import { isCharacter } from './family.ts'
import type { LogicalType } from './logical-type.ts'
import { parseDate, parseTime, parseTimestamp } from './parse.ts'
import { timeZone } from './time-zone.ts'
import { type Exact, exact, fromMillis, toMillis, unitsPerMilli } from './value.ts'

/** A TIMESTAMP value at another precision; digits beyond it are cut off (towards the past). */
export function changePrecision(value: Exact, from: number, to: number): Exact {
  const have = unitsPerMilli(from)
  const want = unitsPerMilli(to)
  let result = value
  if (want > have) result = rescale(value, 0, Math.round(Math.log10(want / have)))
  else if (want < have) result = floorTo(value, have / want, true)
  if (to >= from) return result
  // Precisions that share a unit, such as 0 and 3, differ in the digits that may be there.
  const digitsOfUnit = want === 1 ? 3 : want === 1_000 ? 6 : 9
  return to < digitsOfUnit ? floorTo(result, 10 ** (digitsOfUnit - to), false) : result
}

/** The quotient (`divide`) or the multiple below. */
function floorTo(value: Exact, unit: number, divide: boolean): Exact {
  if (typeof value === 'number') {
    const quotient = Math.floor(value / unit)
    return divide ? quotient : quotient * unit
  }
  const big = BigInt(unit)
  const rest = value % big
  const floor = value - (rest < 0n ? rest + big : rest)
  return exact(divide ? floor / big : floor)
}

/** Local date-time to instant or back, at any precision. */
function shift(value: Exact, precision: number, change: (millis: number) => number): Exact {
  const millis = toMillis(value, precision)
  const delta = change(millis) - millis
  const units = unitsPerMilli(precision)
  if (typeof value === 'number') {
    const sum = value + delta * units
    if (Number.isSafeInteger(sum)) return sum
  }
  return exact(BigInt(value) + BigInt(delta) * BigInt(units))
}

const TIME_UNITS = [1000, 100, 10, 1]

export function toTemporal(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  const zone = timeZone(options.timeZone)
  const local = (millis: number) => zone.toLocal(millis)
  const instant = (millis: number) => zone.toInstant(millis)
  switch (to.kind) {
    case 'DATE':
      if (isCharacter(from)) return parsing(parseDate, to, 'date of the form 2024-12-31', options)
      if (from.kind === 'TIMESTAMP') return (value) => dayOfMillis(toMillis(value as Exact, from.precision))
      if (from.kind === 'TIMESTAMP_LTZ') return (value) => dayOfMillis(local(toMillis(value as Exact, from.precision)))
      return (value) => value
    case 'TIME': {
      const unit = TIME_UNITS[Math.min(3, to.precision)]
      const cut = (millis: number) => Math.floor(millis / unit) * unit
      if (isCharacter(from)) {
        return parsing(
          (text) => {
            const millis = parseTime(text)
            return millis === undefined ? undefined : cut(millis)
          },
          to,
          'time of the form 23:59:59',
          options,
        )
      }
      if (from.kind === 'TIMESTAMP') return (value) => cut(millisOfDay(toMillis(value as Exact, from.precision)))
      if (from.kind === 'TIMESTAMP_LTZ') {
        return (value) => cut(millisOfDay(local(toMillis(value as Exact, from.precision))))
      }
      return (value) => cut(value as number)
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const { precision } = to
      const zoned = to.kind === 'TIMESTAMP_LTZ'
      if (isCharacter(from)) {
        return parsing(
          (text) => {
            const value = parseTimestamp(text, precision)
            return value === undefined || !zoned ? value : shift(value, precision, instant)
          },
          to,
          'time stamp of the form 2024-12-31 23:59:59',
          options,
        )
      }
      if (from.kind === 'DATE' || from.kind === 'TIME') {
        const unit = from.kind === 'DATE' ? MILLIS_PER_DAY : 1
        return (value) => {
          const millis = (value as number) * unit
          return fromMillis(zoned ? instant(millis) : millis, precision)
        }
      }
      const own = (from as LogicalType & { precision: number }).precision
      if (from.kind === to.kind) return (value) => changePrecision(value as Exact, own, precision)
      const change = zoned ? instant : local
      return (value) => shift(changePrecision(value as Exact, own, precision), precision, change)
    }
    default:
      return (value) => value
  }
}
