import { custom } from '../../../expr/signature.ts'
import type { Comparator } from '../../../types/compare.ts'
import { withNullable } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementOf, sortOrder } from './array-types.ts'

export const arrayMin = scalar({
  name: 'ARRAY_MIN',
  theme: 'collection',
  doc: 'The least element of an array; NULLs do not count, and there is none in an empty array.',
  signature: custom(['ARRAY_MIN(ARRAY<comparable>)'], 1, 1, ([array]) => {
    if (array.type.kind !== 'ARRAY' || sortOrder(array.type.element) === undefined) return undefined
    return { args: [array.type], returns: withNullable(array.type.element, true) }
  }),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = sortOrder(elementOf(site.args[0].type)) as Comparator
    return (array: readonly Value[]) => {
      let best: Value = null
      for (const value of array) {
        if (value !== null && (best === null || compare(value, best) < 0)) best = value
      }
      return best
    }
  },
  examples: [['ARRAY_MIN(ARRAY[3, 1, 2])', '1']],
})
