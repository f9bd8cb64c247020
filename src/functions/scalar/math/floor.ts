import { scalar } from '../../define.ts'
import { roundingCode, roundingToUnit, roundingToUnitShape } from './rounding-to-unit.ts'

export const floor = scalar({
  name: 'FLOOR',
  theme: 'arithmetic',
  doc: 'The greatest integer that is not above the number; `FLOOR(t TO unit)` the beginning of the unit that a date or time lies in.',
  signature: roundingToUnitShape,
  nulls: 'propagate',
  prepare: roundingToUnit(false),
  code: (args, site) => roundingCode('floor', args, site),
  examples: [
    ['FLOOR(-3.7)', '-4'],
    ['FLOOR(CAST(3.2 AS DOUBLE))', '3.0'],
    ["FLOOR(TIMESTAMP '2024-02-29 12:34:56' TO HOUR)", '2024-02-29 12:00:00'],
  ],
})
