import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { lengthOf } from './code-points.ts'

export const charLength = scalar({
  name: 'CHAR_LENGTH',
  aliases: ['CHARACTER_LENGTH'],
  theme: 'string',
  doc: 'The number of characters (code points) of a string.',
  signature: args([noNullLiteral(STRING)], returns(INT)),
  nulls: 'propagate',
  eval: lengthOf,
  examples: [
    ["CHAR_LENGTH('Hello')", '5'],
    ["CHAR_LENGTH('😀a😀')", '3'],
  ],
})
