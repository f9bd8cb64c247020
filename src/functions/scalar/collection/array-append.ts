import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { arrayAndElement, arrayWith } from './array-types.ts'

export const arrayAppend = scalar({
  name: 'ARRAY_APPEND',
  theme: 'collection',
  doc: 'An array with one element more at its end.',
  signature: arrayAndElement('ARRAY_APPEND', arrayWith),
  nulls: 'custom',
  eval: (array: readonly Value[] | null, element: Value) => (array === null ? null : [...array, element]),
  examples: [
    ['ARRAY_APPEND(ARRAY[1, 2], 3)', '[1, 2, 3]'],
    ["ARRAY_APPEND(ARRAY[1], 'z')", { error: true }],
  ],
})
