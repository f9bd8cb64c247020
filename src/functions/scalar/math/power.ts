import { args, returns } from '../../../expr/signature.ts'
import { DOUBLE } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const power = scalar({
  name: 'POWER',
  theme: 'arithmetic',
  doc: 'The first number to the power of the second.',
  signature: args([DOUBLE, DOUBLE], returns(DOUBLE)),
  nulls: 'propagate',
  eval: (base: number, exponent: number) => javaPower(base, exponent),
  examples: [
    ['POWER(2, 3)', '8.0'],
    ['POWER(0, -1)', 'Infinity'],
    ['POWER(2, 0.5)', '1.4142135623730951'],
    ['POWER(99.95, 2)', '9990.0025'],
  ],
})

/** A square is one multiplication, which Math.pow may miss by a digit; ±1 to ±Infinity is NaN in both languages. */
function javaPower(base: number, exponent: number): number {
  return exponent === 2 ? base * base : base ** exponent
}
