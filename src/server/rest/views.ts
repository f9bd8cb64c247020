/** Jobs in the form of Flink's REST answers. */
import type {
  IoMetrics,
  JobDetails,
  JobPlan,
  JobState,
  JobSummary,
  LowerTaskCounts,
  SubtaskDetails,
  TaskCounts,
  TaskState,
  VertexSummary,
} from '../api-types.ts'
import { operatorName, type SubtaskView, subtaskViews, vertexId } from '../metrics.ts'
import type { RunningJob } from '../running-job.ts'

export const TASK_MANAGER = 'rivulet-0'

const TASK_STATES: readonly TaskState[] = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RECONCILING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
]
const JOB_STATES: readonly JobState[] = [
  'INITIALIZING',
  'CREATED',
  'RUNNING',
  'FAILING',
  'FAILED',
  'CANCELLING',
  'CANCELED',
  'FINISHED',
  'RESTARTING',
  'SUSPENDED',
  'RECONCILING',
]

function taskState(job: JobState, finished: boolean): TaskState {
  if (finished) return 'FINISHED'
  switch (job) {
    case 'RUNNING':
      return 'RUNNING'
    case 'FINISHED':
    case 'FAILED':
    case 'CANCELED':
      return job
    case 'CANCELLING':
      return 'CANCELING'
    default:
      return 'CREATED'
  }
}

function counts(states: readonly TaskState[]): TaskCounts {
  const entries = TASK_STATES.map((state) => [state, states.filter((each) => each === state).length])
  return Object.fromEntries(entries) as TaskCounts
}

function lowerCounts(states: readonly TaskState[]): LowerTaskCounts {
  const entries = Object.entries(counts(states)).map(([state, count]) => [state.toLowerCase(), count])
  return { ...Object.fromEntries(entries), total: states.length } as LowerTaskCounts
}

export function startTime(job: RunningJob): number {
  return job.record.timestamps.INITIALIZING ?? 0
}

export function endTime(job: RunningJob): number {
  return job.terminal ? (job.record.timestamps[job.record.state] ?? -1) : -1
}

function duration(job: RunningJob): number {
  const end = endTime(job)
  return (end === -1 ? Date.now() : end) - startTime(job)
}

function statesOf(job: RunningJob): TaskState[] {
  const vertices = job.record.deployed?.vertices ?? []
  return vertices.flatMap((_, i) => subtaskViews(job, i).map(({ finished }) => taskState(job.record.state, finished)))
}

export function jobSummary(job: RunningJob): JobSummary {
  const { id, name, state, timestamps } = job.record
  return {
    jid: id,
    name,
    jobType: 'STREAMING',
    schedulerType: 'Default',
    'start-time': startTime(job),
    'end-time': endTime(job),
    duration: duration(job),
    state,
    'last-modification': Math.max(...Object.values(timestamps)),
    tasks: lowerCounts(statesOf(job)),
    'pending-operators': 0,
  }
}

export function ioMetrics(views: readonly SubtaskView[]): IoMetrics {
  const sum = (of: (view: SubtaskView) => number) => views.reduce((total, view) => total + of(view), 0)
  return {
    // Rows stay columns in one process: there are no bytes between operators to count.
    'read-bytes': 0,
    'read-bytes-complete': false,
    'write-bytes': 0,
    'write-bytes-complete': false,
    'read-records': sum((view) => view.recordsIn),
    'read-records-complete': true,
    'write-records': sum((view) => view.recordsOut),
    'write-records-complete': true,
    'accumulated-backpressured-time': Math.round(sum((view) => view.blocked)),
    'accumulated-idle-time': Math.round(sum((view) => view.idle)),
    'accumulated-busy-time': Math.round(sum((view) => view.busy)),
  }
}

export function vertexName(job: RunningJob, index: number): string {
  const { deployed } = job.record
  const nodes = deployed?.vertices[index].nodes ?? []
  return nodes
    .map((id) => {
      const node = deployed?.nodes.find((each) => each.id === id)
      return operatorName({ node: id, description: node?.description ?? '' })
    })
    .join(' -> ')
}

export function vertexSummary(job: RunningJob, index: number): VertexSummary {
  const views = subtaskViews(job, index)
  const states = views.map(({ finished }) => taskState(job.record.state, finished))
  return {
    id: vertexId(job.id, index),
    slotSharingGroupId: vertexId(job.id, -1),
    name: vertexName(job, index),
    maxParallelism: job.record.deployed?.maxParallelism ?? -1,
    parallelism: views.length,
    status: states.every((state) => state === 'FINISHED') ? 'FINISHED' : taskState(job.record.state, false),
    'start-time': job.record.timestamps.RUNNING ?? -1,
    'end-time': endTime(job),
    duration: duration(job),
    tasks: counts(states),
    metrics: ioMetrics(views),
  }
}

export function subtaskDetails(job: RunningJob, view: SubtaskView): SubtaskDetails {
  const status = taskState(job.record.state, view.finished)
  const start = job.record.timestamps.RUNNING ?? -1
  return {
    subtask: view.subtask,
    status,
    attempt: job.record.restarts,
    endpoint: 'localhost',
    'start-time': start,
    'end-time': endTime(job),
    duration: duration(job),
    metrics: ioMetrics([view]),
    'taskmanager-id': TASK_MANAGER,
    'status-duration': { [status]: Date.now() - (job.record.timestamps[job.record.state] ?? Date.now()) },
    start_time: start,
  }
}

const SHIP = { forward: 'FORWARD', hash: 'HASH', single: 'GLOBAL' } as const

export function jobPlan(job: RunningJob): JobPlan {
  const { deployed, id, name } = job.record
  const vertices = deployed?.vertices ?? []
  const nodes = vertices.map((vertex, index) => {
    const inputs = vertex.inputs.map(({ from, distribution }, num) => ({
      id: vertexId(
        id,
        vertices.findIndex((each) => each.nodes.includes(from)),
      ),
      num,
      exchange: 'pipelined_bounded' as const,
      ship_strategy: SHIP[distribution as keyof typeof SHIP] ?? 'FORWARD',
    }))
    const lines = vertex.nodes.map((node) => {
      const found = deployed?.nodes.find((each) => each.id === node)
      return `[${node}]:${found?.description ?? ''}`
    })
    return {
      id: vertexId(id, index),
      operator: '',
      parallelism: vertex.parallelism,
      operator_strategy: '',
      description: lines.join('<br/>'),
      optimizer_properties: {},
      ...(inputs.length > 0 ? { inputs } : {}),
    }
  })
  // Flink lists the most downstream vertex first.
  return { jid: id, name, type: 'STREAMING', nodes: nodes.reverse() }
}

export function jobDetails(job: RunningJob): JobDetails {
  const { id, name, state, timestamps, deployed } = job.record
  const vertices = (deployed?.vertices ?? []).map((_, i) => vertexSummary(job, i))
  const times = JOB_STATES.map((each) => [each, timestamps[each] ?? 0])
  return {
    jid: id,
    'application-id': id,
    name,
    isStoppable: false,
    state,
    'job-type': 'STREAMING',
    schedulerType: 'Default',
    'start-time': startTime(job),
    'end-time': endTime(job),
    duration: duration(job),
    maxParallelism: deployed?.maxParallelism ?? -1,
    now: Date.now(),
    timestamps: Object.fromEntries(times),
    vertices,
    'status-counts': counts(vertices.map(({ status }) => status)),
    plan: jobPlan(job),
    'pending-operators': 0,
  }
}
