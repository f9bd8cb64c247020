import { doubleFunction } from './double-function.ts'

export const ln = doubleFunction({
  name: 'LN',
  doc: 'Natural logarithm; −Infinity of 0, NaN below.',
  compute: Math.log,
  code: (x) => `Math.log(${x})`,
  examples: [
    ['LN(10)', '2.302585092994046'],
    ['LN(-1)', 'NaN'],
  ],
})
