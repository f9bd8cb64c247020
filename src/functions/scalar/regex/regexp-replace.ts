import { fail } from '../../../base/errors.ts'
import { args, noNullLiteral, returns } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { wellFormed } from '../string/code-points.ts'
import { eachMatch, javaRegex } from './java-regex.ts'

export const regexpReplace = scalar({
  name: 'REGEXP_REPLACE',
  theme: 'string',
  doc: 'A string with all occurrences of a regular expression replaced by a text, which is taken as it is. With an expression that is none the result is NULL, an error where no argument can be NULL.',
  signature: args([noNullLiteral(STRING), noNullLiteral(STRING), noNullLiteral(STRING)], returns(STRING)),
  nulls: 'propagate',
  prepare:
    ({ returns: type }) =>
    (text: string, pattern: string, by: string) => {
      const regex = javaRegex(pattern)
      if (regex === undefined) {
        if (type.nullable) return null
        return fail('FUNCTION_INVALID_ARGUMENT', {
          name: 'REGEXP_REPLACE',
          problem: `'${pattern}' is no regular expression`,
        })
      }
      let result = ''
      let end = 0
      eachMatch(regex, text, (match) => {
        result += text.slice(end, match.index) + by
        end = match.index + match[0].length
      })
      return wellFormed(result + text.slice(end))
    },
  examples: [
    ["REGEXP_REPLACE('x.y.z', '\\.', '-')", 'x-y-z'],
    ["REGEXP_REPLACE('abc', '(', 'x')", { error: true }],
  ],
})
