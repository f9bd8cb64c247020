/**
 * The last quarter of an hour of a job in numbers, for charts that show the past at once.
 *
 * Laws
 * - Taken from the reports that the worker sends anyway, at most one sample per step (5 s); nothing is asked for it, and a
 *   sample costs the number of subtasks, not of rows.
 * - At most `KEPT` samples. What was not measured is null: the first rate of a process, a watermark that is not there.
 */
import type { CheckpointRecord } from '../engine/job-client.ts'
import type { MetricSample } from './api-types.ts'
import type { DeployedJob, JobReport } from './messages.ts'

/** Reports come every second. */
const REPORTS_PER_STEP = 5
/** Of five seconds: 15 minutes. */
const KEPT = 180

/** Counters of a vertex over its subtasks; times are those of its busiest and of its most blocked subtask. */
interface Totals {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly busy: readonly number[]
  readonly blocked: readonly number[]
}

interface Last {
  readonly at: number
  readonly cpu: number
  readonly vertices: readonly Totals[]
}

export class MetricHistory {
  readonly #samples: MetricSample[] = []
  readonly stepMs: number
  #last: Last | undefined

  constructor(reportMs: number) {
    this.stepMs = REPORTS_PER_STEP * reportMs
  }

  /** Counters begin anew. */
  begin(): void {
    this.#last = undefined
  }

  /** @param newest of the checkpoints that are complete */
  add(job: DeployedJob, report: JobReport, newest: () => CheckpointRecord | undefined): void {
    const last = this.#last
    if (last !== undefined && report.at - last.at < this.stepMs) return
    const now: Last = { at: report.at, cpu: report.cpu, vertices: totals(job, report) }
    this.#last = now
    // Without one before, there are no rates yet.
    if (last !== undefined) this.#samples.push(sample(job, report, last, now, newest()))
    if (this.#samples.length > KEPT) this.#samples.shift()
  }

  /** Those later than `from` (epoch ms), the oldest first. */
  after(from: number): readonly MetricSample[] {
    const first = this.#samples.findIndex(({ at }) => at > from)
    return first < 0 ? [] : this.#samples.slice(first)
  }
}

/** Nodes that read a table, in the order of `sources` in a sample. */
export function sourceNodes(job: DeployedJob): readonly number[] {
  return job.vertices.flatMap(({ inputs, nodes }) => (inputs.length === 0 ? [nodes[0]] : []))
}

function totals({ vertices }: DeployedJob, report: JobReport): Totals[] {
  const all = vertices.map(() => ({ rowsIn: 0, rowsOut: 0, busy: [] as number[], blocked: [] as number[] }))
  const first = new Map(vertices.map(({ nodes }, index) => [nodes[0], index]))
  const last = new Map(vertices.map(({ nodes }, index) => [nodes.at(-1), index]))
  const read = new Set(vertices.flatMap(({ inputs }) => inputs.map(({ from }) => from)))
  for (const { node, rowsIn, rowsOut } of report.operators) {
    const head = first.get(node)
    const tail = last.get(node)
    // What a source reads comes in, and what a sink writes goes out, though no operator sent or gets it.
    if (head !== undefined) all[head].rowsIn += vertices[head].inputs.length === 0 ? rowsOut : rowsIn
    if (tail !== undefined) all[tail].rowsOut += read.has(tail) ? rowsOut : rowsIn
  }
  for (const { vertex, subtask, busy, blocked } of report.subtasks) {
    if (all[vertex] === undefined) continue
    all[vertex].busy[subtask] = busy
    all[vertex].blocked[subtask] = blocked
  }
  return all
}

function sample(
  job: DeployedJob,
  report: JobReport,
  last: Last,
  now: Last,
  newest: CheckpointRecord | undefined,
): MetricSample {
  const ms = report.at - last.at
  // A counter that fell began anew: the job was restarted inside of its process.
  const rate = (to: number, from: number | undefined, unit: number) =>
    from === undefined || to < from ? null : round(((to - from) * unit) / ms)
  const share = (to: readonly number[], from: readonly number[] | undefined) => {
    const shares = to.map((each, i) => rate(each, from?.[i], 1)).filter((each) => each !== null)
    return shares.length === 0 ? null : Math.min(1, Math.max(...shares))
  }
  const before = last.vertices
  return {
    at: report.at,
    vertices: now.vertices.map(({ rowsIn, rowsOut, busy, blocked }, i) => ({
      rowsIn: rate(rowsIn, before[i]?.rowsIn, 1000),
      rowsOut: rate(rowsOut, before[i]?.rowsOut, 1000),
      busy: share(busy, before[i]?.busy),
      backPressured: share(blocked, before[i]?.blocked),
    })),
    sources: sourceNodes(job).map((node) => lag(report, node)),
    heapUsed: report.heapUsed,
    rss: report.rss,
    // Microseconds of CPU in milliseconds.
    cpu: rate(now.cpu, last.cpu, 0.001),
    checkpoint:
      newest === undefined
        ? null
        : {
            id: newest.id,
            duration: newest.duration ?? null,
            size: newest.size ?? null,
            fullSize: newest.fullSize ?? null,
          },
  }
}

/** Records that wait in the topic, and how far the least watermark of the subtasks is behind the clock. */
function lag(report: JobReport, node: number): MetricSample['sources'][number] {
  const subtasks = report.operators.filter((each) => each.node === node)
  const records = subtasks.flatMap(({ gauges }) => gauges['records-lag-max'] ?? [])
  const marks = subtasks.map(({ watermark }) => watermark)
  const numbers = marks.filter((mark) => typeof mark === 'number')
  return {
    records: records.length === 0 ? null : Math.max(...records),
    watermarkMs: marks.includes(null) || numbers.length === 0 ? null : report.at - Math.min(...numbers),
  }
}

/** Digits that no chart shows are not sent. */
const round = (value: number) => Number(value.toPrecision(5))
