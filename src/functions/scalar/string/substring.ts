import { args, noNullLiteral, nullable, optional } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { isBasic, lengthOf, slicePoints } from './code-points.ts'
import { varcharOf } from './string-types.ts'

export const substring = scalar({
  name: 'SUBSTRING',
  aliases: ['SUBSTR'],
  theme: 'string',
  doc: 'A part of a string from a position (1-based, from the end when negative), up to a length; NULL for a negative length.',
  signature: args([noNullLiteral(STRING), noNullLiteral(INT), optional(noNullLiteral(INT))], nullable(varcharOf(0))),
  nulls: 'propagate',
  eval: (text: string, position: number, length = 2147483647) => {
    if (length < 0) return null
    const count = isBasic(text) ? text.length : lengthOf(text)
    const start = position > 0 ? position - 1 : position === 0 ? 0 : count + position
    if (start < 0 || start >= count) return ''
    return slicePoints(text, start, start + length)
  },
  examples: [
    ["SUBSTRING('Hello' FROM 2)", 'ello'],
    ["SUBSTRING('Hello', -3, 2)", 'll'],
    ["SUBSTRING('Hello', 2, -1)", 'NULL'],
  ],
})
