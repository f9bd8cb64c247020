/** A submitted job, as the program sees it. */

import type { Job, JobStatus, SubtaskTimes } from '../runtime/job.ts'
import type { OperatorMetricsView } from '../runtime/metrics.ts'

/** Jobs of this process that have not ended; what the command line cancels on a signal. */
export const runningJobs = new Set<JobClient>()

/** How many jobs this process has submitted. */
export const submitted = { count: 0 }

/** Errors that ended a job or kept it from starting; the command line tells them from mistakes in the statement. */
const jobErrors = new WeakSet<object>()

export function markJobError(error: unknown): void {
  if (typeof error === 'object' && error !== null) jobErrors.add(error)
}

export function isJobError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && jobErrors.has(error)
}

export class JobClient implements AsyncDisposable {
  /** 32 hex digits, as Flink's job ids. */
  readonly id: string
  readonly name: string
  readonly #job: Job
  readonly #completion: Promise<void>

  constructor(id: string, job: Job, completion: Promise<void>) {
    this.id = id
    this.name = job.name
    this.#job = job
    this.#completion = completion
    // Whoever waits gets the error; without anybody waiting it stays visible in `status`.
    completion.catch(markJobError)
    submitted.count++
    runningJobs.add(this)
    completion.finally(() => runningJobs.delete(this)).catch(() => {})
  }

  get status(): JobStatus {
    return this.#job.status
  }

  /** Resolves when the job has finished or was canceled; rejects with its error. */
  wait(): Promise<void> {
    return this.#completion
  }

  /** Stop at once; resolves when sources and sinks are closed. */
  cancel(): Promise<void> {
    return this.#job.cancel()
  }

  /** Take a snapshot into a folder while the job goes on; resolves with the folder. */
  async savepoint(folder: string): Promise<string> {
    await this.#job.snapshot(folder)
    return folder
  }

  /** Take a snapshot and stop behind it; resolves with the folder. */
  async stopWithSavepoint(folder: string): Promise<string> {
    await this.#job.stop(folder)
    return folder
  }

  /** Counters and gauges per operator and subtask, as of now. */
  metrics(): readonly OperatorMetricsView[] {
    return this.#job.metrics()
  }

  /** Where the time of each subtask went. */
  taskTimes(): readonly SubtaskTimes[] {
    return this.#job.taskTimes()
  }

  /** The same as `cancel`. */
  close(): Promise<void> {
    return this.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }
}
