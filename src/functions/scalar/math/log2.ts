import { doubleFunction } from './double-function.ts'
import { log } from './precise.ts'

export const log2 = doubleFunction({
  name: 'LOG2',
  doc: 'Logarithm to base 2.',
  compute: (x) => log(x) / Math.LN2,
  examples: [['LOG2(1000)', '9.965784284662087']],
})
