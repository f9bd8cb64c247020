import { scalar } from '../../define.ts'
import { rounding, roundingShape, towardsZero } from './round-number.ts'

export const truncate = scalar({
  name: 'TRUNCATE',
  theme: 'arithmetic',
  doc: 'The number cut off after so many digits behind the point (0 without the second argument; before the point when negative).',
  // TINYINT and SMALLINT are not there in Flink either.
  signature: roundingShape('TRUNCATE', ['INTEGER', 'BIGINT', 'DECIMAL', 'FLOAT', 'DOUBLE']),
  nulls: 'propagate',
  prepare: rounding(towardsZero),
  examples: [
    ['TRUNCATE(1234.567, 2)', '1234.56'],
    ['TRUNCATE(12345, -2)', '12300'],
    ['TRUNCATE(CAST(-2.345 AS DOUBLE), 2)', '-2.34'],
  ],
})
