import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const ln = doubleFunction({
  name: 'LN',
  doc: 'Natural logarithm; −Infinity of 0, NaN below.',
  compute: precise.log,
  examples: [
    ['LN(10)', '2.302585092994046'],
    ['LN(-1)', 'NaN'],
  ],
})
