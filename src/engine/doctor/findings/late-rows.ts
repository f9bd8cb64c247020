/** Rows that came behind the watermark, or have no time at all, and were dropped. */
import { LATE_ROWS, LATE_ROWS_BEHIND } from '../../../operators/late-rows.ts'
import { at, many, simpleName, span } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const lateRows: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    const sides = ['leftNumLateRecordsDropped', 'rightNumLateRecordsDropped']
    const late = [LATE_ROWS, ...sides].reduce((sum, name) => sum + chart.counter(operator, name), 0)
    if (late === 0) return []
    const rows = chart.rowsIn(operator)
    const share = rows === 0 ? 1 : late / rows
    const behind = chart.gauge(operator, LATE_ROWS_BEHIND)
    const all = share >= 0.99
    const source = chart.sourcesOf(operator.node).find(({ watermark }) => watermark !== undefined)
    const name = source?.table?.name
    const delay = source?.watermark?.delayMs
    const column = source?.watermark?.column ?? 'rowtime'
    const seconds = Math.ceil(((delay ?? 0) + behind) / 1000)
    const far = behind === 0 ? '' : ` The furthest was ${span(behind)} behind the watermark.`
    return [
      {
        code: all ? 'ALL_ROWS_LATE' : 'ROWS_LATE',
        severity: all ? 'error' : share >= 0.01 ? 'warning' : 'info',
        title: `${all ? 'All' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % of the`} rows of ${operator.kind} were late and dropped`,
        detail: `${many(late, 'row')} of ${rows.toLocaleString('en-US')} came when the watermark had passed their window or time.${far}`,
        evidence: {
          late,
          rows,
          ...(behind > 0 && { maxBehindMs: behind }),
          ...(delay !== undefined && { watermarkDelayMs: delay }),
          watermark: at(chart.watermark(operator)),
        },
        place: operator.description,
        span: name === undefined ? undefined : chart.spanOfTable(name),
        fix:
          behind === 0
            ? `Let the watermark wait longer: WATERMARK FOR ${column} AS ${column} - INTERVAL '…' SECOND.`
            : `WATERMARK FOR ${column} AS ${column} - INTERVAL '${seconds}' SECOND${name === undefined ? '' : ` in '${simpleName(name)}'`} would have kept them; if single rows are far ahead of the others, keep those out instead.`,
      },
    ]
  })

export const rowtimeNull: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    const dropped = chart.counter(operator, 'numNullRowTimeRecordsDropped')
    if (dropped === 0) return []
    const rows = chart.rowsIn(operator)
    const source = chart.sourcesOf(operator.node).find(({ watermark }) => watermark !== undefined)
    const column = source?.watermark?.column ?? 'the time attribute'
    return [
      {
        code: 'ROWTIME_NULL',
        severity: dropped >= rows ? 'error' : 'warning',
        title: `${many(dropped, 'row')} without event time ${dropped === 1 ? 'was' : 'were'} dropped`,
        detail: `'${column}' is NULL in ${many(dropped, 'row')} of ${rows.toLocaleString('en-US')}: such a row belongs to no window.`,
        evidence: { withoutTime: dropped, rows, column },
        place: operator.description,
        span: source?.table === undefined ? undefined : chart.spanOfTable(source.table.name),
        fix: `See how '${column}' is made: a format that TO_TIMESTAMP does not read gives NULL.`,
      },
    ]
  })
