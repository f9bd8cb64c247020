import { scalar } from '../../define.ts'
import { extreme, extremeCode, extremeShape } from './extreme.ts'

export const greatest = scalar({
  name: 'GREATEST',
  theme: 'conditional',
  doc: 'The greatest of the arguments; NULL when one of them is NULL.',
  signature: extremeShape('GREATEST'),
  nulls: 'propagate',
  prepare: extreme(1),
  code: (args, site) => extremeCode('>', args, site),
  examples: [
    ['GREATEST(1, 2, 3)', '3'],
    ['GREATEST(1, 2.5)', '2.5'],
    ['GREATEST(1, CAST(NULL AS INT))', 'NULL'],
    ["GREATEST('b', 'B', 'a')", 'b'],
  ],
})
