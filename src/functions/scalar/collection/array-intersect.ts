import { ARRAY, args, common, commonOf } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementEquality, elementOf, valueSet } from './array-types.ts'
import { distinct } from './distinct.ts'

export const arrayIntersect = scalar({
  name: 'ARRAY_INTERSECT',
  theme: 'collection',
  doc: 'The different elements of an array that are in another one as well.',
  signature: args([common(ARRAY), common(ARRAY)], commonOf()),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = elementEquality(site)
    const type = elementOf(site.args[0].type)
    return (left: readonly Value[], right: readonly Value[]) => {
      const wanted = valueSet(type, equal)
      for (const value of right) wanted.add(value)
      return distinct(
        left.filter((value) => wanted.has(value)),
        valueSet(type, equal),
      )
    }
  },
  examples: [['ARRAY_INTERSECT(ARRAY[1, 1, 2], ARRAY[1])', '[1]']],
})
