import { args, computed, MAP } from '../../../expr/signature.ts'
import type { MapType } from '../../../types/logical-type.ts'
import { array } from '../../../types/logical-type.ts'
import type { MapValue } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const mapValues = scalar({
  name: 'MAP_VALUES',
  theme: 'collection',
  doc: 'The values of a map, as an array.',
  signature: args(
    [MAP],
    computed(([map]) => array((map.type as MapType).value)),
  ),
  nulls: 'propagate',
  eval: (map: MapValue) => map.values,
  examples: [["MAP_VALUES(MAP['a', 1, 'b', 2])", '[1, 2]']],
})
