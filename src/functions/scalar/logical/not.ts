import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const not = scalar({
  name: 'NOT',
  theme: 'logical',
  doc: 'TRUE when the condition is FALSE, FALSE when it is TRUE, NULL when it is NULL.',
  signature: args([noNullLiteral(BOOLEAN)], returns(BOOLEAN)),
  nulls: 'propagate',
  eval: (value: boolean) => !value,
  code: ([value]) => `${value} === 0`,
  examples: [
    ['NOT TRUE', 'FALSE'],
    ['NOT CAST(NULL AS BOOLEAN)', 'NULL'],
    ['NOT 1', { error: true }],
  ],
})
