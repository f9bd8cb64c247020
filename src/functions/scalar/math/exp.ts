import { doubleFunction } from './double-function.ts'

export const exp = doubleFunction({
  name: 'EXP',
  doc: 'e to the power of the argument.',
  compute: Math.exp,
  code: (x) => `Math.exp(${x})`,
  examples: [
    ['EXP(1)', '2.718281828459045'],
    ['EXP(1000)', 'Infinity'],
  ],
})
