import { anyOf, args, kindOf, ofArg } from '../../../expr/signature.ts'
import { powerOfTen, rescale } from '../../../types/decimal-text.ts'
import { isApproximate } from '../../../types/family.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const sign = scalar({
  name: 'SIGN',
  theme: 'arithmetic',
  doc: '−1, 0 or 1, in the type of the argument; of NaN it is NaN.',
  signature: args([anyOf(kindOf('INTEGER', 'BIGINT'), kindOf('DECIMAL'), kindOf('FLOAT', 'DOUBLE'))], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns }) => {
    if (isApproximate(returns)) return Math.sign
    const one: Exact =
      returns.kind !== 'DECIMAL' ? 1 : returns.scale <= 15 ? powerOfTen(returns.scale) : rescale(1, 0, returns.scale)
    return (value: Exact) => (value > 0 ? one : value < 0 ? -one : 0)
  },
  examples: [
    ['SIGN(-7)', '-1'],
    ['SIGN(12.345)', '1.000'],
    ['SIGN(CAST(-0.3 AS DOUBLE))', '-1.0'],
  ],
})
