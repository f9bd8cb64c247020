import { args, present } from '../../../expr/signature.ts'
import { floorMod, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { time } from '../../../types/logical-type.ts'
import { timeZone } from '../../../types/time-zone.ts'
import { scalar } from '../../define.ts'

export const currentTime = scalar({
  name: 'CURRENT_TIME',
  aliases: ['LOCALTIME'],
  theme: 'temporal',
  doc: 'The current time of day in the session time zone, as a TIME(0).',
  signature: args([], present(time(0))),
  nulls: 'custom',
  determinism: 'dynamic',
  prepare: ({ context }) => {
    const zone = timeZone(context.timeZone)
    return () => {
      const millis = floorMod(zone.toLocal(context.now()), MILLIS_PER_DAY)
      return millis - (millis % 1000)
    }
  },
  examples: [['CURRENT_TIME = LOCALTIME', 'TRUE']],
})
