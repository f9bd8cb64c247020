import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { BYTES, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { charset } from './charset.ts'

export const decode = scalar({
  name: 'DECODE',
  theme: 'string',
  doc: 'The string whose bytes in a character set are given; malformed bytes become the replacement character.',
  signature: args([noNullLiteral(BYTES), noNullLiteral(STRING)], returns(STRING)),
  nulls: 'propagate',
  eval: (bytes: Uint8Array, name: string) => charset(name).decode(bytes),
  examples: [
    ["DECODE(X'E4B8AD61', 'UTF-8')", '中a'],
    ["DECODE(X'E4B8AD61', 'nope')", { error: true }],
  ],
})
