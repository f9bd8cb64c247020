import { custom } from '../../../expr/signature.ts'
import { BOOLEAN, notNull } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { comparedTypes, notDistinctAt } from './operands.ts'

export const isNotDistinctFrom = scalar({
  name: 'IS NOT DISTINCT FROM',
  theme: 'comparison',
  doc: 'TRUE when the values are equal or both NULL; never NULL.',
  signature: custom(['ANY IS NOT DISTINCT FROM ANY'], 2, 2, (args) => {
    const types = comparedTypes(args, false)
    return types && { args: types, returns: notNull(BOOLEAN) }
  }),
  nulls: 'custom',
  prepare: notDistinctAt,
  examples: [
    ['CAST(NULL AS INT) IS NOT DISTINCT FROM CAST(NULL AS INT)', 'TRUE'],
    ['1 IS NOT DISTINCT FROM 2', 'FALSE'],
  ],
})
