import { ANY, args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const isNotNull = scalar({
  name: 'IS NOT NULL',
  theme: 'comparison',
  doc: 'TRUE when the value is not NULL.',
  signature: args([ANY], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: Value) => value !== null,
  examples: [
    ['0 IS NOT NULL', 'TRUE'],
    ['CAST(NULL AS BOOLEAN) IS NOT NULL', 'FALSE'],
  ],
})
