import { args, noNullLiteral, ofArg } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const upper = scalar({
  name: 'UPPER',
  theme: 'string',
  doc: 'A string in upper case.',
  signature: args([noNullLiteral(STRING)], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns: type }) => {
    if (type.kind !== 'CHAR') return (text: string) => text.toUpperCase()
    // One letter may become several (ß); a CHAR(n) keeps n of them.
    const { length } = type
    return (text: string) => text.toUpperCase().slice(0, length)
  },
  examples: [["UPPER('éa')", 'ÉA']],
})
