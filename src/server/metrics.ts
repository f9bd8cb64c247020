/**
 * Flink's metrics by Flink's names, from the reports of workers.
 *
 * Law: what is not measured has no name here; nothing is made up to fill a list.
 */
import { createHash } from 'node:crypto'
import type { Coordinator } from './coordinator.ts'
import type { GraphVertex, JobReport, OperatorReport, SubtaskReport } from './messages.ts'
import type { RunningJob } from './running-job.ts'

/** 32 hex digits, the same for the same job at every start. */
export function vertexId(job: string, index: number): string {
  return createHash('sha256').update(`${job}:${index}`).digest('hex').slice(0, 32)
}

export interface SubtaskView {
  readonly subtask: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly recordsInPerSecond: number
  readonly recordsOutPerSecond: number
  /** Of the head's input; undefined for sources. */
  readonly inputWatermark: number | 'max' | null | undefined
  readonly outputWatermark: number | 'max' | null
  readonly busy: number
  readonly blocked: number
  readonly idle: number
  readonly busyPerSecond: number
  readonly blockedPerSecond: number
  readonly finished: boolean
  readonly operators: readonly OperatorReport[]
}

export function subtaskViews(job: RunningJob, index: number): SubtaskView[] {
  const vertex = job.record.deployed?.vertices[index]
  if (vertex === undefined) return []
  return Array.from({ length: vertex.parallelism }, (_, subtask) => view(job, vertex, index, subtask))
}

function view(job: RunningJob, vertex: GraphVertex, index: number, subtask: number): SubtaskView {
  const now = at(job.report, vertex, index, subtask)
  const before = at(job.previous, vertex, index, subtask)
  const seconds = job.report !== undefined && job.previous !== undefined ? (job.report.at - job.previous.at) / 1000 : 0
  const rate = (a: number, b: number) => (seconds > 0 ? Math.max(0, (a - b) / seconds) : 0)
  const head = now.operators.find(({ node }) => node === vertex.nodes[0])
  const last = now.operators.find(({ node }) => node === vertex.nodes.at(-1))
  const up = job.report === undefined ? 0 : job.report.at - (job.record.timestamps.RUNNING ?? job.report.at)
  const busy = now.times?.busy ?? 0
  const blocked = now.times?.blocked ?? 0
  return {
    subtask,
    recordsIn: head?.rowsIn ?? 0,
    recordsOut: last?.rowsOut ?? 0,
    recordsInPerSecond: rate(head?.rowsIn ?? 0, before.operators.find((o) => o.node === vertex.nodes[0])?.rowsIn ?? 0),
    recordsOutPerSecond: rate(
      last?.rowsOut ?? 0,
      before.operators.find((o) => o.node === vertex.nodes.at(-1))?.rowsOut ?? 0,
    ),
    inputWatermark: vertex.inputs.length === 0 ? undefined : inputWatermark(job, vertex),
    outputWatermark: last?.watermark ?? null,
    busy,
    blocked,
    idle: Math.max(0, up - busy - blocked),
    busyPerSecond: Math.min(1000, rate(busy, before.times?.busy ?? 0)),
    blockedPerSecond: Math.min(1000, rate(blocked, before.times?.blocked ?? 0)),
    finished: now.times?.finished ?? false,
    operators: now.operators,
  }
}

function at(
  report: JobReport | undefined,
  vertex: GraphVertex,
  index: number,
  subtask: number,
): { readonly operators: readonly OperatorReport[]; readonly times: SubtaskReport | undefined } {
  const nodes = new Set(vertex.nodes)
  return {
    operators: report?.operators.filter((o) => o.subtask === subtask && nodes.has(o.node)) ?? [],
    times: report?.subtasks.find((each) => each.vertex === index && each.subtask === subtask),
  }
}

/** The smallest watermark that left any subtask in front: what has been sent to this vertex. */
function inputWatermark(job: RunningJob, vertex: GraphVertex): number | 'max' | null {
  const from = new Set(vertex.inputs.map((input) => input.from))
  const marks = job.report?.operators.filter(({ node }) => from.has(node)).map(({ watermark }) => watermark) ?? []
  if (marks.length === 0 || marks.includes(null)) return null
  const numbers = marks.filter((mark) => typeof mark === 'number')
  return numbers.length === 0 ? 'max' : Math.min(...numbers)
}

/** Flink's numbers for "none yet" and "no more": Long.MIN_VALUE and Long.MAX_VALUE. */
export function watermarkText(watermark: number | 'max' | null): string {
  return watermark === 'max' ? '9223372036854775807' : watermark === null ? '-9223372036854775808' : String(watermark)
}

