import type { CallSite } from '../../../expr/function.ts'
import { addLong, decimalSum } from '../../../types/exact-arithmetic.ts'
import { scalar } from '../../define.ts'
import { temporalArithmetic } from '../temporal/interval.ts'
import { arithmeticShape, decimalOperation, narrowing, scaleOf, wrapped } from './operator.ts'
import { sumCode } from './sum-code.ts'

export const plus = scalar({
  name: '+',
  theme: 'arithmetic',
  doc: 'Sum of two numbers, of a date or time and an interval, or of two intervals. Integers wrap around when they overflow; a DECIMAL that does not fit is NULL.',
  signature: arithmeticShape('+'),
  nulls: 'propagate',
  prepare: ({ args: [left, right], returns }) => {
    const temporal = temporalArithmetic('+', left.type, right.type)
    if (temporal !== undefined) return temporal.evaluate
    if (returns.kind === 'BIGINT') return addLong
    if (returns.kind === 'DECIMAL') {
      return decimalOperation(decimalSum(false, scaleOf(left.type), scaleOf(right.type), returns), returns)
    }
    const narrow = narrowing(returns.kind)
    return (a: number, b: number) => narrow(a + b)
  },
  code: ([a, b], site: CallSite, helpers) =>
    wrapped(site.returns.kind, `${a} + ${b}`) ?? sumCode('+', a, b, site, helpers),
  examples: [
    ['1 + 2', '3'],
    ['2147483647 + 1', '-2147483648'],
    ['9223372036854775807 + 1', '-9223372036854775808'],
    ['0.1 + 0.2', '0.3'],
    ["DATE '2024-01-31' + INTERVAL '1' MONTH", '2024-02-29'],
    ['1 + CAST(NULL AS INT)', 'NULL'],
  ],
})
