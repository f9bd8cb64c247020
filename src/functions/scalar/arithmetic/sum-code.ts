/** Inline code of `+` and `−` where both sides are kept as exact integers. */
import type { CallSite, CodeHelpers } from '../../../expr/function.ts'
import { powerOfTen } from '../../../types/decimal-text.ts'
import { addLong, decimalSum, subtractLong } from '../../../types/exact-arithmetic.ts'
import type { LogicalType } from '../../../types/logical-type.ts'
import { decimalOperation, halfRange, safeOr, scaleOf } from './operator.ts'

export function sumCode(
  op: '+' | '-',
  a: string,
  b: string,
  { args: [left, right], returns }: CallSite,
  helpers: CodeHelpers,
): string | undefined {
  if (returns.kind === 'BIGINT' || isMillis(left.type, right.type)) {
    const slow = helpers.use(op === '+' ? addLong : subtractLong, op === '+' ? 'addLong' : 'subtractLong')
    return safeOr(`${a} ${op} ${b}`, a, b, slow)
  }
  if (returns.kind !== 'DECIMAL') return undefined
  const s1 = scaleOf(left.type)
  const s2 = scaleOf(right.type)
  const scale = Math.max(s1, s2)
  // A capped scale needs rounding, and a full precision an overflow check: both are the evaluator's.
  if (returns.scale !== scale || scale - s1 > 12 || scale - s2 > 12) return undefined
  const slow = helpers.use(decimalOperation(decimalSum(op === '-', s1, s2, returns), returns), 'decimalSum')
  if (s1 === s2) return safeOr(`${a} ${op} ${b}`, a, b, slow)
  const x = powerOfTen(scale - s1)
  const y = powerOfTen(scale - s2)
  const within = (value: string, unit: number) => `${value} <= ${halfRange(unit)} && ${value} >= -${halfRange(unit)}`
  return `(${within(a, x)} && ${within(b, y)} ? ${a} * ${x} ${op} ${b} * ${y} : ${slow}(${a}, ${b}))`
}

/** A TIMESTAMP in milliseconds and a day-time interval are added as they are. */
function isMillis(left: LogicalType, right: LogicalType): boolean {
  const millis = (type: LogicalType) =>
    type.kind === 'INTERVAL_DAY_TIME' ||
    ((type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= 3)
  return millis(left) && millis(right)
}
