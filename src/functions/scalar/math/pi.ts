import { args, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const pi = scalar({
  name: 'PI',
  theme: 'arithmetic',
  doc: 'The number π.',
  signature: args([], returns(DOUBLE)),
  nulls: 'propagate',
  eval: () => Math.PI,
  examples: [['PI()', '3.141592653589793']],
})
