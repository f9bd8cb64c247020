import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isUnknown = scalar({
  name: 'IS UNKNOWN',
  theme: 'logical',
  doc: 'TRUE when the condition is NULL, else FALSE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value === null,
  examples: [
    ['(1 = 1) IS UNKNOWN', 'FALSE'],
    ['(1 = CAST(NULL AS INT)) IS UNKNOWN', 'TRUE'],
  ],
})
