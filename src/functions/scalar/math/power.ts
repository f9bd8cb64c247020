import { args, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { power as precisePower } from './precise.ts'

export const power = scalar({
  name: 'POWER',
  theme: 'arithmetic',
  doc: 'The first number to the power of the second.',
  signature: args([DOUBLE, DOUBLE], returns(DOUBLE)),
  nulls: 'propagate',
  eval: precisePower,
  examples: [
    ['POWER(2, 3)', '8.0'],
    ['POWER(0, -1)', 'Infinity'],
    ['POWER(2, 0.5)', '1.4142135623730951'],
    ['POWER(99.95, 2)', '9990.0025'],
  ],
})
