/**
 * The answers of the REST API: types only, so that the dashboard and other programs can import them without code.
 *
 * Law: everything outside `/rivulet/v1/` has the names and the form of Flink 2.3's REST API (its inconsistent use of `-`, `_`
 * and camel case included); what only Rivulet has lives under `/rivulet/v1/` and uses camel case. Times are epoch ms, −1 or 0
 * where Flink says "not yet"; durations are ms.
 */
export type JobState =
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING'

export type TaskState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RECONCILING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED'

/**
 * Every error of the API, with the HTTP status beside it. `rivulet` is ours, the error with code, hint and span: in the body
 * under `/rivulet/v1/`, elsewhere in the header `rivulet-error` (URI-encoded JSON), because Flink's clients take an error with
 * another field for an answer.
 */
export interface ErrorBody {
  readonly errors: readonly string[]
  readonly rivulet?: ApiError
}

export interface ApiError {
  readonly code: string
  readonly domain: string
  readonly message: string
  readonly hint?: string
  readonly span?: { readonly start: number; readonly end: number }
  readonly source?: { readonly name: string; readonly text: string }
}

/** GET /overview */
export interface ClusterOverview {
  readonly taskmanagers: number
  readonly 'slots-total': number
  readonly 'slots-available': number
  readonly 'jobs-running': number
  readonly 'jobs-finished': number
  readonly 'jobs-cancelled': number
  readonly 'jobs-failed': number
  readonly 'flink-version': string
  readonly 'flink-commit': string
  readonly 'rivulet-version': string
}

/** GET /config */
export interface DashboardConfig {
  readonly 'refresh-interval': number
  readonly 'timezone-name': string
  readonly 'timezone-offset': number
  readonly 'flink-version': string
  readonly 'flink-revision': string
  readonly features: {
    readonly 'web-submit': boolean
    readonly 'web-cancel': boolean
    readonly 'web-rescale': boolean
    readonly 'web-history': boolean
  }
}

/** GET /jobs */
export interface JobIds {
  readonly jobs: readonly { readonly id: string; readonly status: JobState }[]
}

export type LowerTaskCounts = Readonly<Record<Lowercase<TaskState>, number> & { total: number }>
export type TaskCounts = Readonly<Record<TaskState, number>>

/** GET /jobs/overview */
export interface JobsOverview {
  readonly jobs: readonly JobSummary[]
}

export interface JobSummary {
  readonly jid: string
  readonly name: string
  readonly jobType: 'STREAMING'
  readonly schedulerType: 'Default'
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly state: JobState
  readonly 'last-modification': number
  readonly tasks: LowerTaskCounts
  readonly 'pending-operators': number
}

export interface IoMetrics {
  readonly 'read-bytes': number
  readonly 'read-bytes-complete': boolean
  readonly 'write-bytes': number
  readonly 'write-bytes-complete': boolean
  readonly 'read-records': number
  readonly 'read-records-complete': boolean
  readonly 'write-records': number
  readonly 'write-records-complete': boolean
  readonly 'accumulated-backpressured-time': number
  readonly 'accumulated-idle-time': number
  readonly 'accumulated-busy-time': number
}

/** GET /jobs/:id */
export interface JobDetails {
  readonly jid: string
  readonly 'application-id': string
  readonly name: string
  readonly isStoppable: boolean
  readonly state: JobState
  readonly 'job-type': 'STREAMING'
  readonly schedulerType: 'Default'
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly maxParallelism: number
  readonly now: number
  readonly timestamps: Readonly<Record<JobState, number>>
  readonly vertices: readonly VertexSummary[]
  readonly 'status-counts': TaskCounts
  readonly plan: JobPlan
  readonly 'pending-operators': number
}

export interface VertexSummary {
  /** 32 hex digits. */
  readonly id: string
  readonly slotSharingGroupId: string
  /** Its operators' names, joined by ` -> `. */
  readonly name: string
  readonly maxParallelism: number
  readonly parallelism: number
  readonly status: TaskState
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly tasks: TaskCounts
  readonly metrics: IoMetrics
}

export interface JobPlan {
  readonly jid: string
  readonly name: string
  readonly type: 'STREAMING'
  readonly nodes: readonly JobPlanNode[]
}

export interface JobPlanNode {
  /** The vertex's id. */
  readonly id: string
  readonly operator: string
  readonly parallelism: number
  readonly operator_strategy: string
  readonly description: string
  readonly optimizer_properties: Readonly<Record<string, never>>
  readonly inputs?: readonly {
    readonly id: string
    readonly num: number
    readonly exchange: 'pipelined_bounded'
    readonly ship_strategy: 'FORWARD' | 'HASH' | 'GLOBAL' | 'BROADCAST' | 'REBALANCE'
  }[]
}

