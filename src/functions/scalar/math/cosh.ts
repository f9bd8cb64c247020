import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const cosh = doubleFunction({
  name: 'COSH',
  doc: 'Hyperbolic cosine.',
  compute: precise.cosh,
  examples: [['COSH(1)', '1.543080634815244']],
})
