import { ARRAY, anyOf, args, MAP, MULTISET, returns } from '../../../expr/signature.ts'
import { INT } from '../../../types/logical-type.ts'
import type { MapValue, Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const cardinality = scalar({
  name: 'CARDINALITY',
  theme: 'collection',
  doc: 'The number of elements of an array, or of entries of a map.',
  signature: args([anyOf(ARRAY, MAP, MULTISET)], returns(INT)),
  nulls: 'propagate',
  prepare: ({ args: [{ type }] }) => {
    if (type.kind === 'ARRAY') return (array: readonly Value[]) => array.length
    if (type.kind === 'MAP') return (map: MapValue) => map.keys.length
    return (multiset: MapValue) => multiset.values.reduce((sum: number, count) => sum + (count as number), 0)
  },
  examples: [
    ['CARDINALITY(ARRAY[1, 2])', '2'],
    ["CARDINALITY(MAP['a', 1])", '1'],
  ],
})
