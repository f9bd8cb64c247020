import { doubleFunction } from './double-function.ts'
import { tan } from './precise.ts'

export const cot = doubleFunction({
  name: 'COT',
  doc: 'Cotangent of an angle in radians.',
  compute: (x) => 1 / tan(x),
  examples: [
    ['COT(1)', '0.6420926159343306'],
    ['COT(0)', 'Infinity'],
  ],
})