/** Metrics of one subtask, without the number in front. */
export function subtaskMetrics(view: SubtaskView): Map<string, string> {
  const metrics = new Map<string, string>([
    ['numRecordsIn', String(view.recordsIn)],
    ['numRecordsOut', String(view.recordsOut)],
    ['numRecordsInPerSecond', String(view.recordsInPerSecond)],
    ['numRecordsOutPerSecond', String(view.recordsOutPerSecond)],
    ['busyTimeMsPerSecond', String(view.busyPerSecond)],
    ['backPressuredTimeMsPerSecond', String(view.blockedPerSecond)],
    ['idleTimeMsPerSecond', String(Math.max(0, 1000 - view.busyPerSecond - view.blockedPerSecond))],
    ['accumulateBusyTimeMs', String(view.busy)],
    ['accumulateBackPressuredTimeMs', String(view.blocked)],
    ['accumulateIdleTimeMs', String(view.idle)],
    ['currentOutputWatermark', watermarkText(view.outputWatermark)],
  ])
  if (view.inputWatermark !== undefined) metrics.set('currentInputWatermark', watermarkText(view.inputWatermark))
  for (const operator of view.operators) {
    const name = operatorName(operator)
    metrics.set(`${name}.numRecordsIn`, String(operator.rowsIn))
    metrics.set(`${name}.numRecordsOut`, String(operator.rowsOut))
    metrics.set(`${name}.currentOutputWatermark`, watermarkText(operator.watermark))
    for (const [key, value] of Object.entries({ ...operator.counters, ...operator.gauges })) {
      metrics.set(`${name}.${key}`, String(value))
    }
  }
  return metrics
}

/** `GroupAggregate[5]`, from the description; Flink names operators the same way. */
export function operatorName({ description, node }: { readonly description: string; readonly node: number }): string {
  return `${/^[\w ]+/.exec(description)?.[0] ?? 'Operator'}[${node}]`
}

export function jobMetrics(job: RunningJob): Map<string, string> {
  const { record, report } = job
  const now = Date.now()
  const running = record.timestamps.RUNNING
  const { counts, latestCompleted: last } = job.checkpoints.view()
  const metrics = new Map<string, string>([
    ['numRestarts', String(record.restarts)],
    ['fullRestarts', String(record.restarts)],
    ['uptime', String(record.state === 'RUNNING' && running !== undefined ? now - running : 0)],
    ['runningTime', String(record.state === 'RUNNING' && running !== undefined ? now - running : 0)],
    ['downtime', String(record.state === 'RESTARTING' ? now - (record.timestamps.RESTARTING ?? now) : 0)],
    ['totalNumberOfCheckpoints', String(counts.total)],
    ['numberOfCompletedCheckpoints', String(counts.completed)],
    ['numberOfInProgressCheckpoints', String(counts.inProgress)],
    ['numberOfFailedCheckpoints', String(counts.failed)],
    ['lastCompletedCheckpointId', String(last?.id ?? 0)],
    ['lastCheckpointDuration', String(last?.duration ?? -1)],
    ['lastCheckpointSize', String(last?.size ?? -1)],
    ['lastCheckpointFullSize', String(last?.fullSize ?? -1)],
    ['lastCheckpointExternalPath', last?.path ?? 'n/a'],
  ])
  if (report !== undefined) {
    metrics.set('process.heapUsed', String(report.heapUsed))
    metrics.set('process.rss', String(report.rss))
    metrics.set('process.cpuSeconds', String(report.cpu / 1e6))
  }
  return metrics
}

/** Of the coordinator's own process. */
export function jobManagerMetrics(coordinator: Coordinator): Map<string, string> {
  const { heapUsed, heapTotal } = process.memoryUsage()
  return new Map([
    ['numRunningJobs', String(coordinator.count('RUNNING'))],
    ['numRegisteredTaskManagers', '1'],
    ['taskSlotsTotal', String(coordinator.slots)],
    ['taskSlotsAvailable', String(coordinator.freeSlots)],
    ['Status.JVM.Memory.Heap.Used', String(heapUsed)],
    ['Status.JVM.Memory.Heap.Committed', String(heapTotal)],
  ])
}

/** Of all processes of jobs together. */
export function taskManagerMetrics(coordinator: Coordinator): Map<string, string> {
  const reports = coordinator.jobs().flatMap((job) => (job.hasWorker && job.report !== undefined ? [job.report] : []))
  const sum = (of: (report: JobReport) => number) => String(reports.reduce((total, report) => total + of(report), 0))
  return new Map([
    ['Status.JVM.Memory.Heap.Used', sum((report) => report.heapUsed)],
    ['Status.ProcessTree.Memory.RSS', sum((report) => report.rss)],
    ['Status.JVM.CPU.Time', sum((report) => report.cpu * 1000)],
  ])
}
