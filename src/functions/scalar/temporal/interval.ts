/**
 * Dates, times and timestamps plus or minus intervals; sums of intervals.
 *
 * Laws
 * - `temporalArithmetic` says whether `+` or `-` of two types is temporal, its result type, and how to evaluate it; the
 *   arithmetic operators ask it first.
 * - Months move a date to the same day of the month, or to the month's last day; of a TIMESTAMP_LTZ that is reckoned in UTC.
 * - A DATE moves by the whole days of an interval only; a TIME stays within its day; TIMESTAMP keeps its precision.
 */
import { addMonths, floorMod, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { leastRestrictive } from '../../../types/common-type.ts'
import { isInFamily } from '../../../types/family.ts'
import { type LogicalType, withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { type Exact, exact, toMillis, unitsPerMilli, type Value } from '../../../types/value.ts'
import { addMillis, precisionOf } from './timestamp-value.ts'

export interface TemporalArithmetic {
  /** Nullable when one of the operands is. */
  readonly returns: LogicalType
  readonly evaluate: (left: never, right: never) => Value
}

export function temporalArithmetic(
  op: '+' | '-',
  left: LogicalType,
  right: LogicalType,
): TemporalArithmetic | undefined {
  const nullable = left.nullable || right.nullable
  if (isInFamily(left, 'INTERVAL') && left.kind === right.kind) {
    const type = leastRestrictive([left, right]) ?? left
    return { returns: withNullable(type, nullable), evaluate: op === '+' ? sum : difference }
  }
  if (isInFamily(left, 'DATETIME') && isInFamily(right, 'INTERVAL')) {
    const returns = withNullable(withoutAttribute(left), nullable)
    const add = adder(left, right)
    if (op === '+') return { returns, evaluate: add as TemporalArithmetic['evaluate'] }
    return { returns, evaluate: ((value: Exact, interval: Exact) => add(value, negated(interval))) as never }
  }
  if (op === '+' && isInFamily(left, 'INTERVAL') && isInFamily(right, 'DATETIME')) {
    const add = adder(right, left)
    const returns = withNullable(withoutAttribute(right), nullable)
    return { returns, evaluate: ((interval: Exact, value: Exact) => add(value, interval)) as never }
  }
  return undefined
}

/** `value + interval` for a date-time type and an interval type. */
export function adder(type: LogicalType, interval: LogicalType): (value: Exact, interval: Exact) => Exact {
  const months = interval.kind === 'INTERVAL_YEAR_MONTH'
  switch (type.kind) {
    case 'DATE':
      if (months) return (days, interval) => addMonths(days as number, interval as number)
      return (days, interval) => (days as number) + Math.trunc(Number(interval) / MILLIS_PER_DAY)
    case 'TIME':
      if (months) return (millis) => millis
      return (millis, interval) => floorMod((millis as number) + (Number(interval) % MILLIS_PER_DAY), MILLIS_PER_DAY)
    default: {
      const precision = precisionOf(type)
      if (months) return (value, interval) => addMonthsToTimestamp(value, interval as number, precision)
      if (precision > 3) return (value, interval) => addMillis(value, interval, precision)
      return addExact
    }
  }
}

export function addMonthsToTimestamp(value: Exact, months: number, precision: number): Exact {
  const days = Math.floor(toMillis(value, precision) / MILLIS_PER_DAY)
  const moved = (addMonths(days, months) - days) * MILLIS_PER_DAY
  return unitsPerMilli(precision) === 1 ? addExact(value, moved) : addMillis(value, moved, precision)
}

function addExact(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return exact(BigInt(a) + BigInt(b))
}

const negated = (value: Exact): Exact => (typeof value === 'number' ? 0 - value : exact(-value))
const sum = ((a: Exact, b: Exact) => addExact(a, b)) as TemporalArithmetic['evaluate']
const difference = ((a: Exact, b: Exact) => addExact(a, negated(b))) as TemporalArithmetic['evaluate']
