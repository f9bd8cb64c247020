import { args, nullable } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { firstMatch, javaRegex } from './java-regex.ts'

export const regexpSubstr = scalar({
  name: 'REGEXP_SUBSTR',
  theme: 'string',
  doc: 'The first occurrence of a regular expression in a string; NULL where there is none.',
  signature: args([STRING, STRING], nullable(STRING)),
  nulls: 'propagate',
  eval: (text: string, pattern: string) => {
    const regex = javaRegex(pattern)
    return regex === undefined ? null : (firstMatch(regex, text)?.[0] ?? null)
  },
  examples: [["REGEXP_SUBSTR('中文123', '[0-9]+')", '123']],
})
