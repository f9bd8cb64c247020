import { anyOf, args, kindOf, noNullLiteral, nullable, typed } from '../../../expr/signature.ts'
import { isCharacter } from '../../../types/family.ts'
import { STRING } from '../../../types/logical-type.ts'
import { UTC } from '../../../types/time-zone.ts'
import { type Exact, toMillis } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { type DateTimePrinter, dateTimePrinter } from './date-time-print.ts'
import { formatSimple } from './simple-date-format.ts'
import { parseSimple } from './simple-date-parse.ts'
import { nanosOfMilli, precisionOf, zoneOf } from './timestamp-value.ts'

export const dateFormat = scalar({
  name: 'DATE_FORMAT',
  theme: 'temporal',
  doc: 'A timestamp as text, by a pattern of java.time.format.DateTimeFormatter; a text of the form yyyy-MM-dd HH:mm:ss by one of SimpleDateFormat. A TIMESTAMP_LTZ is shown in the session time zone.',
  signature: args(
    [noNullLiteral(anyOf(kindOf('TIMESTAMP', 'TIMESTAMP_LTZ'), typed(STRING))), noNullLiteral(STRING)],
    nullable(STRING),
  ),
  nulls: 'propagate',
  prepare: (site) => {
    const [value, format] = site.args
    if (isCharacter(value.type))
      return (text: string, pattern: string) => {
        const millis = parseSimple('yyyy-MM-dd HH:mm:ss', text, UTC, site.context.queryStart)
        return millis === undefined ? null : formatSimple(pattern, millis, UTC)
      }
    const precision = precisionOf(value.type)
    const zone = zoneOf(value.type, site.context.timeZone)
    let printer: DateTimePrinter | undefined
    const constant = typeof format.literal?.value === 'string'
    return (timestamp: Exact, pattern: string) => {
      const millis = toMillis(timestamp, precision)
      if (printer === undefined || !constant) printer = dateTimePrinter(pattern)
      return printer(zone.toLocal(millis), nanosOfMilli(timestamp, precision, millis))
    }
  },
  examples: [
    ["DATE_FORMAT(TIMESTAMP '2024-02-29 23:59:59.123', 'yyyyMMddHHmmss')", '20240229235959'],
    ["DATE_FORMAT(TIMESTAMP '2024-02-29 23:59:59.123', 'EEE, d MMM yyyy')", 'Thu, 29 Feb 2024'],
    ["DATE_FORMAT('2024-02-29 23:59:59', 'yyyyMMdd')", '20240229'],
    ["DATE_FORMAT(TIMESTAMP '2024-02-29 23:59:59.123', 'XXX')", { error: true }],
  ],
})
