import { ARRAY, args, common, commonOf } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { elementEquality, elementOf, valueSet } from './array-types.ts'
import { distinct } from './distinct.ts'

export const arrayUnion = scalar({
  name: 'ARRAY_UNION',
  theme: 'collection',
  doc: 'The different elements of two arrays.',
  signature: args([common(ARRAY), common(ARRAY)], commonOf()),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = elementEquality(site)
    const type = elementOf(site.args[0].type)
    return (left: readonly Value[], right: readonly Value[]) => distinct([...left, ...right], valueSet(type, equal))
  },
  examples: [['ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])', '[1, 2, 3]']],
})
