import { doubleFunction } from './double-function.ts'

export const cot = doubleFunction({
  name: 'COT',
  doc: 'Cotangent of an angle in radians.',
  compute: (x) => 1 / Math.tan(x),
  code: (x) => `(1 / Math.tan(${x}))`,
  examples: [
    ['COT(1)', '0.6420926159343306'],
    ['COT(0)', 'Infinity'],
  ],
})
