import { doubleFunction } from './double-function.ts'

export const tan = doubleFunction({
  name: 'TAN',
  doc: 'Tangent of an angle in radians.',
  compute: Math.tan,
  code: (x) => `Math.tan(${x})`,
  examples: [['TAN(1)', '1.5574077246549023']],
})
