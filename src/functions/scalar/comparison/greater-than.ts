import { scalar } from '../../define.ts'
import { comparatorAt, comparisonCode, comparisonShape } from './operands.ts'

export const greaterThan = scalar({
  name: '>',
  theme: 'comparison',
  doc: 'TRUE when the first value is greater. Texts are compared unit by unit (UTF-16).',
  signature: comparisonShape('>', true),
  nulls: 'propagate',
  prepare: (site) => {
    const compare = comparatorAt(site)
    return (a: never, b: never) => compare(a, b) > 0
  },
  code: (args, site, helpers) => comparisonCode('>', args, site, helpers),
  examples: [
    ["'10' > 9", 'TRUE'],
    ["X'ff' > X'01'", 'TRUE'],
    ['ARRAY[1] > ARRAY[2]', { error: true }],
  ],
})
