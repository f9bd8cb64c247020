import { args, nullable } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { firstMatch, javaRegex } from './java-regex.ts'

export const regexpInstr = scalar({
  name: 'REGEXP_INSTR',
  theme: 'string',
  doc: 'The position (1-based, in UTF-16 units) of the first occurrence of a regular expression, 0 where there is none; NULL when it is none.',
  signature: args([STRING, STRING], nullable(INT)),
  nulls: 'propagate',
  eval: (text: string, pattern: string) => {
    const regex = javaRegex(pattern)
    if (regex === undefined) return null
    const match = firstMatch(regex, text)
    return match === null ? 0 : match.index + 1
  },
  examples: [
    ["REGEXP_INSTR('aAbB', '[A-Z]')", '2'],
    ["REGEXP_INSTR('abc', 'x')", '0'],
  ],
})
