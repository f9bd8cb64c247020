import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { lengthOf, slicePoints } from './code-points.ts'
import { varcharOf } from './string-types.ts'

export const right = scalar({
  name: 'RIGHT',
  theme: 'string',
  doc: 'The last n characters of a string.',
  signature: args([noNullLiteral(STRING), noNullLiteral(INT)], nullable(varcharOf(0))),
  nulls: 'propagate',
  eval: (text: string, count: number) => {
    if (count <= 0) return ''
    const length = lengthOf(text)
    return count >= length ? text : slicePoints(text, length - count, length)
  },
  examples: [["RIGHT('Hello', 2)", 'lo']],
})
