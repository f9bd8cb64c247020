import { args, overloads, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { log as logarithm } from './precise.ts'

export const log = scalar({
  name: 'LOG',
  theme: 'arithmetic',
  doc: 'LOG(x) is the natural logarithm of x, LOG(b, x) the one to base b.',
  signature: overloads(args([DOUBLE], returns(DOUBLE)), args([DOUBLE, DOUBLE], returns(DOUBLE))),
  nulls: 'propagate',
  eval: (first: number, second?: number) =>
    second === undefined ? logarithm(first) : logarithm(second) / logarithm(first),
  examples: [
    ['LOG(10)', '2.302585092994046'],
    ['LOG(2, 8)', '3.0'],
    ['LOG(1, 5)', 'Infinity'],
  ],
})
