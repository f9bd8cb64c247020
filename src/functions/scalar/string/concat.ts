import { args, noNullLiteral, returns, variadic } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const concat = scalar({
  name: 'CONCAT',
  theme: 'string',
  doc: 'Strings put together; NULL when one of them is NULL.',
  signature: args([variadic(noNullLiteral(STRING), 1)], returns(STRING)),
  nulls: 'propagate',
  eval: (...texts: string[]) => texts.join(''),
  code: (texts) => `(${texts.join(' + ')})`,
  examples: [
    ["CONCAT('a', 'b', 'c')", 'abc'],
    ["CONCAT('a', CAST(NULL AS STRING))", 'NULL'],
  ],
})
