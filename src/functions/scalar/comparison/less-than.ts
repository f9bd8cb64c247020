import { scalar } from '../../define.ts'
import { comparatorAt, comparisonCode, comparisonShape } from './operands.ts'

export const lessThan = scalar({
  name: '<',
  theme: 'comparison',
  doc: 'TRUE when the first value is smaller. Texts are compared unit by unit (UTF-16).',
  signature: comparisonShape('<', true),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = comparatorAt(site)
    return (a: never, b: never) => compare(a, b) < 0
  },
  code: (args, site, helpers) => comparisonCode('<', args, site, helpers),
  examples: [
    ['1 < 2', 'TRUE'],
    ["'b' < 'a'", 'FALSE'],
    ['1 < CAST(NULL AS INT)', 'NULL'],
    ["DATE '2024-01-01' < '2024-01-02'", 'TRUE'],
  ],
})
