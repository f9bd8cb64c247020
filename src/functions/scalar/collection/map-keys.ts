import { args, computed, MAP } from '../../../expr/signature.ts'
import type { MapType } from '../../../types/logical-type.ts'
import { array } from '../../../types/logical-type.ts'
import type { MapValue } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const mapKeys = scalar({
  name: 'MAP_KEYS',
  theme: 'collection',
  doc: 'The keys of a map, as an array.',
  signature: args(
    [MAP],
    computed(([map]) => array((map.type as MapType).key)),
  ),
  nulls: 'propagate',
  eval: (map: MapValue) => map.keys,
  examples: [["MAP_KEYS(MAP['a', 1, 'b', 2])", '[a, b]']],
})
