import { args, noNullLiteral, nullable, optional } from '../../../expr/signature.ts'
import { daysInMonth, daysOf, MILLIS_PER_DAY } from '../../../types/calendar.ts'
import { DATE, STRING } from '../../../types/logical-type.ts'
import { UTC } from '../../../types/time-zone.ts'
import { scalar } from '../../define.ts'
import { parseSimple } from './simple-date-parse.ts'

/** What Flink shows for a text that does not fit the pattern: its marker through 32-bit arithmetic, 5471-09-27. */
const UNPARSABLE = 1_278_983

export const toDate = scalar({
  name: 'TO_DATE',
  theme: 'temporal',
  doc: 'The date that a text denotes, by default yyyy-MM-dd with NULL for anything else, or by a pattern of SimpleDateFormat, whose fields may run over.',
  signature: args([noNullLiteral(STRING), optional(noNullLiteral(STRING))], nullable(DATE)),
  nulls: 'propagate',
  prepare: ({ args: given, context }) => {
    if (given.length === 1) return standardDate
    return (text: string, pattern: string) => {
      const millis = parseSimple(pattern, text, UTC, context.queryStart)
      return millis === undefined ? UNPARSABLE : Math.floor(millis / MILLIS_PER_DAY)
    }
  },
  examples: [
    ["TO_DATE('2024-02-29')", '2024-02-29'],
    ["TO_DATE('20240229', 'yyyyMMdd')", '2024-02-29'],
    ["TO_DATE('2024-02-30')", 'NULL'],
  ],
})

/** `y[-m[-d]]`, spaces around, anything behind a space; an existing date. */
function standardDate(text: string): number | null {
  const match = /^\s*(\d{1,9})(?:-(\d{1,9})(?:-(\d{1,9}))?)?(?:\s.*)?$/s.exec(text)
  if (match === null) return null
  const [, year, month = '1', day = '1'] = match
  const y = Number(year)
  const m = Number(month)
  const d = Number(day)
  if (y > 9999 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m)) return null
  return daysOf(y, m, d)
}
