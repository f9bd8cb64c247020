import { args, present } from '../../../expr/signature.ts'
import { timestampLtz } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const currentRowTimestamp = scalar({
  name: 'CURRENT_ROW_TIMESTAMP',
  theme: 'temporal',
  doc: 'The current instant in processing time, evaluated for each record.',
  signature: args([], present(timestampLtz(3))),
  nulls: 'custom',
  determinism: 'random',
  prepare:
    ({ context }) =>
    () =>
      context.now(),
  examples: [["CURRENT_ROW_TIMESTAMP() > TIMESTAMP '2020-01-01 00:00:00'", 'TRUE']],
})
