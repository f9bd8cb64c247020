import { doubleFunction } from './double-function.ts'

export const sqrt = doubleFunction({
  name: 'SQRT',
  doc: 'Square root; NaN of a negative number.',
  compute: Math.sqrt,
  code: (x) => `Math.sqrt(${x})`,
  examples: [['SQRT(2)', '1.4142135623730951']],
})
