/** Rows come, and a condition lets none through. */
import { many } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const filterNeverPasses: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    if (operator.condition === undefined || (operator.kind !== 'calc' && operator.kind !== 'source-scan')) return []
    const rows = operator.kind === 'calc' ? chart.rowsIn(operator) : chart.rowsRead(operator)
    if (rows === 0 || chart.rowsOut(operator) > 0) return []
    const { span } = operator.condition
    const text = span === undefined ? undefined : chart.job.source?.text.slice(span.start, span.end)
    return [
      {
        code: 'FILTER_NEVER_PASSES',
        severity: 'error',
        title: 'A condition lets no row through',
        detail: `${many(rows, 'row')} came to ${text === undefined ? operator.description : `\`${text}\``} and none passed: it was FALSE or NULL for each.`,
        evidence: { rowsIn: rows, rowsOut: 0 },
        place: operator.description,
        span,
        fix: 'Look at the values with a SELECT without the condition: upper and lower case, blanks, units, and NULL (`=` and `<>` are never TRUE for it).',
      },
    ]
  })
