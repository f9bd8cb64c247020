import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const cos = doubleFunction({
  name: 'COS',
  doc: 'Cosine of an angle in radians.',
  compute: precise.cos,
  examples: [
    ['COS(0)', '1.0'],
    ['COS(1)', '0.5403023058681398'],
  ],
})
