import { args, returns } from '../../../expr/signature.ts'
import { char } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const uuid = scalar({
  name: 'UUID',
  theme: 'arithmetic',
  doc: 'A random identifier (RFC 4122, version 4), a new one for every row.',
  signature: args([], returns(char(36))),
  nulls: 'propagate',
  determinism: 'random',
  prepare:
    ({ context }) =>
    () => {
      const hex = (digits: number) =>
        Math.floor(context.random() * 16 ** digits)
          .toString(16)
          .padStart(digits, '0')
      const variant = '89ab'[Math.floor(context.random() * 4)]
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(12)}`
    },
  examples: [['CHAR_LENGTH(UUID())', '36']],
})
