import { ARRAY, args, common, commonOf, variadic } from '../../../expr/signature.ts'
import type { Value } from '../../../types/value.ts'
import { scalar } from '../../define.ts'

export const arrayConcat = scalar({
  name: 'ARRAY_CONCAT',
  theme: 'collection',
  doc: 'Arrays put together.',
  signature: args([variadic(common(ARRAY), 1)], commonOf()),
  nulls: 'propagate',
  eval: (...arrays: (readonly Value[])[]) => arrays.flat(1),
  examples: [['ARRAY_CONCAT(ARRAY[1], ARRAY[2, 3])', '[1, 2, 3]']],
})
