/** Records that no row could be made of were skipped, as the table's format is told to. */
import { many, simpleName } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const badRecords: Rule = (chart) =>
  chart.sources.flatMap((source) => {
    const skipped = chart.counter(source, 'numRecordsInErrors')
    if (skipped === 0) return []
    const rows = chart.rowsRead(source)
    const name = source.table?.name ?? source.description
    return [
      {
        code: 'BAD_RECORDS_SKIPPED',
        severity: rows === 0 ? 'error' : 'warning',
        title: `${many(skipped, 'bad record')} of '${simpleName(name)}' ${skipped === 1 ? 'was' : 'were'} skipped`,
        detail:
          rows === 0
            ? `No record could be read: all ${skipped.toLocaleString('en-US')} were skipped, because the table ignores parse errors.`
            : `${skipped.toLocaleString('en-US')} of ${many(skipped + rows, 'record')} were skipped, because the table ignores parse errors.`,
        evidence: { skipped, rows },
        place: name,
        span: chart.spanOfTable(name),
        fix: `'json.ignore-parse-errors' = 'false' (or that of the format) in WITH of '${simpleName(name)}' stops at the first one and says what is wrong with it, with topic, partition and offset.`,
      },
    ]
  })
