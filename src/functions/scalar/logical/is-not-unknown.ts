import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isNotUnknown = scalar({
  name: 'IS NOT UNKNOWN',
  theme: 'logical',
  doc: 'FALSE when the condition is NULL, else TRUE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value !== null,
  examples: [
    ['(1 = 1) IS NOT UNKNOWN', 'TRUE'],
    ['(1 = CAST(NULL AS INT)) IS NOT UNKNOWN', 'FALSE'],
  ],
})
