import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isNotFalse = scalar({
  name: 'IS NOT FALSE',
  theme: 'logical',
  doc: 'FALSE when the condition is FALSE, else TRUE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value !== false,
  examples: [
    ['(1 = 1) IS NOT FALSE', 'TRUE'],
    ['(1 = CAST(NULL AS INT)) IS NOT FALSE', 'TRUE'],
  ],
})
