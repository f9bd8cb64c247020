import { args, optional, returns } from '../../../expr/signature.ts'
import { DOUBLE, INT } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { seeded } from './java-random.ts'

export const rand = scalar({
  name: 'RAND',
  theme: 'arithmetic',
  doc: 'A random number from 0 (inclusive) to 1 (exclusive); with a seed, the same sequence every time.',
  signature: args([optional(INT)], returns(DOUBLE)),
  nulls: 'propagate',
  determinism: 'random',
  prepare: ({ args: [seed], context }) => {
    if (seed === undefined) return () => context.random()
    const generator = seeded(seed.literal?.value)
    return (value: number) => generator(value).nextDouble()
  },
  examples: [
    ['RAND(42)', '0.7275636800328681'],
    ['RAND() < 1', 'TRUE'],
  ],
})
