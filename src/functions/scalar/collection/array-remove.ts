import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arrayAndElement, elementEquality } from './array-types.ts'

export const arrayRemove = scalar({
  name: 'ARRAY_REMOVE',
  theme: 'collection',
  doc: 'An array without the elements that equal a value.',
  signature: arrayAndElement('ARRAY_REMOVE', (array) => array),
  nulls: 'custom',
  prepare: (site) => {
    const equal = elementEquality(site)
    return (array: readonly Value[] | null, value: Value) =>
      array === null ? null : array.filter((element) => !equal(element, value))
  },
  examples: [['ARRAY_REMOVE(ARRAY[1, 2, 1], 1)', '[2]']],
})
