import { args, noNullLiteral, returns, variadic } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const or = scalar({
  name: 'OR',
  theme: 'logical',
  doc: 'TRUE when one condition is TRUE, FALSE when all are FALSE, else NULL. What stands behind a TRUE is not evaluated.',
  signature: args([variadic(noNullLiteral(BOOLEAN), 2)], returns(BOOLEAN)),
  nulls: 'custom',
  eval: (...values: (boolean | null)[]) => (values.includes(true) ? true : values.includes(null) ? null : false),
  examples: [
    ['TRUE OR FALSE', 'TRUE'],
    ['CAST(NULL AS BOOLEAN) OR TRUE', 'TRUE'],
    ['FALSE OR CAST(NULL AS BOOLEAN)', 'NULL'],
    ['TRUE OR 1 / 0 = 1', 'TRUE'],
  ],
})
