import { ARRAY, args, ofArg } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const arrayReverse = scalar({
  name: 'ARRAY_REVERSE',
  theme: 'collection',
  doc: 'An array in reverse order.',
  signature: args([ARRAY], ofArg(0)),
  nulls: 'propagate',
  eval: (array: readonly Value[]) => array.toReversed(),
  examples: [['ARRAY_REVERSE(ARRAY[1, 2])', '[2, 1]']],
})
