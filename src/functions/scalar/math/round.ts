import { scalar } from '../../define.ts'
import { halfUp, rounding, roundingShape } from './round-number.ts'

export const round = scalar({
  name: 'ROUND',
  theme: 'arithmetic',
  doc: 'The number rounded to so many digits behind the point (0 without the second argument; before the point when negative), halves away from zero.',
  signature: roundingShape('ROUND', ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'DECIMAL', 'FLOAT', 'DOUBLE']),
  nulls: 'propagate',
  prepare: rounding(halfUp),
  examples: [
    ['ROUND(1234.567, 2)', '1234.57'],
    ['ROUND(-2.5, 0)', '-3'],
    ['ROUND(15, -1)', '20'],
    ['ROUND(CAST(1.005 AS DOUBLE), 2)', '1.01'],
  ],
})
