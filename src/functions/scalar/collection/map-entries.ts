import { args, computed, MAP } from '../../../expr/signature.ts'
import type { MapType } from '../../../types/logical-type.ts'
import { array, row } from '../../../types/logical-type.ts'
import type { MapValue } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const mapEntries = scalar({
  name: 'MAP_ENTRIES',
  theme: 'collection',
  doc: 'The entries of a map, as an array of rows (key, value).',
  signature: args(
    [MAP],
    computed(([map]) => {
      const { key, value } = map.type as MapType
      return array(
        row([
          { name: 'key', type: key },
          { name: 'value', type: value },
        ]),
      )
    }),
  ),
  nulls: 'propagate',
  eval: (map: MapValue) => map.keys.map((key, i) => [key, map.values[i]]),
  examples: [["MAP_ENTRIES(MAP['a', 1, 'b', 2])", '[(a, 1), (b, 2)]']],
})
