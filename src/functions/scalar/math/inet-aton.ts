import { args, CHARACTER_STRING, nullable } from '../../../expr/signature.ts'
import { BIGINT } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const inetAton = scalar({
  name: 'INET_ATON',
  theme: 'arithmetic',
  doc: 'The number of an IPv4 address, or NULL where the text is none. Missing parts are zeros before the last.',
  signature: args([CHARACTER_STRING], nullable(BIGINT)),
  nulls: 'propagate',
  eval: (text: string) => {
    const parts = text.split('.')
    if (parts.length > 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return null
    const last = Number(parts.pop())
    return parts.reduce((sum, part, i) => sum + Number(part) * 256 ** (3 - i), last)
  },
  examples: [
    ["INET_ATON('127.0.0.1')", '2130706433'],
    ["INET_ATON('1.2.3')", '16908291'],
    ["INET_ATON('256.1.1.1')", 'NULL'],
  ],
})
