/** A source has come to its end: nothing more can come from it. */
import { many, simpleName } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const sourceEnded: Rule = (chart) =>
  chart.sources
    .filter((source) => chart.ended(source))
    .map((source) => {
      const { name, options } = source.table ?? { name: source.description, options: {} }
      const bounded = options['scan.bounded.mode']
      const rows = chart.rowsRead(source)
      const all = chart.sources.every((each) => chart.ended(each))
      return {
        code: 'SOURCE_ENDED',
        severity: 'info',
        title: `'${simpleName(name)}' has been read to its end`,
        detail: all
          ? `All ${many(rows, 'row')} of '${name}' are read; the job ends when its sinks have written.`
          : `All ${many(rows, 'row')} of '${name}' are read; what comes out now comes from the other tables.`,
        evidence: { rowsRead: rows, ...(bounded !== undefined && { 'scan.bounded.mode': bounded }) },
        place: name,
        span: chart.spanOfTable(name),
        fix:
          bounded === undefined
            ? 'Nothing is wrong: the table has an end.'
            : "Leave out 'scan.bounded.mode' if the job is to wait for new rows.",
      }
    })
