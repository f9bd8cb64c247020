/** An operator has rows and waits for event time: not wrong, and the most frequent reason of all. */
import { at, many } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const windowOpen: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    const waiting = operator.subtasks.find(({ waitingFor }) => waitingFor !== undefined)?.waitingFor
    if (waiting === undefined || operator.inputs.length === 0 || operator.kind === 'async-calc') return []
    const input = operator.inputs.flatMap((node) => chart.operator(node) ?? [])
    const rows = input.reduce((sum, each) => sum + chart.rowsOut(each), 0)
    if (chart.rowsOut(operator) > 0) return []
    const marks = input.map((each) => chart.watermark(each))
    const source = chart.sourcesOf(operator.node).find(({ watermark }) => watermark !== undefined)
    return [
      {
        code: 'WAITS_FOR_EVENT_TIME',
        severity: 'info',
        title: `${operator.kind} waits for the watermark`,
        detail: `${many(rows, 'row')} came and nothing was due yet: ${waiting}.`,
        evidence: {
          rowsIn: rows,
          rowsOut: 0,
          watermark: at(marks.includes(undefined) ? undefined : Math.min(...(marks as number[]))),
        },
        place: operator.description,
        span: source?.table === undefined ? undefined : chart.spanOfTable(source.table.name),
        fix: 'Event time must move on: rows with later times in every partition. The findings above say what keeps it, if something does.',
      },
    ]
  })
