import { INT, withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arrayAndElement, elementEquality } from './array-types.ts'

export const arrayPosition = scalar({
  name: 'ARRAY_POSITION',
  theme: 'collection',
  doc: 'The position (1-based) of a value in an array, 0 where it is not there.',
  signature: arrayAndElement('ARRAY_POSITION', (array, element) =>
    withNullable(INT, array.nullable || element.nullable),
  ),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = elementEquality(site)
    return (array: readonly Value[], value: Value) => array.findIndex((element) => equal(element, value)) + 1
  },
  examples: [["ARRAY_POSITION(ARRAY['a', 'b'], 'b')", '2']],
})