/** GET /jobs/:id/plan */
export interface JobPlanAnswer {
  readonly plan: JobPlan
}

/** GET /jobs/:id/config; secrets are masked. */
export interface JobConfig {
  readonly jid: string
  readonly name: string
  readonly 'execution-config': {
    readonly 'restart-strategy': string
    readonly 'job-parallelism': number
    readonly 'object-reuse-mode': boolean
    readonly 'user-config': Readonly<Record<string, string>>
  }
}

/** GET /jobs/:id/status */
export interface JobStatusAnswer {
  readonly status: JobState
}

/** GET /jobs/:id/exceptions */
export interface JobExceptions {
  readonly exceptionHistory: { readonly entries: readonly ExceptionEntry[]; readonly truncated: boolean }
}

export interface ExceptionEntry {
  readonly exceptionName: string
  readonly stacktrace: string
  readonly timestamp: number
  readonly taskName: string | null
  readonly endpoint: string | null
  readonly taskManagerId: string | null
  readonly failureLabels: Readonly<Record<string, string>>
  readonly concurrentExceptions: readonly ExceptionEntry[]
  /** Ours: code, hint, the span in the SQL. */
  readonly rivulet?: ApiError
}

/** GET …/metrics without `get`: ids only; with `get=a,b`: values, as text. */
export interface Metric {
  readonly id: string
  readonly value?: string
}

/** GET /jobs/metrics, …/subtasks/metrics, /taskmanagers/metrics */
export interface AggregatedMetric {
  readonly id: string
  readonly min?: number
  readonly max?: number
  readonly avg?: number
  readonly sum?: number
}

/** GET /jobs/:id/vertices/:vertex */
export interface VertexDetails {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly now: number
  readonly subtasks: readonly SubtaskDetails[]
}

/** GET /jobs/:id/vertices/:vertex/subtasks/:subtask */
export interface SubtaskDetails {
  readonly subtask: number
  readonly status: TaskState
  readonly attempt: number
  readonly endpoint: string
  readonly 'start-time': number
  readonly 'end-time': number
  readonly duration: number
  readonly metrics: IoMetrics
  readonly 'taskmanager-id': string
  readonly 'status-duration': Readonly<Partial<Record<TaskState, number>>>
  readonly start_time: number
}

export type BackPressureLevel = 'ok' | 'low' | 'high'

/** GET /jobs/:id/vertices/:vertex/backpressure */
export interface VertexBackPressure {
  readonly status: 'ok' | 'deprecated'
  readonly backpressureLevel: BackPressureLevel
  readonly 'backpressure-level': BackPressureLevel
  readonly 'end-timestamp': number
  readonly subtasks: readonly {
    readonly subtask: number
    readonly backpressureLevel: BackPressureLevel
    readonly 'backpressure-level': BackPressureLevel
    readonly ratio: number
    readonly idleRatio: number
    readonly busyRatio: number
  }[]
}

/** GET /jobs/:id/vertices/:vertex/watermarks: `{id: '0.currentInputWatermark', value}`; empty for sources. */
export type VertexWatermarks = readonly Metric[]

export interface CheckpointStatistic {
  readonly className: 'completed' | 'in_progress' | 'failed'
  readonly id: number
  readonly status: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED'
  readonly is_savepoint: boolean
  readonly savepointFormat: string | null
  readonly trigger_timestamp: number
  readonly latest_ack_timestamp: number
  readonly checkpointed_size: number
  readonly state_size: number
  readonly end_to_end_duration: number
  readonly alignment_buffered: number
  readonly processed_data: number
  readonly persisted_data: number
  readonly num_subtasks: number
  readonly num_acknowledged_subtasks: number
  readonly checkpoint_type: 'CHECKPOINT' | 'SAVEPOINT' | 'SYNC_SAVEPOINT'
  readonly tasks: Readonly<Record<string, unknown>>
  readonly external_path?: string
  readonly discarded?: boolean
  readonly failure_timestamp?: number
  readonly failure_message?: string
}

export interface Quantiles {
  readonly min: number
  readonly max: number
  readonly avg: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
}

/** GET /jobs/:id/checkpoints */
export interface Checkpoints {
  readonly counts: {
    readonly restored: number
    readonly total: number
    readonly in_progress: number
    readonly completed: number
    readonly failed: number
  }
  readonly summary: {
    readonly checkpointed_size: Quantiles
    readonly state_size: Quantiles
    readonly end_to_end_duration: Quantiles
    readonly alignment_buffered: Quantiles
    readonly processed_data: Quantiles
    readonly persisted_data: Quantiles
  }
  readonly latest: {
    readonly completed: CheckpointStatistic | null
    readonly savepoint: CheckpointStatistic | null
    readonly failed: CheckpointStatistic | null
    readonly restored: {
      readonly id: number
      readonly restore_timestamp: number
      readonly is_savepoint: boolean
      readonly external_path: string
    } | null
  }
  readonly history: readonly CheckpointStatistic[]
}

