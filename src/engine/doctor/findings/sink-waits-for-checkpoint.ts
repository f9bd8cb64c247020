/** A sink that writes exactly once shows rows when the checkpoint behind them is complete. */
import { at, many, simpleName, span } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const sinkWaitsForCheckpoint: Rule = (chart) =>
  chart.operators.flatMap((operator) => {
    const rows = operator.subtasks.reduce((sum, { gauges }) => sum + (gauges.numRecordsUncommitted ?? 0), 0)
    if (operator.kind !== 'sink' || rows === 0) return []
    const { intervalMs, completed, failed, latestCompleted, latestFailed } = chart.job.checkpoints
    const name = operator.table?.name ?? operator.description
    const last = latestCompleted?.at ?? chart.attempt
    const failing = latestFailed !== undefined && latestFailed.at > last
    const overdue = intervalMs > 0 && chart.now - last > 2 * intervalMs + 1000
    const common = {
      code: 'SINK_WAITS_FOR_CHECKPOINT' as const,
      place: name,
      span: chart.spanOfTable(name),
      evidence: {
        rowsUncommitted: rows,
        intervalMs,
        completed,
        failed,
        latestCompleted: at(latestCompleted?.at),
        ...(failing && { failure: latestFailed.failure }),
      },
    }
    const written = `${many(rows, 'row')} ${rows === 1 ? 'is' : 'are'} written to '${simpleName(name)}' in a transaction that is not committed`
    if (intervalMs === 0) {
      return [
        {
          ...common,
          severity: 'error',
          title: `'${simpleName(name)}' shows nothing: no checkpoints are taken`,
          detail: `${written}. A sink that writes exactly once commits with a checkpoint, and no interval is set.`,
          fix: "SET 'execution.checkpointing.interval' = '10 s'; readers with isolation.level = read_uncommitted see rows before.",
        },
      ]
    }
    return [
      {
        ...common,
        severity: overdue || failing ? 'error' : 'info',
        title:
          overdue || failing
            ? `'${simpleName(name)}' waits for a checkpoint that does not complete`
            : `'${simpleName(name)}' shows rows with the next checkpoint`,
        detail: `${written}. Checkpoints are to be taken every ${span(intervalMs)}; ${latestCompleted === undefined ? 'none is complete yet' : `the last was complete ${span(chart.now - latestCompleted.at)} ago`}${failing ? `, the last one failed: ${latestFailed.failure}` : ''}.`,
        fix:
          overdue || failing
            ? 'Remove what keeps checkpoints from completing: the failure above, back-pressure, or functions that do not answer.'
            : "A smaller 'execution.checkpointing.interval' shows them earlier.",
      },
    ]
  })
