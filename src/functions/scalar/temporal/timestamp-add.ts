/**
 * Laws
 * - A DATE with a unit below the day becomes TIMESTAMP(6), a TIMESTAMP(p) with MILLISECOND at least TIMESTAMP(3); other
 *   types stay. Microseconds and nanoseconds are refused, as by Flink, unless their number is NULL.
 * - Months go to the same day or the month's last one.
 */
import { fail } from '../../../base/errors.ts'
import { custom } from '../../../expr/signature.ts'
import { addMonths, floorMod, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { isInFamily, isInteger } from '../../../types/family.ts'
import { type LogicalType, timestamp, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { type Exact, exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { addMonthsToTimestamp } from './interval.ts'
import { addMillis, precisionOf } from './timestamp-value.ts'

const MONTHS: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 120,
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

/** Precision of the units below the millisecond. */
const FINER: Readonly<Record<string, number>> = { MICROSECOND: 6, NANOSECOND: 9 }

function refuse(unit: string): never {
  return fail('FUNCTION_INVALID_ARGUMENT', {
    name: 'TIMESTAMPADD',
    problem: `the unit ${unit} is finer than intervals are`,
  })
}

function resultType(unit: string, type: LogicalType): LogicalType | undefined {
  const bare = withoutAttribute(type)
  const finer = FINER[unit]
  if (finer !== undefined)
    return type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
      ? { ...type, attribute: undefined, precision: Math.max(finer, type.precision) }
      : undefined
  if (MONTHS[unit] === undefined && MILLIS[unit] === undefined) return undefined
  switch (type.kind) {
    case 'DATE':
      if (unit === 'MILLISECOND') return undefined
      return MILLIS[unit] < MILLIS_PER_DAY ? timestamp(6) : bare
    case 'TIME':
      return bare
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return unit === 'MILLISECOND' && type.precision < 3 ? { ...type, attribute: undefined, precision: 3 } : bare
    default:
      return undefined
  }
}

export const timestampAdd = scalar({
  name: 'TIMESTAMPADD',
  theme: 'temporal',
  doc: 'A date, time or timestamp moved by a number of units: TIMESTAMPADD(WEEK, 1, t).',
  signature: custom(['TIMESTAMPADD(unit, INTEGER, DATETIME)'], 3, 3, ([unit, count, value]) => {
    if (unit.type.kind !== 'SYMBOL' || !isInteger(count.type) || !isInFamily(value.type, 'DATETIME')) return undefined
    const type = resultType(String(unit.literal?.value), value.type)
    return (
      type && {
        args: [unit.type, count.type, withoutAttribute(value.type)],
        returns: withNullable(type, count.type.nullable || value.type.nullable),
      }
    )
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const unit = String(site.args[0].literal?.value)
    const { type } = site.args[2]
    if (FINER[unit] !== undefined) return site.args[1].type.nullable ? () => refuse(unit) : refuse(unit)
    const months = MONTHS[unit]
    const span = MILLIS[unit]
    if (type.kind === 'DATE') {
      if (months !== undefined) return (_: never, n: Exact, days: number) => addMonths(days, Number(n) * months)
      if (span >= MILLIS_PER_DAY)
        return (_: never, n: Exact, days: number) => days + Number(n) * (span / MILLIS_PER_DAY)
      return (_: never, n: Exact, days: number) =>
        addMillis(exact(BigInt(days) * BigInt(MILLIS_PER_DAY) * 1000n), exact(BigInt(n) * BigInt(span)), 6)
    }
    if (type.kind === 'TIME') {
      if (months !== undefined) return (_: never, __: Exact, millis: number) => millis
      return (_: never, n: Exact, millis: number) =>
        floorMod(millis + ((Number(n) * span) % MILLIS_PER_DAY), MILLIS_PER_DAY)
    }
    const precision = precisionOf(type)
    if (months !== undefined)
      return (_: never, n: Exact, value: Exact) => addMonthsToTimestamp(value, Number(n) * months, precision)
    return (_: never, n: Exact, value: Exact) => {
      const delta = Number(n) * span
      return addMillis(value, Number.isSafeInteger(delta) ? delta : exact(BigInt(n) * BigInt(span)), precision)
    }
  },
  examples: [
    ["TIMESTAMPADD(MONTH, 1, TIMESTAMP '2024-01-31 23:59:59')", '2024-02-29 23:59:59'],
    ["TIMESTAMPADD(DAY, -1, DATE '2024-03-31')", '2024-03-30'],
    ["TIMESTAMPADD(MICROSECOND, 1, TIMESTAMP '2024-01-31 23:59:59')", { error: true }],
  ],
})
