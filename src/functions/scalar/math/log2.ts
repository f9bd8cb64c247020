import { doubleFunction } from './double-function.ts'

export const log2 = doubleFunction({
  name: 'LOG2',
  doc: 'Logarithm to base 2.',
  compute: (x) => Math.log(x) / Math.log(2),
  code: (x) => `(Math.log(${x}) / Math.log(2))`,
  examples: [['LOG2(1000)', '9.965784284662087']],
})
