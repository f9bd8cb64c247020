import type { CallSite } from '../../../expr/function.ts'
import { anyOf, args, INTERVAL, NUMERIC, ofArg } from '../../../expr/signature.ts'
import { negateLong } from '../../../types/exact-arithmetic.ts'
import { isApproximate } from '../../../types/family.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { narrowing, wrapped } from './operator.ts'

export const negate = scalar({
  name: 'NEGATE',
  theme: 'arithmetic',
  doc: 'The operator `-x`: the number or interval with its sign changed. The smallest integer of a type is its own negation.',
  signature: args([anyOf(NUMERIC, INTERVAL)], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns }) => {
    if (isApproximate(returns)) return (a: number) => -a
    if (returns.kind === 'DECIMAL') return (a: Exact) => (typeof a === 'number' ? 0 - a : -a)
    if (returns.kind === 'BIGINT' || returns.kind === 'INTERVAL_DAY_TIME') return negateLong
    const narrow = narrowing(returns.kind === 'INTERVAL_YEAR_MONTH' ? 'INTEGER' : returns.kind)
    return (a: number) => narrow(0 - a)
  },
  code: ([a], { returns }: CallSite, helpers) => {
    if (isApproximate(returns)) return `(-${a})`
    if (returns.kind === 'BIGINT' || returns.kind === 'INTERVAL_DAY_TIME') {
      return `(typeof ${a} === 'number' ? 0 - ${a} : ${helpers.use(negateLong, 'negateLong')}(${a}))`
    }
    return wrapped(returns.kind, `0 - ${a}`)
  },
  examples: [
    ['-(-5)', '5'],
    ['-CAST(1.5 AS FLOAT)', '-1.5'],
    ['-CAST(-2147483648 AS INT)', '-2147483648'],
    ["-INTERVAL '1' DAY", '-1 00:00:00.000'],
  ],
})
