import { args, common, commonOf, MAP, variadic } from '../../../expr/signature.ts'
import { equalityOf } from '../../../types/compare.ts'
import type { MapType } from '../../../types/logical-type.ts'
import type { MapValue, Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { valueSet } from './array-types.ts'

export const mapUnion = scalar({
  name: 'MAP_UNION',
  theme: 'collection',
  doc: 'The entries of all maps; of a key that several have, that of the last one.',
  signature: args([variadic(common(MAP), 1)], commonOf()),
  nulls: 'propagate',
  prepare: (site) => {
    const { key } = site.args[0].type as MapType
    const equal = equalityOf(key)
    return (...maps: MapValue[]) => {
      // Flink puts the later maps first.
      const seen = valueSet(key, equal)
      const keys: Value[] = []
      const values: Value[] = []
      for (const map of maps.toReversed()) {
        map.keys.forEach((candidate, i) => {
          if (seen.has(candidate)) return
          seen.add(candidate)
          keys.push(candidate)
          values.push(map.values[i])
        })
      }
      return { keys, values }
    }
  },
  examples: [["MAP_UNION(MAP['a', 1, 'b', 2], MAP['b', 9])", '{b=9, a=1}']],
})
