/** A submitted job, as the program sees it. */

import type { CheckpointRecord, CheckpointStatisticsView } from '../runtime/checkpoint-statistics.ts'
import type { JobStatus, SubtaskTimes } from '../runtime/job.ts'
import type { OperatorMetricsView } from '../runtime/metrics.ts'
import type { BadRecordsView } from './bad-records.ts'
import { describeJob, type JobFacts } from './doctor/describe.ts'
import type { JobDescription } from './doctor/description.ts'
import { diagnose, type Finding } from './doctor/index.ts'
import type { JobException, JobRun } from './job-run.ts'
import type { KeyedState } from './live/keyed-state.ts'
import type { LiveRows, LiveRowsOptions } from './live/rows.ts'

export type { CheckpointRecord, CheckpointStatisticsView }

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

/** What a job was made of, for `doctor`. */
export type JobStatement = Pick<JobFacts, 'plan' | 'source' | 'timeZone'>

export class JobClient implements AsyncDisposable {
  /** 32 hex digits, as Flink's job ids. */
  readonly id: string
  readonly name: string
  readonly #job: JobRun
  readonly #completion: Promise<void>
  readonly #statement: JobStatement

  constructor(job: JobRun, completion: Promise<void>, statement: JobStatement) {
    this.#statement = statement
    this.id = job.id
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
  async savepoint(folder: string = this.#savepointFolder()): Promise<string> {
    return this.#job.savepoint(folder)
  }

  /**
   * Take a snapshot and stop behind it; resolves with the folder.
   * @param folder absent = a new one below `execution.checkpointing.savepoint-dir`
   * @param options `drain`: let the end of time pass first, so that every window fires; such a job is not to go on later
   */
  async stopWithSavepoint(
    folder: string = this.#savepointFolder(),
    options: { readonly drain?: boolean } = {},
  ): Promise<string> {
    return this.#job.stop(folder, options.drain === true)
  }

  #savepointFolder(): string {
    return this.#job.checkpointing.savepointFolder(this.id)
  }

  /** Epoch ms at which the job was submitted. */
  get started(): number {
    return this.#job.started
  }

  /** How often the job was started again after a failure. */
  get restarts(): number {
    return this.#job.restarts
  }

  /** What ended attempts of the job, newest first. */
  exceptions(): readonly JobException[] {
    return this.#job.exceptions
  }

  /** Checkpoints and savepoints of the job: counts, and the newest with size, duration and cause of failure. */
  checkpoints(): CheckpointStatisticsView {
    return this.#job.checkpointing.statistics.view()
  }

  /** Records that could not be read, of tables with `'bad-records'` = `'skip'` or `'table'`: how many, and for `table` which. */
  badRecords(): BadRecordsView {
    return this.#job.badRecords()
  }

  /** Counters and gauges per operator and subtask, as of now. */
  metrics(): readonly OperatorMetricsView[] {
    return this.#job.metrics()
  }

  /**
   * The rows that an operator emits from now on, with their changelog kind; of a sink, those that it gets. Some are left out,
   * and counted, when more pass than can be looked at; the job never waits. Ends with the job, and when the loop is left.
   */
  rows(operator: number, options?: LiveRowsOptions): AsyncGenerator<LiveRows, void, undefined> {
    return this.#job.rows(operator, options)
  }

  /** How many loops over `rows` there are. */
  get lookers(): number {
    return this.#job.lookers
  }

  /**
   * What an operator keeps of one key, and its timers.
   * @param key values of the key's columns: a JSON array (`["card", 3]`) or SQL literals (`'card', 3`)
   */
  keyedState(operator: number, key: string): Promise<KeyedState> {
    return this.#job.keyedState(operator, key)
  }

  /** Where the time of each subtask went. */
  taskTimes(): readonly SubtaskTimes[] {
    return this.#job.taskTimes()
  }

  /** The job as the doctor sees it: plain JSON, for `diagnose` here or elsewhere, now or as the earlier one of two. */
  describe(): JobDescription {
    const { name, status, started, restarts } = this
    return describeJob({
      ...this.#statement,
      now: this.#job.now(),
      name,
      status,
      started,
      restarts,
      exceptions: this.exceptions(),
      checkpointIntervalMs: this.#job.checkpointing.intervalMs,
      checkpoints: this.checkpoints(),
      metrics: this.metrics(),
    })
  }

  /**
   * Why is there no (new) output? What may explain it, with numbers, the place in the SQL and what to do.
   * @param earlier what `describe` gave before: counts are then those of the time between
   */
  doctor(earlier?: JobDescription): Finding[] {
    return diagnose(this.describe(), earlier)
  }

  /** The same as `cancel`. */
  close(): Promise<void> {
    return this.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }
}
