/**
 * A submitted job over all its attempts: started, started again after a failure, ended.
 *
 * Laws
 * - A restart begins from the newest completed checkpoint of this run, otherwise from where the run began.
 * - Whether there is one is for the restart strategy and the domain of the error to say (`restart-strategy.ts`); every
 *   failure stays in `exceptions`.
 * - A job whose rows go to the program is not restarted: the program would see rows twice.
 */
import { failure } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { BadRecord } from '../connectors/contract.ts'
import type { JobGraph } from '../runtime/graph.ts'
import type { Job, JobStatus, SubtaskTimes } from '../runtime/job.ts'
import type { OperatorMetricsView } from '../runtime/metrics.ts'
import type { JobSnapshot } from '../runtime/snapshot-store.ts'
import { BadRecordRing, type BadRecordsView } from './bad-records.ts'
import type { Checkpointing } from './checkpointing.ts'
import { failsAlike, isRetryable, placeOf, type RestartStrategy } from './restart-strategy.ts'
import type { JobTraces } from './traces.ts'

export interface JobException {
  /** Epoch ms. */
  readonly at: number
  readonly error: unknown
  /** Milliseconds until the restart that followed; absent = it ended the job. */
  readonly restartAfter?: number
}

export interface JobRunParts {
  readonly id: string
  readonly host: Host
  readonly restart: RestartStrategy
  readonly checkpointing: Checkpointing
  readonly traces?: JobTraces
  /** Where the run begins; absent = anew. */
  readonly restore?: JobSnapshot
  readonly create: (start: {
    restore?: JobSnapshot
    lastCheckpoint: number
    badRecord: (record: BadRecord) => void
  }) => Job
}

const HISTORY = 16

export class JobRun {
  readonly #parts: JobRunParts
  #job: Job
  #restarting = false
  /** Ended while no attempt ran. */
  #ended: 'CANCELED' | 'FAILED' | undefined
  readonly #cancel = new AbortController()
  #completion: Promise<void> | undefined
  #exceptions: JobException[] = []
  #completedBefore = 0
  readonly #badRecords = new BadRecordRing()
  restarts = 0
  /** Epoch ms of the first attempt. */
  readonly started: number

  constructor(parts: JobRunParts) {
    this.#parts = parts
    this.started = parts.host.clock.now()
    this.#job = this.#create(parts.restore, 0)
    const { traces } = parts
    if (traces !== undefined) parts.checkpointing.statistics.onEnd = (record) => traces.checkpoint(record)
  }

  #create(restore: JobSnapshot | undefined, lastCheckpoint: number): Job {
    return this.#parts.create({ restore, lastCheckpoint, badRecord: (record) => this.#badRecords.add(record) })
  }

  get id(): string {
    return this.#parts.id
  }

  get name(): string {
    return this.#job.name
  }

  get status(): JobStatus {
    return this.#ended ?? (this.#restarting ? 'RESTARTING' : this.#job.status)
  }

  get checkpointing(): Checkpointing {
    return this.#parts.checkpointing
  }

  /** Newest first. */
  get exceptions(): readonly JobException[] {
    return this.#exceptions
  }

  /** Open the first attempt; an error there is the caller's. */
  async open(): Promise<void> {
    const { restore, checkpointing, host } = this.#parts
    await this.#traced(restore, () => this.#job.open())
    if (restore !== undefined) checkpointing.statistics.restored(restore.checkpoint, host.clock.now(), undefined)
    checkpointing.attach(this.#job)
  }

  async #traced(restore: JobSnapshot | undefined, open: () => Promise<void>): Promise<void> {
    const { traces, host } = this.#parts
    const from = host.clock.now()
    try {
      await open()
      traces?.initialized(from, host.clock.now(), restore?.checkpoint)
    } catch (error) {
      traces?.initialized(from, host.clock.now(), restore?.checkpoint, error)
      throw error
    }
  }

  /** Until the end, over restarts; call once, after `open`. */
  run(): Promise<void> {
    this.#completion ??= this.#drive().finally(() =>
      this.#parts.traces?.ended(this.status, this.restarts, this.#exceptions[0]?.error),
    )
    return this.#completion
  }

  async #drive(): Promise<void> {
    const { checkpointing } = this.#parts
    let open = true
    for (;;) {
      try {
        if (!open) await this.#reopen()
        if (!this.#cancel.signal.aborted) await this.#job.run()
        else this.#ended = 'CANCELED'
        break
      } catch (error) {
        checkpointing.detach()
        await checkpointing.idle()
        open = false
        await this.#waitForRestart(error)
        if (this.#cancel.signal.aborted) {
          this.#ended = 'CANCELED'
          break
        }
      }
    }
    checkpointing.detach()
    await checkpointing.idle()
    await checkpointing.ended()
  }

  async #reopen(): Promise<void> {
    const { checkpointing, restore } = this.#parts
    const newest = (await checkpointing.restore()) ?? restore
    this.#job = this.#create(newest, checkpointing.lastCheckpoint)
    await this.#traced(newest, () => this.#job.open())
    this.#restarting = false
    if (this.#cancel.signal.aborted) return this.#job.cancel()
    this.restarts++
    checkpointing.attach(this.#job)
  }

  /** Returns when the next attempt is to begin; throws when there is to be none. */
  async #waitForRestart(error: unknown): Promise<void> {
    const { host, checkpointing, restart } = this.#parts
    const at = host.clock.now()
    const before = this.#exceptions[0]?.error
    const stuck = checkpointing.completed === this.#completedBefore && failsAlike(before, error)
    this.#completedBefore = checkpointing.completed
    const restartAfter = stuck || !isRetryable(error) ? undefined : restart(at)
    this.#exceptions = [{ at, error, restartAfter }, ...this.#exceptions].slice(0, HISTORY)
    this.#parts.traces?.failed(at, error, restartAfter)
    if (restartAfter === undefined) {
      this.#ended = 'FAILED'
      if (!stuck) throw error
      const detail = error instanceof Error ? error.message : String(error)
      throw failure('RUNTIME_FAILS_AGAIN', { job: this.name, detail }, { cause: error, place: placeOf(error) })
    }
    this.#restarting = true
    await host.clock.sleep(restartAfter, this.#cancel.signal).catch((reason: unknown) => {
      if (!this.#cancel.signal.aborted) throw reason
    })
  }

  async cancel(): Promise<void> {
    this.#cancel.abort(failure('RUNTIME_CANCELED', { job: this.name }))
    if (!this.#restarting) await this.#job.cancel()
    await this.#completion?.catch(() => {
      // Whoever waits for the job gets its error; cancel only waits for the end.
    })
  }

  savepoint(folder: string): Promise<string> {
    return this.#parts.checkpointing.savepoint(this.#job, folder)
  }

  async stop(folder: string, drain: boolean): Promise<string> {
    const path = await this.#parts.checkpointing.savepoint(this.#job, folder, { drain })
    await this.#completion
    return path
  }

  badRecords(): BadRecordsView {
    return this.#badRecords.view(this.#job.metrics())
  }

  now(): number {
    return this.#parts.host.clock.now()
  }

  metrics(): OperatorMetricsView[] {
    return this.#job.metrics()
  }

  get graph(): JobGraph {
    return this.#job.graph
  }

  taskTimes(): readonly SubtaskTimes[] {
    return this.#job.taskTimes()
  }
}
