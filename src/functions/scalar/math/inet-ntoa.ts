import { args, nullable } from '../../../expr/signature.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const inetNtoa = scalar({
  name: 'INET_NTOA',
  theme: 'arithmetic',
  doc: 'The IPv4 address of a number from 0 to 4294967295, or NULL for others.',
  signature: args([BIGINT], nullable(STRING)),
  nulls: 'propagate',
  eval: (value: Exact) => {
    if (typeof value === 'bigint' || value < 0 || value > 4294967295) return null
    return [value / 0x1000000, value / 0x10000, value / 0x100, value].map((part) => Math.floor(part) % 256).join('.')
  },
  examples: [
    ['INET_NTOA(2130706433)', '127.0.0.1'],
    ['INET_NTOA(-1)', 'NULL'],
  ],
})
