/**
 * What coordinator and worker say to each other over the IPC channel of the child process: JSON.
 *
 * Law: a worker never acts on its own account: when the channel closes, the coordinator is gone and the worker ends.
 */
import type { RivuletErrorJson } from '../base/errors.ts'
import type { JobDescription } from '../engine/doctor/index.ts'
import type { CheckpointStatisticsView } from '../engine/job-client.ts'
import type { LiveColumn, TappedRows } from './api-types.ts'

/** What the worker is to run. */
export interface WorkerStart {
  readonly type: 'start'
  readonly kind: 'sql' | 'module'
  readonly path: string
  readonly file: string
  readonly folder: string
  readonly args: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  /** Runs of the job so far; it goes on from the newest checkpoint that one of them left. */
  readonly recoverAmong?: readonly string[]
  readonly reportMs: number
}

export type ToWorker =
  | WorkerStart
  | { readonly type: 'cancel' }
  | {
      readonly type: 'savepoint'
      readonly request: string
      readonly folder: string
      readonly stop: boolean
      /** Stop behind the end of time: every window fires. */
      readonly drain: boolean
    }
  /** Rows of an operator from now on, until `untap`. */
  | { readonly type: 'tap'; readonly request: string; readonly node: number }
  | { readonly type: 'untap'; readonly request: string }
  | { readonly type: 'ask'; readonly request: string; readonly what: Question }

/** What only the process of the job knows. */
export type Question =
  | { readonly of: 'state'; readonly node: number; readonly key: string }
  | { readonly of: 'bad-records' }

export interface GraphNode {
  readonly id: number
  readonly kind: string
  readonly description: string
  readonly inputs: readonly { readonly node: number; readonly distribution: string }[]
  readonly changelogMode: readonly string[]
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly hasState: boolean
  /** Absent in records of earlier versions too. */
  readonly stateKey?: readonly LiveColumn[]
}

export interface GraphVertex {
  readonly nodes: readonly number[]
  readonly parallelism: number
  readonly inputs: readonly { readonly from: number; readonly distribution: string }[]
}

export interface DeployedJob {
  /** Of this run: its checkpoints stand in a folder of this name. */
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly options: Readonly<Record<string, string>>
  readonly nodes: readonly GraphNode[]
  readonly vertices: readonly GraphVertex[]
}

export interface OperatorReport {
  readonly node: number
  readonly kind: string
  readonly description: string
  readonly subtask: number
  readonly rowsIn: number
  readonly rowsOut: number
  /** null: −Infinity; `'max'`: the end of the input. */
  readonly watermark: number | 'max' | null
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  readonly waitingFor?: string
}

export interface SubtaskReport {
  readonly vertex: number
  readonly subtask: number
  readonly busy: number
  readonly blocked: number
  readonly finished: boolean
}

export interface JobReport {
  readonly at: number
  readonly operators: readonly OperatorReport[]
  readonly subtasks: readonly SubtaskReport[]
  /** How many look at rows. */
  readonly lookers: number
  readonly heapUsed: number
  readonly rss: number
  /** Microseconds of CPU since the process started. */
  readonly cpu: number
  /** What the doctor judges. */
  readonly description: JobDescription
}

export type FromWorker =
  | { readonly type: 'deployed'; readonly job: DeployedJob }
  | { readonly type: 'running' }
  | {
      readonly type: 'report'
      readonly report: JobReport
      /** Absent when nothing has changed. */
      readonly checkpoints?: CheckpointStatisticsView
    }
  | {
      readonly type: 'savepoint'
      readonly request: string
      readonly location?: string
      readonly error?: RivuletErrorJson
    }
  | { readonly type: 'rows'; readonly request: string; readonly rows: TappedRows }
  | { readonly type: 'tap-ended'; readonly request: string; readonly error?: RivuletErrorJson }
  | {
      readonly type: 'answer'
      readonly request: string
      readonly value?: unknown
      readonly error?: RivuletErrorJson
    }
  | { readonly type: 'ended'; readonly state: 'FINISHED' | 'CANCELED' | 'FAILED'; readonly error?: RivuletErrorJson }
