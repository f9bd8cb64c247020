import { doubleFunction } from './double-function.ts'

export const sin = doubleFunction({
  name: 'SIN',
  doc: 'Sine of an angle in radians.',
  compute: Math.sin,
  code: (x) => `Math.sin(${x})`,
  examples: [
    ['SIN(0)', '0.0'],
    ['SIN(2)', '0.9092974268256817'],
  ],
})
