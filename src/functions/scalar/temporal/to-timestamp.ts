import { args, noNullLiteral, nullable, optional } from '../../../expr/signature.ts'
import { STRING, timestamp } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { type DateTimeReader, dateTimeReader, readLenient, standardReader } from './date-time-parse.ts'

export const toTimestamp = scalar({
  name: 'TO_TIMESTAMP',
  theme: 'temporal',
  doc: 'The TIMESTAMP(3) that a text denotes, by default in the form yyyy-MM-dd HH:mm:ss; NULL when it is none. Days that a month does not have become its last day.',
  signature: args([noNullLiteral(STRING), optional(noNullLiteral(STRING))], nullable(timestamp(3))),
  nulls: 'propagate',
  prepare: (site) => {
    if (site.args.length === 1)
      return (text: string) => (standardReader.read(text) === 'ok' ? standardReader.millis : null)
    const constant = site.args[1].literal?.value
    if (typeof constant === 'string') {
      const reader = dateTimeReader(constant)
      return (text: string) => read(reader, text)
    }
    return (text: string, pattern: string) => read(dateTimeReader(pattern), text)
  },
  examples: [
    ["TO_TIMESTAMP('2024-02-29 12:34:56')", '2024-02-29 12:34:56.000'],
    ["TO_TIMESTAMP('2024-02-30 00:00:00')", '2024-02-29 00:00:00.000'],
    ["TO_TIMESTAMP('2024/02/29 12', 'yyyy/MM/dd HH')", '2024-02-29 12:00:00.000'],
    ["TO_TIMESTAMP('bad')", 'NULL'],
  ],
})

function read(reader: DateTimeReader, text: string): number | null {
  const outcome = reader.read(text)
  if (outcome === 'ok') return reader.millis
  if (outcome === 'no-date' || reader.problem !== undefined || !readLenient(reader, text)) return null
  return reader.millis
}
