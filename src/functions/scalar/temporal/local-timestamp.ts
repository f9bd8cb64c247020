import { args, present } from '../../../expr/signature.ts'
import { timestamp } from '../../../types/logical-type.ts'
import { timeZone } from '../../../types/time-zone.ts'
import { scalar } from '../../define.ts'

export const localTimestamp = scalar({
  name: 'LOCALTIMESTAMP',
  theme: 'temporal',
  doc: 'The current date and time of day in the session time zone, as a TIMESTAMP(3).',
  signature: args([], present(timestamp(3))),
  nulls: 'custom',
  determinism: 'dynamic',
  prepare: ({ context }) => {
    const zone = timeZone(context.timeZone)
    return () => zone.toLocal(context.now())
  },
  examples: [['LOCALTIMESTAMP = CAST(CURRENT_TIMESTAMP AS TIMESTAMP(3))', 'TRUE']],
})
