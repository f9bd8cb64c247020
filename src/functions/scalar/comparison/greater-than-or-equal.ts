import { scalar } from '../../define.ts'
import { comparatorAt, comparisonCode, comparisonShape } from './operands.ts'

export const greaterThanOrEqual = scalar({
  name: '>=',
  theme: 'comparison',
  doc: 'TRUE when the first value is not smaller.',
  signature: comparisonShape('>=', true),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = comparatorAt(site)
    return (a: never, b: never) => compare(a, b) >= 0
  },
  code: (args, site, helpers) => comparisonCode('>=', args, site, helpers),
  examples: [
    ['2 >= 3', 'FALSE'],
    ["INTERVAL '1' YEAR >= INTERVAL '12' MONTH", 'TRUE'],
  ],
})
