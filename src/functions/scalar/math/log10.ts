import { doubleFunction } from './double-function.ts'

export const log10 = doubleFunction({
  name: 'LOG10',
  doc: 'Logarithm to base 10.',
  compute: Math.log10,
  code: (x) => `Math.log10(${x})`,
  examples: [['LOG10(2)', '0.3010299956639812']],
})
