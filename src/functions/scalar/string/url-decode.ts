import { args, nullable } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

export const urlDecode = scalar({
  name: 'URL_DECODE',
  theme: 'string',
  doc: 'The string that was written in the form application/x-www-form-urlencoded; NULL when it is malformed.',
  signature: args([STRING], nullable(STRING)),
  nulls: 'propagate',
  eval: (text: string) => {
    if (/%(?![0-9a-fA-F]{2})/.test(text)) return null
    const spaced = text.replaceAll('+', ' ')
    if (!spaced.includes('%')) return spaced
    return spaced.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (codes) =>
      utf8.decode(Uint8Array.from(codes.slice(1).split('%'), (code) => Number.parseInt(code, 16))),
    )
  },
  examples: [
    ["URL_DECODE('a%20b')", 'a b'],
    ["URL_DECODE('%zz')", 'NULL'],
  ],
})
