import { doubleFunction } from './double-function.ts'

export const cos = doubleFunction({
  name: 'COS',
  doc: 'Cosine of an angle in radians.',
  compute: Math.cos,
  code: (x) => `Math.cos(${x})`,
  examples: [
    ['COS(0)', '1.0'],
    ['COS(1)', '0.5403023058681398'],
  ],
})
