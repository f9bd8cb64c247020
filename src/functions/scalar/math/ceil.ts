import { scalar } from '../../define.ts'
import { roundingCode, roundingToUnit, roundingToUnitShape } from './rounding-to-unit.ts'

export const ceil = scalar({
  name: 'CEIL',
  aliases: ['CEILING'],
  theme: 'arithmetic',
  doc: 'The smallest integer that is not below the number; `CEIL(t TO unit)` the next beginning of a unit of a date or time.',
  signature: roundingToUnitShape,
  nulls: 'propagate',
  prepare: roundingToUnit(true),
  code: (args, site) => roundingCode('ceil', args, site),
  examples: [
    ['CEIL(3.2)', '4'],
    ['CEILING(CAST(-3.2 AS FLOAT))', '-3.0'],
    ["CEIL(TIMESTAMP '2024-02-29 12:34:56' TO HOUR)", '2024-02-29 13:00:00'],
  ],
})
