import { fail } from '../../../base/errors.ts'
import { ARRAY, args, computed } from '../../../expr/signature.ts'
import { map } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementOf } from './array-types.ts'

export const mapFromArrays = scalar({
  name: 'MAP_FROM_ARRAYS',
  theme: 'collection',
  doc: 'The map whose keys and values are given as two arrays of the same length.',
  signature: args(
    [ARRAY, ARRAY],
    computed(([keys, values]) => map(elementOf(keys.type), elementOf(values.type))),
  ),
  nulls: 'propagate',
  eval: (keys: readonly Value[], values: readonly Value[]) => {
    if (keys.length !== values.length)
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'MAP_FROM_ARRAYS',
        problem: `there are ${keys.length} keys but ${values.length} values`,
      })
    return { keys, values }
  },
  examples: [
    ["MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", '{a=1, b=2}'],
    ["MAP_FROM_ARRAYS(ARRAY['a'], ARRAY[1, 2])", { error: true }],
  ],
})
