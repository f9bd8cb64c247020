import { scalar } from '../../define.ts'
import { comparisonCode, comparisonShape, sqlEqualityAt } from './operands.ts'

export const equals = scalar({
  name: '=',
  theme: 'comparison',
  doc: 'TRUE when the values are equal; NULL when one of them is NULL. Arrays, maps and rows are compared by their contents.',
  signature: comparisonShape('=', false),
  nulls: 'propagate',
  prepare: sqlEqualityAt,
  code: (args, site, helpers) => comparisonCode('===', args, site, helpers),
  examples: [
    ['1 = 1.0', 'TRUE'],
    ["'a' = 'A'", 'FALSE'],
    ["MAP['a', 1, 'b', 2] = MAP['b', 2, 'a', 1]", 'TRUE'],
    ['CAST(NULL AS INT) = CAST(NULL AS INT)', 'NULL'],
    ["1 = '1'", { error: true }],
  ],
})
