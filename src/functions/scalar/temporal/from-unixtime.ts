import { args, noNullLiteral, nullable, optional } from '../../../expr/signature.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import { timeZone } from '../../../types/time-zone.ts'
import type { Exact } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { formatSimple } from './simple-date-format.ts'

export const fromUnixtime = scalar({
  name: 'FROM_UNIXTIME',
  theme: 'temporal',
  doc: 'Seconds since the epoch as text in the session time zone, by default yyyy-MM-dd HH:mm:ss, or by a pattern of SimpleDateFormat.',
  signature: args([noNullLiteral(BIGINT), optional(noNullLiteral(STRING))], nullable(STRING)),
  nulls: 'propagate',
  prepare: ({ context }) => {
    const zone = timeZone(context.timeZone)
    return (seconds: Exact, pattern = 'yyyy-MM-dd HH:mm:ss') => {
      const millis = typeof seconds === 'number' ? seconds * 1000 : Number(BigInt.asIntN(64, seconds * 1000n))
      return formatSimple(pattern, millis, zone)
    }
  },
  examples: [
    ['FROM_UNIXTIME(1709251199)', '2024-02-29 23:59:59'],
    ["FROM_UNIXTIME(1709251199, 'yyyy/MM/dd')", '2024/02/29'],
    ["FROM_UNIXTIME(44, 'bad {')", { error: true }],
  ],
})
