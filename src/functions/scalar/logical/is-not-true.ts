import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isNotTrue = scalar({
  name: 'IS NOT TRUE',
  theme: 'logical',
  doc: 'FALSE when the condition is TRUE, else TRUE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value !== true,
  examples: [
    ['(1 = 1) IS NOT TRUE', 'FALSE'],
    ['(1 = CAST(NULL AS INT)) IS NOT TRUE', 'TRUE'],
  ],
})
