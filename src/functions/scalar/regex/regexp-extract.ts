import { args, INTEGER_NUMERIC, noNullLiteral, nullable, optional } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { firstMatch, group, javaRegex } from './java-regex.ts'

export const regexpExtract = scalar({
  name: 'REGEXP_EXTRACT',
  theme: 'string',
  doc: 'The text of a group (0, the whole, by default) of the first occurrence of a regular expression; NULL where there is none.',
  signature: args(
    [noNullLiteral(STRING), noNullLiteral(STRING), optional(noNullLiteral(INTEGER_NUMERIC))],
    nullable(STRING),
  ),
  nulls: 'propagate',
  eval: (text: string, pattern: string, number: Exact = 0) => {
    const regex = javaRegex(pattern)
    if (regex === undefined || number < 0 || number > regex.groupCount) return null
    const match = firstMatch(regex, text)
    return match && group(regex, match, Number(number))
  },
  examples: [
    ["REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 1)", 'the'],
    ["REGEXP_EXTRACT('abc', 'x', 0)", 'NULL'],
  ],
})
