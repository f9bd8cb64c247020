/** An operator takes rows more slowly than they come, and holds up everything in front of it. */
import type { Rule } from '../finding.ts'

const MUCH = 0.3

export const backPressure: Rule = (chart) => {
  const time = Math.max(1, chart.now - chart.since)
  // Full operators in front of it are full because of it.
  const slowest = chart.operators
    .map((operator) => {
      const busiest = chart.count(operator, ({ fullMs }) => fullMs) / Math.max(1, operator.subtasks.length)
      return { operator, fullMs: busiest, share: Math.min(1, busiest / time) }
    })
    .filter(({ share, fullMs }) => share >= MUCH && fullMs >= 1000)
    .at(-1)
  if (slowest === undefined) return []
  const { operator, share, fullMs } = slowest
  const inFlight = chart.gauge(operator, 'rowsInFlight')
  const table = operator.table?.name
  const why =
    operator.kind === 'async-calc'
      ? {
          what: 'waits for asynchronous functions',
          fix: "Let more calls run at once ('table.exec.async-scalar.max-concurrent-operations') or make the service faster.",
        }
      : operator.kind === 'collect'
        ? {
            what: 'waits for the program that reads the result',
            fix: 'Take rows faster in `for await (… of result)`, or write them to a sink.',
          }
        : {
            what: 'does not take rows as fast as they come',
            fix: "See how fast what is behind it takes them; 'sink.parallelism' and 'parallelism.default' spread the work.",
          }
  return [
    {
      code: 'BACK_PRESSURE',
      severity: chart.rowsIn(operator) === 0 ? 'error' : 'warning',
      title: `${table === undefined ? operator.kind : `'${table}'`} holds up the job`,
      detail: `${operator.description} ${why.what}: it took no row in ${Math.round(share * 100)} % of the time, and what is in front of it waits.`,
      evidence: {
        fullMs: Math.round(fullMs),
        sharePercent: Math.round(share * 100),
        rowsIn: chart.rowsIn(operator),
        ...(inFlight > 0 && { rowsInFlight: inFlight }),
      },
      place: operator.description,
      span: table === undefined ? undefined : chart.spanOfTable(table),
      fix: why.fix,
    },
  ]
}
