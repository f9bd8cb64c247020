import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const chr = scalar({
  name: 'CHR',
  theme: 'string',
  doc: 'The character whose code is the lowest byte of a number; the empty string for a negative number.',
  signature: args([noNullLiteral(BIGINT)], nullable(STRING)),
  nulls: 'propagate',
  eval: (code: Exact) => {
    if (code < 0) return ''
    return String.fromCharCode(
      typeof code === 'number' && code <= 0x7fffffff ? code & 255 : Number(BigInt(code) & 255n),
    )
  },
  examples: [
    ['CHR(97)', 'a'],
    ['CHR(353)', 'a'],
    ['CHR(8364)', '¬'],
  ],
})
