import { args, noNullLiteral, nullable } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const reverse = scalar({
  name: 'REVERSE',
  theme: 'string',
  doc: 'The characters of a string in reverse order.',
  signature: args([noNullLiteral(STRING)], nullable(STRING)),
  nulls: 'propagate',
  eval: (text: string) => [...text].reverse().join(''),
  examples: [["REVERSE('abc')", 'cba']],
})
