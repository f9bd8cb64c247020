import { args, INTEGER_NUMERIC, nullable, optional } from '../../../expr/signature.ts'
import { array, STRING } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { eachMatch, group, javaRegex } from './java-regex.ts'

export const regexpExtractAll = scalar({
  name: 'REGEXP_EXTRACT_ALL',
  theme: 'string',
  doc: 'The texts of a group (1 by default) of all occurrences of a regular expression; NULL where there is no such group.',
  signature: args([STRING, STRING, optional(INTEGER_NUMERIC)], nullable(array(STRING))),
  nulls: 'propagate',
  eval: (text: string, pattern: string, number: Exact = 1) => {
    const regex = javaRegex(pattern)
    if (regex === undefined || number < 0 || number > regex.groupCount) return null
    const texts: (string | null)[] = []
    eachMatch(regex, text, (match) => {
      texts.push(group(regex, match, Number(number)))
    })
    return texts
  },
  examples: [
    ["REGEXP_EXTRACT_ALL('a1b22', '([a-z])([0-9]+)', 2)", '[1, 22]'],
    ["REGEXP_EXTRACT_ALL('abc', 'x', 0)", '[]'],
  ],
})
