import { doubleFunction } from './double-function.ts'

export const sinh = doubleFunction({
  name: 'SINH',
  doc: 'Hyperbolic sine.',
  compute: Math.sinh,
  code: (x) => `Math.sinh(${x})`,
  examples: [['SINH(1)', '1.1752011936438014']],
})
