import { doubleFunction } from './double-function.ts'

export const asin = doubleFunction({
  name: 'ASIN',
  doc: 'Arc sine, in radians; NaN outside −1…1.',
  compute: Math.asin,
  code: (x) => `Math.asin(${x})`,
  examples: [
    ['ASIN(1)', '1.5707963267948966'],
    ['ASIN(2)', 'NaN'],
  ],
})
