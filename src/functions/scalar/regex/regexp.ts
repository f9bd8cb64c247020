import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { BOOLEAN, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { found, javaRegex } from './java-regex.ts'

export const regexp = scalar({
  name: 'REGEXP',
  theme: 'string',
  doc: 'Does a regular expression occur in a string? FALSE for the empty expression and for one that is none.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING)], returns(BOOLEAN)),
  nulls: 'propagate',
  eval: (text: string, pattern: string) => {
    const regex = pattern === '' ? undefined : javaRegex(pattern)
    return regex !== undefined && found(regex, text)
  },
  examples: [
    ["REGEXP('100-200', '(\\d+)-(\\d+)')", 'TRUE'],
    ["REGEXP('', '')", 'FALSE'],
  ],
})
