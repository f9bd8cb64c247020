import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const sin = doubleFunction({
  name: 'SIN',
  doc: 'Sine of an angle in radians.',
  compute: precise.sin,
  examples: [
    ['SIN(0)', '0.0'],
    ['SIN(2)', '0.9092974268256817'],
  ],
})
