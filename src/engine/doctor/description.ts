/**
 * What the doctor is told about a job: plain JSON, so that it can come from another process.
 *
 * Laws
 * - No −Infinity and no +Infinity: a watermark that is not there is absent, the last one is `ended`.
 * - Of a table's options only those of `SHOWN_OPTIONS` are in it, so no secret is.
 */
import type { SourceText, Span } from '../../base/span.ts'
import type { JobStatus } from '../../runtime/job.ts'

export const SHOWN_OPTIONS = [
  'connector',
  'topic',
  'topic-pattern',
  'scan.startup.mode',
  'scan.bounded.mode',
  'sink.delivery-guarantee',
] as const

export interface JobDescription {
  /** Epoch ms, as all times. */
  readonly now: number
  readonly name: string
  readonly status: JobStatus
  readonly started: number
  readonly restarts: number
  /** Newest first. */
  readonly exceptions: readonly ExceptionDescription[]
  /** The statement; spans point into it. */
  readonly source?: SourceText
  /** `table.local-time-zone`, and how far its clocks are ahead of UTC now. */
  readonly timeZone: { readonly name: string; readonly offsetMs: number }
  readonly checkpoints: CheckpointsDescription
  /** In the order of the plan: inputs before consumers. */
  readonly operators: readonly OperatorDescription[]
}

export interface ExceptionDescription {
  readonly at: number
  readonly code?: string
  readonly message: string
  readonly hint?: string
  readonly span?: Span
  /** Milliseconds until the restart that followed; absent = it ended the job. */
  readonly restartAfter?: number
}

export interface CheckpointsDescription {
  /** 0 = none are taken periodically. */
  readonly intervalMs: number
  /** The state is from before this attempt: counts do not say what is in it. */
  readonly restored: boolean
  readonly completed: number
  readonly failed: number
  readonly latestCompleted?: { readonly id: number; readonly at: number }
  readonly latestFailed?: { readonly id: number; readonly at: number; readonly failure: string }
}

export interface OperatorDescription {
  readonly node: number
  readonly kind: string
  readonly description: string
  /** Nodes in front. */
  readonly inputs: readonly number[]
  readonly table?: { readonly name: string; readonly options: Readonly<Record<string, string>> }
  /** Rows may be dropped by a condition; its place. */
  readonly condition?: { readonly span?: Span }
  readonly watermark?: {
    readonly column: string
    /** A TIMESTAMP_LTZ: an instant. Otherwise it is what a clock on the wall shows. */
    readonly instant: boolean
    /** How far a row's watermark is behind its time, where the declaration says it with a constant. */
    readonly delayMs?: number
    readonly idleTimeoutMs?: number
  }
  /** Of a join: names of the columns that are compared. */
  readonly keys?: { readonly left: readonly string[]; readonly right: readonly string[] }
  readonly subtasks: readonly SubtaskDescription[]
}

export interface SubtaskDescription {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly watermark?: number
  /** The last watermark has passed: nothing comes any more. */
  readonly ended: boolean
  readonly fullMs: number
  readonly counters: Readonly<Record<string, number>>
  readonly gauges: Readonly<Record<string, number>>
  readonly splits?: readonly SplitDescription[]
  readonly waitingFor?: string
}

export interface SplitDescription {
  readonly split: string
  readonly rows: number
  readonly lastRow?: number
  readonly watermark?: number
  readonly idle: boolean
  readonly start?: number
  readonly next?: number
  readonly end?: number
}
