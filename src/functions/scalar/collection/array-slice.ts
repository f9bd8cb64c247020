import { ARRAY, args, ofArg, optional } from '../../../expr/signature.ts'
import { INT } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const arraySlice = scalar({
  name: 'ARRAY_SLICE',
  theme: 'collection',
  doc: 'A part of an array from a position (1-based, from the end when negative) up to a position, or to the end.',
  signature: args([ARRAY, INT, optional(INT)], ofArg(0)),
  nulls: 'propagate',
  eval: (array: readonly Value[], from: number, to?: number) => {
    const { length } = array
    const place = (position: number) => (position < 0 ? Math.max(1, length + position + 1) : Math.max(1, position))
    // An end before the start is none, but 0 counts as the first element.
    const end = to === undefined ? length : Math.min(length, place(to))
    return array.slice(place(from) - 1, end)
  },
  examples: [
    ['ARRAY_SLICE(ARRAY[1, 2, 3], 2)', '[2, 3]'],
    ['ARRAY_SLICE(ARRAY[1, 2, 3], -2, -1)', '[2, 3]'],
    ['ARRAY_SLICE(ARRAY[1, 2, 3], 3, 1)', '[]'],
  ],
})
