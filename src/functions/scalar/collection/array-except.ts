import { ARRAY, args, common, commonOf } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementEquality, elementOf, valueSet } from './array-types.ts'
import { distinct } from './distinct.ts'

export const arrayExcept = scalar({
  name: 'ARRAY_EXCEPT',
  theme: 'collection',
  doc: 'The different elements of an array that are not in another one.',
  signature: args([common(ARRAY), common(ARRAY)], commonOf()),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = elementEquality(site)
    const type = elementOf(site.args[0].type)
    return (left: readonly Value[], right: readonly Value[]) => {
      const seen = valueSet(type, equal)
      for (const value of right) seen.add(value)
      return distinct(left, seen)
    }
  },
  examples: [['ARRAY_EXCEPT(ARRAY[1, 2, 2], ARRAY[1])', '[2]']],
})
