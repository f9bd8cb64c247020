import { scalar } from '../../define.ts'
import { comparisonCode, comparisonShape, sqlEqualityAt } from './operands.ts'

export const notEquals = scalar({
  name: '<>',
  theme: 'comparison',
  doc: 'TRUE when the values are not equal; NULL when one of them is NULL.',
  signature: comparisonShape('<>', false),
  nulls: 'propagate',
  prepare: (site) => {
    const equal = sqlEqualityAt(site)
    return (a: never, b: never) => {
      const same = equal(a, b)
      return same === null ? null : !same
    }
  },
  code: (args, site, helpers) => comparisonCode('!==', args, site, helpers),
  examples: [
    ['1 <> 2', 'TRUE'],
    ['1 <> CAST(NULL AS INT)', 'NULL'],
    ['ROW(1, 2) <> ROW(1, 3)', 'TRUE'],
  ],
})
