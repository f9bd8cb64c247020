import { args, nullable } from '../../../expr/signature.ts'
import { STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { formatSimple } from './simple-date-format.ts'
import { parseSimple } from './simple-date-parse.ts'
import { legacyZone } from './timestamp-value.ts'

const PATTERN = 'yyyy-MM-dd HH:mm:ss'

export const convertTz = scalar({
  name: 'CONVERT_TZ',
  theme: 'temporal',
  doc: 'A local time of the form yyyy-MM-dd HH:mm:ss in one time zone as the local time in another. Zones that Java does not know count as GMT.',
  signature: args([STRING, STRING, STRING], nullable(STRING)),
  nulls: 'propagate',
  prepare:
    ({ context }) =>
    (text: string, from: string, to: string) => {
      const millis = parseSimple(PATTERN, text, legacyZone(from), context.queryStart)
      return millis === undefined ? null : formatSimple(PATTERN, millis, legacyZone(to))
    },
  examples: [
    ["CONVERT_TZ('2024-01-01 00:00:00', 'UTC', 'Asia/Shanghai')", '2024-01-01 08:00:00'],
    ["CONVERT_TZ('2024-01-01', 'UTC', 'Asia/Shanghai')", 'NULL'],
  ],
})
