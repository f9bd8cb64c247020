import { doubleFunction } from './double-function.ts'
import * as precise from './precise.ts'

export const exp = doubleFunction({
  name: 'EXP',
  doc: 'e to the power of the argument.',
  compute: precise.exp,
  examples: [
    ['EXP(1)', '2.718281828459045'],
    ['EXP(1000)', 'Infinity'],
  ],
})
