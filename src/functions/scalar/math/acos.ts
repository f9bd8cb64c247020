import { doubleFunction } from './double-function.ts'

export const acos = doubleFunction({
  name: 'ACOS',
  doc: 'Arc cosine, in radians; NaN outside −1…1.',
  compute: Math.acos,
  code: (x) => `Math.acos(${x})`,
  examples: [['ACOS(-1)', '3.141592653589793']],
})
