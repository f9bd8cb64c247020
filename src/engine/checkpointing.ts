/**
 * The checkpoints of one submitted job over all its attempts: taken periodically, stored, counted, found again.
 *
 * Laws
 * - Without an interval none are taken periodically. Without a folder the newest is kept in memory, for restarts of this
 *   process; with one, checkpoints stand in `<folder>/<job id>/chk-<n>`.
 * - The next one starts `interval` after the last began, and `min-pause` after it ended.
 * - More failed checkpoints in a row than `tolerable-failed-checkpoints` fail the job.
 */
import { failure } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { OptionValues } from '../base/options.ts'
import { CheckpointStatistics } from '../runtime/checkpoint-statistics.ts'
import { CheckpointStore } from '../runtime/checkpoint-store.ts'
import type { Job } from '../runtime/job.ts'
import { type JobSnapshot, readSnapshot, type SnapshotFiles } from '../runtime/snapshot-store.ts'
import { storageFor } from './storage.ts'

export class Checkpointing {
  readonly statistics = new CheckpointStatistics()
  readonly #host: Host
  readonly #options: OptionValues
  readonly #files: SnapshotFiles
  readonly #store: CheckpointStore | undefined
  readonly #interval: number
  #newest: { readonly snapshot?: JobSnapshot; readonly path?: string } | undefined
  #failures = 0
  #job: Job | undefined
  #inFlight: Promise<void> = Promise.resolve()
  #cancelTimer: () => void = () => {}
  /** How many have completed, to tell whether a restart came further than the one before. */
  completed = 0
  /** The highest number given so far. */
  lastCheckpoint = 0

  constructor(host: Host, options: OptionValues, job: { readonly id: string; readonly name: string }) {
    this.#host = host
    this.#options = options
    const folder = options.string('execution.checkpointing.dir')
    this.#files = storageFor(host, folder ?? '')
    this.#interval = options.number('execution.checkpointing.interval') ?? 0
    const retained = options.number('execution.checkpointing.num-retained') ?? 1
    if (folder !== undefined) this.#store = new CheckpointStore(this.#files, `${folder}/${job.id}`, job.name, retained)
  }

  /** 0 = none are taken periodically. */
  get intervalMs(): number {
    return this.#interval
  }

  /** The newest completed checkpoint of this run; undefined when there is none. */
  async restore(): Promise<JobSnapshot | undefined> {
    const newest = this.#newest
    if (newest === undefined) return undefined
    const snapshot = newest.snapshot ?? (await readSnapshot(this.#files, newest.path as string))
    this.statistics.restored(snapshot.checkpoint, this.#host.clock.now(), newest.path)
    return snapshot
  }

  /** Take checkpoints of this attempt until `detach`. */
  attach(job: Job): void {
    this.#job = job
    this.#failures = 0
    job.takeCheckpoint = () => this.#take(job)
    if (this.#interval > 0) this.#schedule(job, this.#interval)
  }

  detach(): void {
    if (this.#job !== undefined) this.lastCheckpoint = Math.max(this.lastCheckpoint, this.#job.nextCheckpoint - 1)
    this.#job = undefined
    this.#cancelTimer()
  }

  /** The job has ended well, or was canceled. */
  async ended(): Promise<void> {
    const retention = this.#options.string('execution.checkpointing.externalized-checkpoint-retention')
    if (retention?.toLowerCase() !== 'retain_on_cancellation') await this.#store?.removeAll()
  }

  #schedule(job: Job, delay: number): void {
    const { clock } = this.#host
    this.#cancelTimer = clock.after(delay, () => {
      const began = clock.now()
      this.#take(job)
        .then(
          () => {
            this.#failures = 0
          },
          (error: unknown) => {
            this.#failures++
            const tolerable = this.#options.number('execution.checkpointing.tolerable-failed-checkpoints') ?? 0
            if (this.#job === job && this.#failures > tolerable) job.fail(error)
          },
        )
        .finally(() => {
          if (this.#job !== job) return
          const pause = this.#options.number('execution.checkpointing.min-pause') ?? 0
          this.#schedule(job, Math.max(pause, began + this.#interval - clock.now(), 0))
        })
    })
  }

  /** Resolves when nothing is written or removed any more: an attempt that ended may have left a checkpoint under way. */
  async idle(): Promise<void> {
    await this.#inFlight
  }

  #take(job: Job): Promise<void> {
    const taken = this.#takeNow(job)
    this.#inFlight = taken.catch(() => {
      // Whoever asked for the checkpoint has the error.
    })
    return taken
  }

  async #takeNow(job: Job): Promise<void> {
    const { clock } = this.#host
    const store = this.#store
    const record = this.statistics.triggered(job.nextCheckpoint, 'checkpoint', clock.now())
    let stored = false
    try {
      await job.checkpoint({
        changes: () =>
          store !== undefined &&
          this.#options.boolean('execution.checkpointing.incremental') === true &&
          store.changes(),
        timeoutMs: this.#options.number('execution.checkpointing.timeout'),
        store: async (snapshot, mode) => {
          if (store === undefined) {
            this.#newest = { snapshot }
            this.statistics.completed(record, clock.now(), {})
          } else {
            const { path, bytes, fullBytes } = await store.store(snapshot, mode)
            this.#newest = { path }
            this.statistics.completed(record, clock.now(), { path, size: bytes, fullSize: fullBytes })
          }
          stored = true
          this.completed++
        },
      })
      await store?.retire()
    } catch (error) {
      // A commit that fails behind it leaves a complete checkpoint.
      if (!stored) this.statistics.failed(record, clock.now(), error)
      throw error
    }
  }

  /** A savepoint of the running attempt, which may be its end. */
  async savepoint(job: Job, folder: string, stop?: { readonly drain: boolean }): Promise<string> {
    const { clock } = this.#host
    const record = this.statistics.triggered(job.nextCheckpoint, 'savepoint', clock.now())
    try {
      if (stop === undefined) await job.snapshot(folder)
      else await job.stop(folder, stop.drain)
      this.statistics.completed(record, clock.now(), { path: folder })
      return folder
    } catch (error) {
      this.statistics.failed(record, clock.now(), error)
      throw error
    }
  }

  /** A fresh folder for a savepoint below the configured one. */
  savepointFolder(jobId: string): string {
    const parent = this.#options.string('execution.checkpointing.savepoint-dir')
    if (parent === undefined) throw failure('ENGINE_NO_SAVEPOINT_DIR', {})
    const suffix = Math.floor(this.#host.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
    return `${parent}/savepoint-${jobId.slice(0, 6)}-${suffix}`
  }
}
