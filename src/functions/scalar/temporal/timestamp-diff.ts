/**
 * Laws
 * - Whole units between two moments, cut off towards zero (instants for TIMESTAMP_LTZ). Units below the second and weeks
 *   are made of whole seconds.
 * - The result is an INT that wraps around where it does not fit; nanoseconds are a BIGINT.
 * - A month is over when the same day of the month (or the month's last day) and the same time of day are reached.
 */
import { custom } from '../../../expr/signature.ts'
import {
  addMonths,
  daysOf,
  MILLIS_PER_DAY,
  packCivil,
  packedDay,
  packedMonth,
  packedYear,
} from '../../../types/calendar.ts'
import { isInFamily } from '../../../types/family.ts'
import { BIGINT, INT, type LogicalType, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { type Exact, exact, toMillis } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { wrapInt } from './extract-field.ts'
import { precisionOf } from './timestamp-value.ts'

/** DECADE counts years in Flink. */
const MONTHS: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 12,
  CENTURY: 1200,
  MILLENNIUM: 12_000,
}
const MILLIS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: MILLIS_PER_DAY,
  WEEK: 7 * MILLIS_PER_DAY,
}

export const timestampDiff = scalar({
  name: 'TIMESTAMPDIFF',
  theme: 'temporal',
  doc: 'The whole units from one date, time or timestamp to another: TIMESTAMPDIFF(DAY, from, to).',
  signature: custom(['TIMESTAMPDIFF(unit, DATETIME, DATETIME)'], 3, 3, ([unit, from, to]) => {
    const name = String(unit.literal?.value)
    if (unit.type.kind !== 'SYMBOL' || !isInFamily(from.type, 'DATETIME') || !isInFamily(to.type, 'DATETIME'))
      return undefined
    if (MONTHS[name] === undefined && MILLIS[name] === undefined && name !== 'MICROSECOND' && name !== 'NANOSECOND')
      return undefined
    if ((from.type.kind === 'TIMESTAMP_LTZ') !== (to.type.kind === 'TIMESTAMP_LTZ')) return undefined
    if ((from.type.kind === 'TIME') !== (to.type.kind === 'TIME')) return undefined
    return {
      args: [unit.type, withoutAttribute(from.type), withoutAttribute(to.type)],
      returns: withNullable(name === 'NANOSECOND' ? BIGINT : INT, from.type.nullable || to.type.nullable),
    }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const unit = String(site.args[0].literal?.value)
    const from = millisOf(site.args[1].type)
    const to = millisOf(site.args[2].type)
    const months = MONTHS[unit]
    if (months !== undefined) {
      // Of a TIME Flink counts the milliseconds as days.
      const between = site.args[1].type.kind === 'TIME' ? monthsBetweenDays : monthsBetween
      return (_: never, a: Exact, b: Exact) => wrapInt(Math.trunc(between(to(b), from(a)) / months) + 0)
    }
    const seconds = (a: Exact, b: Exact) => Math.trunc((to(b) - from(a)) / 1000) + 0
    switch (unit) {
      case 'NANOSECOND':
        return (_: never, a: Exact, b: Exact) => exact(BigInt.asIntN(64, BigInt(seconds(a, b)) * 1_000_000_000n))
      case 'MICROSECOND':
        return (_: never, a: Exact, b: Exact) => Number(BigInt.asIntN(32, BigInt(seconds(a, b)) * 1_000_000n))
      case 'MILLISECOND':
        return (_: never, a: Exact, b: Exact) => wrapInt(seconds(a, b) * 1000)
      case 'WEEK':
        return (_: never, a: Exact, b: Exact) => Math.trunc(wrapInt(seconds(a, b)) / 604_800) + 0
      default: {
        const span = MILLIS[unit]
        return (_: never, a: Exact, b: Exact) => wrapInt(Math.trunc((to(b) - from(a)) / span) + 0)
      }
    }
  },
  examples: [
    ["TIMESTAMPDIFF(DAY, TIMESTAMP '2023-01-31 10:00:00', TIMESTAMP '2024-03-01 09:59:59')", '394'],
    ["TIMESTAMPDIFF(MONTH, DATE '2024-01-31', DATE '2024-02-29')", '1'],
    ["TIMESTAMPDIFF(DAY, TO_TIMESTAMP_LTZ(0, 3), TIMESTAMP '2024-03-01 00:00:00')", { error: true }],
  ],
})

export function millisOf(type: LogicalType): (value: Exact) => number {
  switch (type.kind) {
    case 'DATE':
      return (days) => Number(days) * MILLIS_PER_DAY
    case 'TIME':
      return Number
    default: {
      const precision = precisionOf(type)
      return precision <= 3 ? Number : (value) => toMillis(value, precision)
    }
  }
}

/** Months from `earlier` to `later`, both in milliseconds. */
export function monthsBetween(later: number, earlier: number): number {
  const day0 = Math.floor(later / MILLIS_PER_DAY)
  const day1 = Math.floor(earlier / MILLIS_PER_DAY)
  const months = monthsBetweenDays(day0, day1)
  const sameDay = addMonths(day1, months) === day0
  return sameDay && later - day0 * MILLIS_PER_DAY < earlier - day1 * MILLIS_PER_DAY ? months - 1 : months
}

function monthsBetweenDays(later: number, earlier: number): number {
  if (later < earlier) return 0 - monthsBetweenDays(earlier, later)
  const a = packCivil(later)
  const b = packCivil(earlier)
  const months = (packedYear(a) - packedYear(b)) * 12 + packedMonth(a) - packedMonth(b)
  const reached = daysOf(packedYear(a), packedMonth(a), 1) + packedDay(a) - 1 >= addMonths(earlier, months)
  return reached ? months : months - 1
}
