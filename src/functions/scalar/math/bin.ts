import { args, returns } from '../../../expr/signature.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const bin = scalar({
  name: 'BIN',
  theme: 'arithmetic',
  doc: 'The integer in binary digits; negative ones as 64-bit two’s complement.',
  signature: args([BIGINT], returns(STRING)),
  nulls: 'propagate',
  eval: (value: Exact) => (value < 0 ? BigInt.asUintN(64, BigInt(value)) : value).toString(2),
  examples: [
    ['BIN(4)', '100'],
    ['BIN(0)', '0'],
    ['BIN(1.5)', { error: true }],
  ],
})
