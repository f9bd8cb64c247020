import { args, NUMERIC, ofArg } from '../../../expr/signature.ts'
import { negateLong } from '../../../types/exact-arithmetic.ts'
import { isApproximate } from '../../../types/family.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const abs = scalar({
  name: 'ABS',
  theme: 'arithmetic',
  doc: 'The number without its sign. The smallest integer of a type stays as it is.',
  signature: args([NUMERIC], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns }) => {
    switch (returns.kind) {
      case 'TINYINT':
        return (value: number) => (Math.abs(value) << 24) >> 24
      case 'SMALLINT':
        return (value: number) => (Math.abs(value) << 16) >> 16
      case 'INTEGER':
        return (value: number) => Math.abs(value) | 0
      case 'BIGINT':
        return (value: Exact) => (value < 0 ? negateLong(value) : value)
      case 'DECIMAL':
        return (value: Exact) => (value < 0 ? -value : value)
      default:
        return Math.abs
    }
  },
  code: ([value], { returns }) =>
    isApproximate(returns) ? `Math.abs(${value})` : returns.kind === 'INTEGER' ? `(Math.abs(${value}) | 0)` : undefined,
  examples: [
    ['ABS(-1)', '1'],
    ['ABS(-1.5)', '1.5'],
    ['ABS(CAST(-2147483648 AS INT))', '-2147483648'],
    ['ABS(TRUE)', { error: true }],
  ],
})
