import { fail } from '../../../base/errors.ts'
import { ARRAY, args, exactly } from '../../../expr/signature.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementOf } from './array-types.ts'

export const element = scalar({
  name: 'ELEMENT',
  theme: 'collection',
  doc: 'The only element of an array, NULL for an empty one; an error when there are more.',
  signature: args(
    [ARRAY],
    exactly(([array]) => {
      const type = elementOf(array.type)
      return withNullable(type, type.nullable || array.type.nullable)
    }),
  ),
  nulls: 'propagate',
  eval: (array: readonly Value[]) => {
    if (array.length > 1)
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'ELEMENT',
        problem: `the array has ${array.length} elements, not one`,
      })
    return array[0] ?? null
  },
  examples: [
    ['ELEMENT(ARRAY[5])', '5'],
    ['ELEMENT(ARRAY[1, 2])', { error: true }],
  ],
})
