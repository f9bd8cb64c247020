import { scalar } from '../../define.ts'
import { comparatorAt, comparisonCode, comparisonShape } from './operands.ts'

export const lessThanOrEqual = scalar({
  name: '<=',
  theme: 'comparison',
  doc: 'TRUE when the first value is not greater.',
  signature: comparisonShape('<=', true),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = comparatorAt(site)
    return (a: never, b: never) => compare(a, b) <= 0
  },
  code: (args, site, helpers) => comparisonCode('<=', args, site, helpers),
  examples: [
    ['1 <= 1.0', 'TRUE'],
    ["TIME '10:00:00' <= TIME '09:59:59'", 'FALSE'],
  ],
})
