import { args, present } from '../../../expr/signature.ts'
import { MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { DATE } from '../../../types/logical-type.ts'
import { timeZone } from '../../../types/time-zone.ts'
import { scalar } from '../../define.ts'

export const currentDate = scalar({
  name: 'CURRENT_DATE',
  theme: 'temporal',
  doc: 'The current date in the session time zone.',
  signature: args([], present(DATE)),
  nulls: 'custom',
  determinism: 'dynamic',
  prepare: ({ context }) => {
    const zone = timeZone(context.timeZone)
    return () => Math.floor(zone.toLocal(context.now()) / MILLIS_PER_DAY)
  },
  examples: [["CURRENT_DATE > DATE '2020-01-01'", 'TRUE']],
})
