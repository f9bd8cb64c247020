import { args, present } from '../../../expr/signature.ts'
import { char } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const uuid = scalar({
  name: 'UUID',
  theme: 'string',
  doc: 'A random UUID of version 4.',
  signature: args([], present(char(36))),
  nulls: 'custom',
  determinism: 'random',
  prepare:
    ({ context }) =>
    () => {
      let text = ''
      for (let i = 0; i < 32; i++) {
        const digit = Math.floor(context.random() * 16)
        text += (i === 12 ? 4 : i === 16 ? (digit & 3) | 8 : digit).toString(16)
        if (i === 7 || i === 11 || i === 15 || i === 19) text += '-'
      }
      return text
    },
  examples: [['CHAR_LENGTH(UUID())', '36']],
})
