import { args, CHARACTER_STRING, nullable } from '../../../expr/signature.ts'
import { BYTES } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const unhex = scalar({
  name: 'UNHEX',
  theme: 'arithmetic',
  doc: 'The bytes that the hexadecimal digits stand for, or NULL where the text has others. A single first digit gives a zero byte.',
  signature: args([CHARACTER_STRING], nullable(BYTES)),
  nulls: 'propagate',
  eval: (text: string) => {
    if (!/^[0-9a-fA-F]*$/.test(text)) return null
    const bytes = new Uint8Array((text.length + 1) >> 1)
    for (let i = text.length - 2, j = bytes.length - 1; i >= 0; i -= 2, j--) {
      bytes[j] = Number.parseInt(text.slice(i, i + 2), 16)
    }
    return bytes
  },
  examples: [
    ["UNHEX('4D4d')", "x'4d4d'"],
    ["UNHEX('GG')", 'NULL'],
    ["UNHEX('F')", "x'00'"],
  ],
})
