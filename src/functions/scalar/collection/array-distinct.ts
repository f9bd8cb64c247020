import { ARRAY, args, ofArg } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementEquality, elementOf, valueSet } from './array-types.ts'
import { distinct } from './distinct.ts'

export const arrayDistinct = scalar({
  name: 'ARRAY_DISTINCT',
  theme: 'collection',
  doc: 'An array without repeated elements, in the order of their first occurrence.',
  signature: args([ARRAY], ofArg(0)),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = elementEquality(site)
    const type = elementOf(site.args[0].type)
    return (array: readonly Value[]) => distinct(array, valueSet(type, equal))
  },
  examples: [['ARRAY_DISTINCT(ARRAY[3, 1, 3])', '[3, 1]']],
})
