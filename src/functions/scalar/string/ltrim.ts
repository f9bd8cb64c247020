import { args, noNullLiteral, optional } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { varcharOf } from './string-types.ts'
import { trim } from './trim-characters.ts'

export const ltrim = scalar({
  name: 'LTRIM',
  theme: 'string',
  doc: 'A string without the given characters (blanks by default) at its start.',
  signature: args([noNullLiteral(STRING), optional(noNullLiteral(STRING))], varcharOf(0)),
  nulls: 'propagate',
  eval: (text: string, characters = ' ') => trim(text, characters, true, false),
  examples: [["LTRIM('xxax', 'x')", 'ax']],
})
