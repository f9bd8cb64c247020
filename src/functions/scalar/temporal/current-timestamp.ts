import { args, present } from '../../../expr/signature.ts'
import { timestampLtz } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const currentTimestamp = scalar({
  name: 'CURRENT_TIMESTAMP',
  aliases: ['NOW'],
  theme: 'temporal',
  doc: 'The current instant in processing time, once per record.',
  signature: args([], present(timestampLtz(3))),
  nulls: 'custom',
  determinism: 'dynamic',
  prepare:
    ({ context }) =>
    () =>
      context.now(),
  examples: [['CURRENT_TIMESTAMP = NOW()', 'TRUE']],
})
