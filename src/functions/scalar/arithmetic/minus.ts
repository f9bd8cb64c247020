import type { CallSite } from '../../../expr/function.ts'
import { decimalSum, subtractLong } from '../../../types/exact-arithmetic.ts'
import { scalar } from '../../define.ts'
import { temporalArithmetic } from '../temporal/interval.ts'
import { arithmeticShape, decimalOperation, narrowing, scaleOf, wrapped } from './operator.ts'
import { sumCode } from './sum-code.ts'

export const minus = scalar({
  name: '-',
  theme: 'arithmetic',
  doc: 'Difference of two numbers, of a date or time and an interval, or of two intervals. Integers wrap around when they overflow; a DECIMAL that does not fit is NULL.',
  signature: arithmeticShape('-'),
  nulls: 'propagate',
  prepare: ({ args: [left, right], returns }) => {
    const temporal = temporalArithmetic('-', left.type, right.type)
    if (temporal !== undefined) return temporal.evaluate
    if (returns.kind === 'BIGINT') return subtractLong
    if (returns.kind === 'DECIMAL') {
      return decimalOperation(decimalSum(true, scaleOf(left.type), scaleOf(right.type), returns), returns)
    }
    const narrow = narrowing(returns.kind)
    return (a: number, b: number) => narrow(a - b)
  },
  code: ([a, b], site: CallSite, helpers) =>
    wrapped(site.returns.kind, `${a} - ${b}`) ?? sumCode('-', a, b, site, helpers),
  examples: [
    ['5 - 7', '-2'],
    ['-9223372036854775807 - 2', '9223372036854775807'],
    ['1.5 - 2', '-0.5'],
    ["TIMESTAMP '2024-03-01 00:00:00' - INTERVAL '1' SECOND", '2024-02-29 23:59:59'],
  ],
})
