import { args, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const e = scalar({
  name: 'E',
  theme: 'arithmetic',
  doc: 'The base of the natural logarithm.',
  signature: args([], returns(DOUBLE)),
  nulls: 'propagate',
  eval: () => Math.E,
  examples: [['E()', '2.718281828459045']],
})
