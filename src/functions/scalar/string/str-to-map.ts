import { args, noNullLiteral, nullable, overloads } from '../../../expr/signature.ts'
import { map, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { inHashOrder } from '../collection/hash-order.ts'
import { splitBy } from '../regex/java-regex.ts'

export const strToMap = scalar({
  name: 'STR_TO_MAP',
  theme: 'string',
  doc: 'The map that a text like k1=v1,k2=v2 writes; both separators may be given as regular expressions.',
  signature: overloads(
    args([noNullLiteral(STRING)], nullable(map(STRING, STRING))),
    args([noNullLiteral(STRING), noNullLiteral(STRING), noNullLiteral(STRING)], nullable(map(STRING, STRING))),
  ),
  nulls: 'propagate',
  eval: (text: string, list = ',', pair = '=') => {
    if (text === '') return { keys: [], values: [] }
    const entries = new Map<string, string | null>()
    for (const part of splitBy(text, list, 0)) {
      const [key, value] = splitBy(part, pair, 2)
      entries.set(key, value ?? null)
    }
    return inHashOrder(entries)
  },
  examples: [
    ["STR_TO_MAP('k1=v1,k2=v2')", '{k1=v1, k2=v2}'],
    ["STR_TO_MAP('a')", '{a=NULL}'],
  ],
})