/** GET /jobs/:id/checkpoints/config */
export interface CheckpointConfig {
  readonly mode: 'exactly_once' | 'at_least_once'
  readonly interval: number
  readonly timeout: number
  readonly min_pause: number
  readonly max_concurrent: number
  readonly externalization: { readonly enabled: boolean; readonly delete_on_cancellation: boolean }
  readonly state_backend: string
  readonly checkpoint_storage: string
  readonly unaligned_checkpoints: boolean
  readonly tolerable_failed_checkpoints: number
  readonly aligned_checkpoint_timeout: number
  readonly checkpoints_after_tasks_finish: boolean
}

/** POST …/savepoints, …/stop */
export interface Triggered {
  readonly 'request-id': string
}

/** GET /jobs/:id/savepoints/:trigger */
export interface SavepointStatus {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' }
  readonly operation: { readonly location: string } | { readonly 'failure-cause': FailureCause } | null
}

export interface FailureCause {
  readonly class: string
  readonly 'stack-trace': string
  readonly 'serialized-throwable'?: string
}

/** GET /jobs/:id/execution-result */
export interface ExecutionResult {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' }
  readonly 'job-execution-result'?: {
    readonly id: string
    readonly name: string
    readonly 'application-status': 'SUCCEEDED' | 'FAILED' | 'CANCELED'
    readonly 'accumulator-results': Readonly<Record<string, never>>
    readonly 'net-runtime': number
    readonly 'failure-cause'?: FailureCause
  }
}

/** GET /taskmanagers and /taskmanagers/:id: one, whose slots are the server's. */
export interface TaskManagers {
  readonly taskmanagers: readonly TaskManager[]
}

export interface TaskManager {
  readonly id: string
  readonly path: string
  readonly dataPort: number
  readonly timeSinceLastHeartbeat: number
  readonly slotsNumber: number
  readonly freeSlots: number
  readonly hardware: {
    readonly cpuCores: number
    readonly physicalMemory: number
    readonly freeMemory: number
    readonly managedMemory: number
  }
  readonly allocatedSlots?: readonly { readonly jobId: string; readonly assignedTasks: number }[]
}

/** GET /jobmanager/config; secrets are masked. */
export type JobManagerConfig = readonly { readonly key: string; readonly value: string }[]

/** POST /rivulet/v1/jobs (carries code: needs the token). */
export interface SubmitRequest {
  readonly kind: 'sql' | 'module'
  /** The SQL script, or the ES module as `rivulet submit` bundles it. */
  readonly text: string
  /** The file's name, for errors. */
  readonly file: string
  /** Where relative modules of CREATE FUNCTION are looked up on the server's machine. */
  readonly folder?: string
  readonly name?: string
  readonly args?: readonly string[]
  readonly configuration?: Readonly<Record<string, string>>
  readonly parallelism?: number
  readonly savepoint?: string
}

export interface SubmitAnswer {
  readonly jobid: string
}

/** GET /rivulet/v1/jobs/:id/plan */
export interface CompiledPlanAnswer {
  readonly jobid: string
  readonly nodes: readonly CompiledPlanNode[]
}

export interface CompiledPlanNode {
  readonly id: number
  readonly kind: string
  readonly description: string
  /** The vertex (`/jobs/:id`) in whose chain it runs. */
  readonly vertex: string
  readonly parallelism: number
  readonly inputs: readonly { readonly node: number; readonly distribution: string }[]
  /** `I`, `UB`, `UA`, `D`: which kinds of rows it emits; absent where the plan does not say. */
  readonly changelogMode?: readonly string[]
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Columns of the key by which it keeps state; absent where it keeps none per key. */
  readonly stateKey?: readonly LiveColumn[]
}

/** GET /rivulet/v1/jobs/:id/operators: counters per operator and subtask, as of `at`. */
export interface OperatorsAnswer {
  readonly at: number
  readonly operators: readonly OperatorMetric[]
}

export interface OperatorMetric {
  readonly node: number
  readonly kind: string
  readonly description: string
  readonly subtask: number
  readonly rowsIn: number
  readonly rowsOut: number
  /** Rows per second over the last report interval. */
  readonly rowsInPerSecond: number
  readonly rowsOutPerSecond: number
  /** Epoch ms; null before the first, `'max'` at the end of the input. */
  readonly watermark: number | 'max' | null
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  readonly waitingFor?: string
}

