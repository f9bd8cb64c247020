import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const log10 = doubleFunction({
  name: 'LOG10',
  doc: 'Logarithm to base 10.',
  compute: precise.log10,
  examples: [['LOG10(2)', '0.3010299956639812']],
})
