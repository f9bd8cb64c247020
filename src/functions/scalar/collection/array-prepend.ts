import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arrayAndElement, arrayWith } from './array-types.ts'

export const arrayPrepend = scalar({
  name: 'ARRAY_PREPEND',
  theme: 'collection',
  doc: 'An array with one element more at its start.',
  signature: arrayAndElement('ARRAY_PREPEND', arrayWith),
  nulls: 'custom',
  eval: (array: readonly Value[] | null, element: Value) => (array === null ? null : [element, ...array]),
  examples: [['ARRAY_PREPEND(ARRAY[1, 2], 3)', '[3, 1, 2]']],
})