/**
 * GET /rivulet/v1/jobs/:id/history?from=MS: samples of the last 15 minutes that are later than `from`, the oldest first. `vertices`
 * and `sources` of a sample are in the order of those of the answer; null is what was not measured.
 */
export interface MetricHistoryAnswer {
  readonly stepMs: number
  readonly vertices: readonly { readonly id: string; readonly name: string }[]
  readonly sources: readonly { readonly node: number; readonly name: string }[]
  readonly samples: readonly MetricSample[]
}

export interface MetricSample {
  readonly at: number
  readonly vertices: readonly {
    /** Per second. */
    readonly rowsIn: number | null
    readonly rowsOut: number | null
    /** Of the busiest subtask and of the most back-pressured one, 0 to 1. */
    readonly busy: number | null
    readonly backPressured: number | null
  }[]
  readonly sources: readonly {
    /** That are still to be read, of the partition with most. */
    readonly records: number | null
    /** How far the watermark is behind the clock. */
    readonly watermarkMs: number | null
  }[]
  /** Bytes of the job's process. */
  readonly heapUsed: number
  readonly rss: number
  /** Cores in use: 1 is one core the whole time. */
  readonly cpu: number | null
  /** The newest that is complete; times in ms, sizes in bytes. */
  readonly checkpoint: {
    readonly id: number
    readonly duration: number | null
    readonly size: number | null
    readonly fullSize: number | null
  } | null
}

/**
 * One SSE event of GET /rivulet/v1/jobs/:id/operators/:node/rows. The first comes at once, without rows; the stream ends with the
 * job. Of a sink these are the rows that it gets.
 */
export interface TappedRows {
  readonly columns: readonly LiveColumn[]
  /** `kind` is +I, -U, +U or -D; fields are texts as results print them, so that no digit is lost. */
  readonly rows: readonly {
    readonly kind: string
    readonly subtask: number
    readonly fields: readonly (string | null)[]
  }[]
  /** Rows that went by unseen since the last event, because only some are sent. */
  readonly skipped: number
}

export interface LiveColumn {
  readonly name: string
  readonly type: string
}

/** GET /rivulet/v1/jobs/:id/operators/:node/state?key=…: a JSON array of the key's columns, or SQL literals. */
export interface KeyedState {
  readonly node: number
  /** The subtask that keeps the key. */
  readonly subtask: number
  readonly keyColumns: readonly LiveColumn[]
  readonly key: readonly (string | null)[]
  /** Those that hold something of the key. */
  readonly states: readonly {
    readonly name: string
    readonly kind: 'table' | 'list'
    readonly columns: readonly LiveColumn[]
    readonly rows: readonly (readonly (string | null)[])[]
    /** There are more rows than are shown. */
    readonly more: boolean
  }[]
  /** `at`: epoch ms, `'max'` at the end of the input. */
  readonly timers: readonly {
    readonly state: string
    readonly domain: 'event' | 'processing'
    readonly at: number | 'max'
  }[]
}

/** GET /rivulet/v1/jobs/:id/bad-records */
export interface BadRecords {
  /** Passed over so far, exact over restarts. */
  readonly total: number
  /** The newest, newest first; at most 100. */
  readonly records: readonly {
    readonly table: string
    readonly topic: string
    readonly partition: number
    readonly offset: number
    /** Epoch ms; −1 where the producer gave none. */
    readonly timestamp: number
    readonly code: string
    readonly reason: string
    /** The first 1,000 bytes. */
    readonly text: string
    readonly hex: string
    /** Bytes of the whole value. */
    readonly size: number
  }[]
}

/** GET /rivulet/v1/jobs/:id/logs?from=BYTE */
export interface LogPage {
  readonly text: string
  /** Where the next page begins. */
  readonly next: number
}

/** GET /rivulet/v1/jobs/:id/doctor */
export interface DoctorAnswer {
  readonly findings: readonly DoctorFinding[]
  /** The statement that spans point into. */
  readonly source?: { readonly name: string; readonly text: string }
}

export interface DoctorFinding {
  readonly code: string
  readonly severity: 'info' | 'warning' | 'error'
  readonly title: string
  readonly detail: string
  readonly evidence: Readonly<Record<string, number | string>>
  /** Operator or table. */
  readonly place?: string
  readonly span?: { readonly start: number; readonly end: number }
  readonly fix: string
}

/** POST /rivulet/v1/sql/check {sql, session?} */
export interface SqlCheckAnswer {
  readonly errors: readonly ApiError[]
}

/** POST /rivulet/v1/sql/complete {sql, position, session?}: `session` of the SQL Gateway, whose tables may be used. */
export interface SqlCompleteAnswer {
  readonly candidates: readonly { readonly text: string; readonly kind: 'keyword' | 'name' | 'option' }[]
}
