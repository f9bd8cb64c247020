import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { INT, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { slicePoints } from './code-points.ts'
import { varcharOf } from './string-types.ts'

export const left = scalar({
  name: 'LEFT',
  theme: 'string',
  doc: 'The first n characters of a string.',
  signature: args([noNullLiteral(STRING), noNullLiteral(INT)], nullable(varcharOf(0))),
  nulls: 'propagate',
  eval: (text: string, count: number) => (count <= 0 ? '' : slicePoints(text, 0, count)),
  examples: [
    ["LEFT('Hello', 2)", 'He'],
    ["LEFT('Hello', -1)", ''],
  ],
})
