import { custom } from '../../../expr/signature.ts'
import { BOOLEAN, notNull } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { comparedTypes, notDistinctAt } from './operands.ts'

export const isDistinctFrom = scalar({
  name: 'IS DISTINCT FROM',
  theme: 'comparison',
  doc: 'TRUE when the values differ, where NULL counts as a value; never NULL.',
  signature: custom(['ANY IS DISTINCT FROM ANY'], 2, 2, (args) => {
    const types = comparedTypes(args, false)
    return types && { args: types, returns: notNull(BOOLEAN) }
  }),
  nulls: 'custom',
  prepare: (site) => {
    const same = notDistinctAt(site)
    return (a: Value, b: Value) => !same(a, b)
  },
  examples: [
    ['1 IS DISTINCT FROM CAST(NULL AS INT)', 'TRUE'],
    ['CAST(NULL AS INT) IS DISTINCT FROM CAST(NULL AS INT)', 'FALSE'],
  ],
})
