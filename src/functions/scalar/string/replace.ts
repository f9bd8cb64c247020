import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { wellFormed } from './code-points.ts'

export const replace = scalar({
  name: 'REPLACE',
  theme: 'string',
  doc: 'A string with all occurrences of a part replaced.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), noNullLiteral(STRING)], returns(STRING)),
  nulls: 'propagate',
  eval: (text: string, part: string, by: string) => wellFormed(text.replaceAll(part, () => by)),
  examples: [
    ["REPLACE('aAa', 'a', 'z')", 'zAz'],
    ["REPLACE('abc', '', '-')", '-a-b-c-'],
  ],
})
