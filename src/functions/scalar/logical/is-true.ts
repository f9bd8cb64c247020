import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isTrue = scalar({
  name: 'IS TRUE',
  theme: 'logical',
  doc: 'TRUE when the condition is TRUE, else FALSE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value === true,
  examples: [
    ['(1 = 1) IS TRUE', 'TRUE'],
    ['(1 = CAST(NULL AS INT)) IS TRUE', 'FALSE'],
  ],
})
