import { args, noNullLiteral, returns, variadic } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const and = scalar({
  name: 'AND',
  theme: 'logical',
  doc: 'TRUE when all conditions are TRUE, FALSE when one is FALSE, else NULL. What stands behind a FALSE is not evaluated.',
  signature: args([variadic(noNullLiteral(BOOLEAN), 2)], returns(BOOLEAN)),
  nulls: 'custom',
  eval: (...values: (boolean | null)[]) => (values.includes(false) ? false : values.includes(null) ? null : true),
  examples: [
    ['TRUE AND FALSE', 'FALSE'],
    ['FALSE AND CAST(NULL AS BOOLEAN)', 'FALSE'],
    ['TRUE AND CAST(NULL AS BOOLEAN)', 'NULL'],
    ['FALSE AND 1 / 0 = 1', 'FALSE'],
  ],
})
