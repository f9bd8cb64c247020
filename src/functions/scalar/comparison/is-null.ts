import { ANY, args, present, returns } from '../../../expr/signature.ts'
import { BOOLEAN } from '../../../types/logical-type.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const isNull = scalar({
  name: 'IS NULL',
  theme: 'comparison',
  doc: 'TRUE when the value is NULL.',
  signature: args([ANY], present(returns(BOOLEAN))),
  nulls: 'custom',
  eval: (value: Value) => value === null,
  examples: [
    ['CAST(NULL AS STRING) IS NULL', 'TRUE'],
    ["'' IS NULL", 'FALSE'],
  ],
})
