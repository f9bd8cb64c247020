/** The history behind the charts: bounded, rates from counters, nothing made up. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeployedJob, JobReport, OperatorReport } from '../../src/server/messages.ts'
import { MetricHistory } from '../../src/server/metric-history.ts'

/** Two sources' subtasks in front of a sink. */
const job = {
  vertices: [
    { nodes: [1, 2], parallelism: 2, inputs: [] },
    { nodes: [3], parallelism: 1, inputs: [{ from: 0, distribution: 'hash' }] },
  ],
} as unknown as DeployedJob

const operator = (node: number, subtask: number, more: Partial<OperatorReport>): OperatorReport => ({
  node,
  kind: '',
  description: '',
  subtask,
  rowsIn: 0,
  rowsOut: 0,
  watermark: null,
  counters: {},
  gauges: {},
  ...more,
})

/** `rows` of each source, of which half pass. */
function report(at: number, rows: number, more: Partial<JobReport> = {}): JobReport {
  return {
    at,
    operators: [
      operator(1, 0, { rowsOut: rows, watermark: at - 3000, gauges: { 'records-lag-max': 7 } }),
      operator(1, 1, { rowsOut: rows, watermark: at - 1000, gauges: { 'records-lag-max': 9 } }),
      operator(2, 0, { rowsIn: rows, rowsOut: rows / 2 }),
      operator(2, 1, { rowsIn: rows, rowsOut: rows / 2 }),
      operator(3, 0, { rowsIn: rows }),
    ],
    subtasks: [
      { vertex: 0, subtask: 0, busy: at / 10, blocked: 0, finished: false },
      { vertex: 0, subtask: 1, busy: at / 2, blocked: at / 4, finished: false },
    ],
    lookers: 0,
    heapUsed: 1,
    rss: 2,
    cpu: at * 300,
    ...more,
  } as JobReport
}

describe('the history of a job', () => {
  it('has rates, shares, lag, resources and the newest checkpoint', () => {
    const history = new MetricHistory(1000)
    history.add(job, report(0, 0), () => undefined)
    assert.deepEqual(history.after(0), [], 'one report has no rates')
    const newest = { id: 4, kind: 'checkpoint', status: 'COMPLETED', triggered: 1, duration: 30, size: 100 } as const
    history.add(job, report(10_000, 1000), () => newest)
    assert.deepEqual(history.after(0), [
      {
        at: 10_000,
        vertices: [
          { rowsIn: 200, rowsOut: 100, busy: 0.5, backPressured: 0.25 },
          { rowsIn: 100, rowsOut: 100, busy: null, backPressured: null },
        ],
        sources: [{ records: 9, watermarkMs: 3000 }],
        heapUsed: 1,
        rss: 2,
        cpu: 0.3,
        checkpoint: { id: 4, duration: 30, size: 100, fullSize: null },
      },
    ])
  })

  it('takes a sample per step, keeps 15 minutes, and gives those after a time', () => {
    const history = new MetricHistory(1000)
    for (let at = 0; at <= 3_600_000; at += 1000) history.add(job, report(at, at), () => undefined)
    const all = history.after(0)
    assert.equal(all.length, 180)
    assert.ok(all.every(({ at }, i) => i === 0 || at - all[i - 1].at === history.stepMs))
    assert.equal(all.at(-1)?.at, 3_600_000)
    assert.deepEqual(
      history.after(3_590_000).map(({ at }) => at),
      [3_595_000, 3_600_000],
    )
    assert.deepEqual(history.after(3_600_000), [])
  })

  it('has no rate over a restart, and no watermark before each subtask has one', () => {
    const history = new MetricHistory(1000)
    history.add(job, report(10_000, 1000), () => undefined)
    const without = report(20_000, 10, { cpu: 5 })
    history.add(
      job,
      { ...without, operators: without.operators.map((o) => ({ ...o, watermark: null })) },
      () => undefined,
    )
    const [sample] = history.after(0)
    assert.equal(sample.vertices[0].rowsIn, null, 'counters that fell began anew')
    assert.equal(sample.cpu, null)
    assert.equal(sample.sources[0].watermarkMs, null)
    history.begin()
    history.add(job, report(30_000, 20), () => undefined)
    assert.equal(history.after(0).length, 1, 'another process begins without rates')
  })
})
