import { args, noNullLiteral, ofArg } from '../../../expr/signature.ts'
import { type LengthType, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const lower = scalar({
  name: 'LOWER',
  theme: 'string',
  doc: 'A string in lower case.',
  signature: args([noNullLiteral(STRING)], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns: type }) => {
    // One letter may become several (İ); CHAR(n) and VARCHAR(n) keep n of them.
    const { length } = type as LengthType
    return (text: string) => {
      const lower = text.toLowerCase()
      return lower.length > length ? lower.slice(0, length) : lower
    }
  },
  examples: [["LOWER('Éa')", 'éa']],
})
