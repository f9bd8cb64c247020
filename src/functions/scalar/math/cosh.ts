import { doubleFunction } from './double-function.ts'

export const cosh = doubleFunction({
  name: 'COSH',
  doc: 'Hyperbolic cosine.',
  compute: Math.cosh,
  code: (x) => `Math.cosh(${x})`,
  examples: [['COSH(1)', '1.543080634815244']],
})
