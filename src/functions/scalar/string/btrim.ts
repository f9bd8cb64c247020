import { args, optional, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { trim } from './trim-characters.ts'

export const btrim = scalar({
  name: 'BTRIM',
  theme: 'string',
  doc: 'A string without the given characters (blanks by default) at both ends.',
  signature: args([STRING, optional(STRING)], returns(STRING)),
  nulls: 'propagate',
  eval: (text: string, characters = ' ') => trim(text, characters, true, true),
  examples: [
    ["BTRIM('  a ')", 'a'],
    ["BTRIM('abcba', 'ab')", 'c'],
  ],
})
