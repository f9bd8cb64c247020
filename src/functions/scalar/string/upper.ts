import { args, noNullLiteral, ofArg } from '../../../expr/signature.ts'
import { type LengthType, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const upper = scalar({
  name: 'UPPER',
  theme: 'string',
  doc: 'A string in upper case.',
  signature: args([noNullLiteral(STRING)], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns: type }) => {
    // One letter may become several (ß); CHAR(n) and VARCHAR(n) keep n of them.
    const { length } = type as LengthType
    return (text: string) => {
      const upper = text.toUpperCase()
      return upper.length > length ? upper.slice(0, length) : upper
    }
  },
  examples: [["UPPER('éa')", 'ÉA']],
})
