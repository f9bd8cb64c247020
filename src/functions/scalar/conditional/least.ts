import { scalar } from '../../define.ts'
import { extreme, extremeCode, extremeShape } from './extreme.ts'

export const least = scalar({
  name: 'LEAST',
  theme: 'conditional',
  doc: 'The least of the arguments; NULL when one of them is NULL.',
  signature: extremeShape('LEAST'),
  nulls: 'propagate',
  prepare: extreme(-1),
  code: (args, site) => extremeCode('<', args, site),
  examples: [
    ['LEAST(1, 2, 3)', '1'],
    ['LEAST(TRUE, FALSE)', 'FALSE'],
    ['LEAST(ARRAY[1], ARRAY[2])', { error: true }],
  ],
})
