import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const repeat = scalar({
  name: 'REPEAT',
  theme: 'string',
  doc: 'A string n times.',
  signature: args([noNullLiteral(STRING), noNullLiteral(INT)], returns(STRING)),
  nulls: 'propagate',
  eval: (text: string, count: number) => (count <= 0 ? '' : text.repeat(count)),
  examples: [
    ["REPEAT('ab', 2)", 'abab'],
    ["REPEAT('ab', 0)", ''],
  ],
})
