import { args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const isFalse = scalar({
  name: 'IS FALSE',
  theme: 'logical',
  doc: 'TRUE when the condition is FALSE, else FALSE.',
  signature: args([BOOLEAN], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: boolean | null) => value === false,
  examples: [
    ['(1 = 1) IS FALSE', 'FALSE'],
    ['(1 = CAST(NULL AS INT)) IS FALSE', 'FALSE'],
  ],
})
