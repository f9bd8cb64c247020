import { args, nullable } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { eachMatch, javaRegex } from './java-regex.ts'

export const regexpCount = scalar({
  name: 'REGEXP_COUNT',
  theme: 'string',
  doc: 'How often a regular expression occurs in a string; NULL when it is none.',
  signature: args([STRING, STRING], nullable(INT)),
  nulls: 'propagate',
  eval: (text: string, pattern: string) => {
    const regex = javaRegex(pattern)
    if (regex === undefined) return null
    let count = 0
    eachMatch(regex, text, () => {
      count++
    })
    return count
  },
  examples: [
    ["REGEXP_COUNT('aAbB', '[A-Z]')", '2'],
    ["REGEXP_COUNT('a(b', '(')", 'NULL'],
  ],
})
