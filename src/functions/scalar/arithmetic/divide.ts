import type { CallSite } from '../../../expr/function.ts'
import { decimalQuotient, divideLong } from '../../../types/exact-arithmetic.ts'
import { isApproximate } from '../../../types/family.ts'
import { scalar } from '../../define.ts'
import {
  arithmeticShape,
  decimalOperation,
  divisionByZero,
  narrowing,
  scaleOf,
  unlessZero,
  wrapped,
} from './operator.ts'

export const divide = scalar({
  name: '/',
  theme: 'arithmetic',
  doc: 'Quotient of two numbers; of integers the whole part. Dividing an exact number by zero fails, a DOUBLE gives Infinity or NaN.',
  signature: arithmeticShape('/'),
  nulls: 'propagate',
  prepare: ({ args: [left, right], returns }) => {
    if (returns.kind === 'BIGINT') return divideLong
    if (returns.kind === 'DECIMAL') {
      return decimalOperation(decimalQuotient(scaleOf(left.type), scaleOf(right.type), returns), returns)
    }
    const narrow = narrowing(returns.kind)
    if (isApproximate(returns)) return (a: number, b: number) => narrow(a / b)
    return (a: number, b: number) => (b === 0 ? divisionByZero() : narrow(a / b))
  },
  code: ([a, b], { returns }: CallSite, helpers) => {
    const plain = wrapped(returns.kind, `${a} / ${b}`)
    if (plain === undefined) return undefined
    return isApproximate(returns) ? plain : unlessZero(b, plain, helpers)
  },
  examples: [
    ['7 / 2', '3'],
    ['-7 / 2', '-3'],
    ['1.0 / 3', '0.333333333333'],
    ['CAST(7 AS DOUBLE) / 2', '3.5'],
    ['5 / 0', { error: true }],
  ],
})
