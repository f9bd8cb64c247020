import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const ascii = scalar({
  name: 'ASCII',
  theme: 'string',
  doc: 'The first byte of a string in UTF-8, as a signed number; 0 for the empty string.',
  signature: args([noNullLiteral(STRING)], returns(INT)),
  nulls: 'propagate',
  eval: (text: string) => {
    if (text === '') return 0
    const code = text.charCodeAt(0)
    if (code < 0x80) return code
    // The leading byte of two, three or four.
    const point = text.codePointAt(0) as number
    return (point < 0x800 ? 0xc0 | (point >> 6) : point < 0x10000 ? 0xe0 | (point >> 12) : 0xf0 | (point >> 18)) - 256
  },
  examples: [
    ["ASCII('Hello')", '72'],
    ["ASCII('é')", '-61'],
    ["ASCII('')", '0'],
  ],
})
