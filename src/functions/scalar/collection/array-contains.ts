import { BOOLEAN, withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arrayAndElement, elementEquality } from './array-types.ts'

export const arrayContains = scalar({
  name: 'ARRAY_CONTAINS',
  theme: 'collection',
  doc: 'Has an array an element equal to a value? NULL is found as well.',
  signature: arrayAndElement('ARRAY_CONTAINS', (array) => withNullable(BOOLEAN, array.nullable)),
  nulls: 'custom',
  prepare: (site) => {
    const equal = elementEquality(site)
    return (array: readonly Value[] | null, value: Value) =>
      array === null ? null : array.some((element) => equal(element, value))
  },
  examples: [
    ['ARRAY_CONTAINS(ARRAY[1, 2], 2)', 'TRUE'],
    ['ARRAY_CONTAINS(ARRAY[1, CAST(NULL AS INT)], CAST(NULL AS INT))', 'TRUE'],
  ],
})
