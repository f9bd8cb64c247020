import { args, noNullLiteral, optional } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { varcharOf } from './string-types.ts'
import { trim } from './trim-characters.ts'

export const rtrim = scalar({
  name: 'RTRIM',
  theme: 'string',
  doc: 'A string without the given characters (blanks by default) at its end.',
  signature: args([noNullLiteral(STRING), optional(noNullLiteral(STRING))], varcharOf(0)),
  nulls: 'propagate',
  eval: (text: string, characters = ' ') => trim(text, characters, false, true),
  examples: [["RTRIM('xaxx', 'x')", 'xa']],
})
