import { custom } from '../../../expr/signature.ts'
import { isNumeric } from '../../../types/family.ts'
import { DOUBLE, withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const atan2 = scalar({
  name: 'ATAN2',
  theme: 'arithmetic',
  doc: 'Angle, in radians, of the point with the coordinates y (first argument) and x (second).',
  // A DECIMAL goes with a DECIMAL only, as in Flink.
  signature: custom(['ATAN2(NUMERIC, NUMERIC)'], 2, 2, ([y, x]) => {
    if (!isNumeric(y.type) || !isNumeric(x.type)) return undefined
    if ((y.type.kind === 'DECIMAL') !== (x.type.kind === 'DECIMAL')) return undefined
    return {
      args: [withNullable(DOUBLE, y.type.nullable), withNullable(DOUBLE, x.type.nullable)],
      returns: withNullable(DOUBLE, y.type.nullable || x.type.nullable),
    }
  }),
  nulls: 'propagate',
  eval: Math.atan2,
  code: ([y, x]) => `Math.atan2(${y}, ${x})`,
  examples: [
    ['ATAN2(1, 1)', '0.7853981633974483'],
    ['ATAN2(-1, -1)', '-2.356194490192345'],
    ['ATAN2(1.5, 2)', { error: true }],
  ],
})
