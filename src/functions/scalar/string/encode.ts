import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { BYTES, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { charset } from './charset.ts'

export const encode = scalar({
  name: 'ENCODE',
  theme: 'string',
  doc: 'The bytes of a string in a character set; what the set does not have becomes ?.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING)], returns(BYTES)),
  nulls: 'propagate',
  eval: (text: string, name: string) => charset(name).encode(text),
  examples: [
    ["ENCODE('中a', 'UTF-8')", "x'e4b8ad61'"],
    ["ENCODE('中a', 'US-ASCII')", "x'3f61'"],
    ["ENCODE('a', 'nope')", { error: true }],
  ],
})
