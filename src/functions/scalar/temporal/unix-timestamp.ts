import { args, noNullLiteral, optional, overloads, present, returns } from '../../../expr/signature.ts'
import { BIGINT, STRING } from '../../../types/logical-type.ts'
import { timeZone } from '../../../types/time-zone.ts'
import { scalar } from '../../define.ts'
import { parseSimple } from './simple-date-parse.ts'

/** What Flink gives for a text that it cannot parse. */
const UNPARSABLE = -(2n ** 63n)

export const unixTimestamp = scalar({
  name: 'UNIX_TIMESTAMP',
  theme: 'temporal',
  doc: 'Seconds since the epoch, of now or of a text in the session time zone (yyyy-MM-dd HH:mm:ss, or a pattern of SimpleDateFormat); -9223372036854775808 when the text does not fit.',
  signature: overloads(
    args([], present(BIGINT)),
    args([noNullLiteral(STRING), optional(noNullLiteral(STRING))], returns(BIGINT)),
  ),
  nulls: 'propagate',
  determinism: 'dynamic',
  prepare: ({ args: given, context }) => {
    if (given.length === 0) return () => Math.floor(context.now() / 1000)
    const zone = timeZone(context.timeZone)
    return (text: string, pattern = 'yyyy-MM-dd HH:mm:ss') => {
      const millis = parseSimple(pattern, text, zone, context.queryStart)
      return millis === undefined ? UNPARSABLE : Math.trunc(millis / 1000)
    }
  },
  examples: [
    ["UNIX_TIMESTAMP('2024-02-29', 'yyyy-MM-dd')", '1709164800'],
    ["UNIX_TIMESTAMP('bad')", '-9223372036854775808'],
  ],
})
