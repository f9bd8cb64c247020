import { fail } from '../../../base/errors.ts'
import { args, overloads, returns } from '../../../expr/signature.ts'
import { INT } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { seeded } from './java-random.ts'

export const randInteger = scalar({
  name: 'RAND_INTEGER',
  theme: 'arithmetic',
  doc: 'A random integer from 0 to below the bound; RAND_INTEGER(seed, bound) gives the same sequence every time.',
  signature: overloads(args([INT], returns(INT)), args([INT, INT], returns(INT))),
  nulls: 'propagate',
  determinism: 'random',
  prepare: ({ args: given, context }) => {
    if (given.length === 1) return (bound: number) => Math.floor(context.random() * positive(bound))
    const generator = seeded(given[0].literal?.value)
    return (seed: number, bound: number) => generator(seed).nextInt(positive(bound))
  },
  examples: [
    ['RAND_INTEGER(42, 1000)', '130'],
    ['RAND_INTEGER(1)', '0'],
    ['RAND_INTEGER(0)', { error: true }],
  ],
})

function positive(bound: number): number {
  if (bound > 0) return bound
  return fail('FUNCTION_INVALID_ARGUMENT', {
    name: 'RAND_INTEGER',
    problem: `the bound must be positive, it is ${bound}`,
  })
}
