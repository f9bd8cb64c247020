import { doubleFunction } from './double-function.ts'

export const atan = doubleFunction({
  name: 'ATAN',
  doc: 'Arc tangent, in radians.',
  compute: Math.atan,
  code: (x) => `Math.atan(${x})`,
  examples: [['ATAN(1)', '0.7853981633974483']],
})
