import { args, noNullLiteral, ofArg } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const lower = scalar({
  name: 'LOWER',
  theme: 'string',
  doc: 'A string in lower case.',
  signature: args([noNullLiteral(STRING)], ofArg(0)),
  nulls: 'propagate',
  prepare: ({ returns: type }) => {
    if (type.kind !== 'CHAR') return (text: string) => text.toLowerCase()
    // One letter may become several (İ); a CHAR(n) keeps n of them.
    const { length } = type
    return (text: string) => text.toLowerCase().slice(0, length)
  },
  examples: [["LOWER('Éa')", 'éa']],
})
