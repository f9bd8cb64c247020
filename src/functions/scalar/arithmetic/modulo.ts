import type { CallSite } from '../../../expr/function.ts'
import { decimalRemainder, remainderLong } from '../../../types/exact-arithmetic.ts'
import { scalar } from '../../define.ts'
import { arithmeticShape, scaleOf, unlessZero } from './operator.ts'

export const modulo = scalar({
  name: '%',
  aliases: ['MOD'],
  theme: 'arithmetic',
  doc: 'Remainder of a division of exact numbers; it has the sign of the dividend and, of integers, the type of the divisor.',
  signature: arithmeticShape('%'),
  nulls: 'propagate',
  prepare: ({ args: [left, right], returns }) =>
    returns.kind === 'DECIMAL' ? decimalRemainder(scaleOf(left.type), scaleOf(right.type), returns) : remainderLong,
  code: ([a, b], { args }: CallSite, helpers) => {
    const narrow = args.every(({ type }) => ['TINYINT', 'SMALLINT', 'INTEGER'].includes(type.kind))
    return narrow ? unlessZero(b, `(${a} % ${b} | 0)`, helpers) : undefined
  },
  examples: [
    ['MOD(7, 3)', '1'],
    ['-7 % 3', '-1'],
    ['MOD(7.5, 2)', '1.5'],
    ['MOD(5, 0)', { error: true }],
  ],
})
