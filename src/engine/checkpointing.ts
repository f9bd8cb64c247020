/**
 * The checkpoints of one submitted job over all its attempts: taken periodically, stored, counted, found again.
 *
 * Laws
 * - Without an interval none are taken periodically. Without a folder the newest is kept in memory, for restarts of this
 *   process; with one, checkpoints stand in `<folder>/<job id>/chk-<n>`.
 * - The next one starts `interval` after the last began, and `min-pause` after it ended.
 * - More failed checkpoints in a row than `tolerable-failed-checkpoints` fail the job; that the oldest could not be removed is
 *   no such failure, the next one tries again.
 * - What a stop commits is the newest checkpoint before it is committed: whatever happens then, no later start of the job goes
 *   back behind it.
 */
import { failure, isRivuletError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { OptionValues } from '../base/options.ts'
import { CheckpointStatistics } from '../runtime/checkpoint-statistics.ts'
import { CheckpointStore } from '../runtime/checkpoint-store.ts'
import type { Job } from '../runtime/job.ts'
import { type JobSnapshot, readSnapshot, type SnapshotFiles } from '../runtime/snapshot-store.ts'
import { notRead, notStored } from '../runtime/storage-failure.ts'
import type { SnapshotMode } from '../state/contract.ts'
import { storageFor } from './storage.ts'

/** Until the checkpoint behind the end of the input is tried again, ms. */
const LAST_AGAIN_MS = 1000

export class Checkpointing {
  readonly statistics = new CheckpointStatistics()
  readonly #host: Host
  readonly #options: OptionValues
  readonly #files: SnapshotFiles
  readonly #kept: CheckpointStore | undefined
  readonly #name: string
  readonly #interval: number
  #newest: { readonly snapshot?: JobSnapshot; readonly path?: string } | undefined
  #failures = 0
  #job: Job | undefined
  /** What is being taken, written or removed. */
  readonly #underWay = new Set<Promise<void>>()
  #cancelTimer: () => void = () => {}
  /** How many have completed, to tell whether a restart came further than the one before. */
  completed = 0
  /** The newest fired every window: nothing can go on behind it. */
  drained = false
  /** The highest number given so far. */
  lastCheckpoint = 0

  constructor(host: Host, options: OptionValues, job: { readonly id: string; readonly name: string }) {
    this.#host = host
    this.#options = options
    this.#name = job.name
    const folder = options.string('execution.checkpointing.dir')
    this.#files = storageFor(host, folder ?? '')
    this.#interval = options.number('execution.checkpointing.interval') ?? 0
    const retained = options.number('execution.checkpointing.num-retained') ?? 1
    if (folder !== undefined) this.#kept = new CheckpointStore(this.#files, `${folder}/${job.id}`, job.name, retained)
  }

  /** 0 = none are taken periodically. */
  get intervalMs(): number {
    return this.#interval
  }

  /** The newest completed checkpoint of this run; undefined when there is none. */
  async restore(): Promise<JobSnapshot | undefined> {
    const newest = this.#newest
    if (newest === undefined) return undefined
    const snapshot = newest.snapshot ?? (await this.#read(newest.path as string))
    this.statistics.restored(snapshot.checkpoint, this.#host.clock.now(), newest.path)
    return snapshot
  }

  #read(path: string): Promise<JobSnapshot> {
    return readSnapshot(this.#files, path).catch((cause: unknown) => {
      throw notRead(path, cause)
    })
  }

  /** Take checkpoints of this attempt until `detach`. */
  attach(job: Job): void {
    this.#job = job
    this.#failures = 0
    job.takeCheckpoint = () => this.#takeLast(job)
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
    if (retention?.toLowerCase() !== 'retain_on_cancellation') await this.#kept?.removeAll()
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
            if (this.#tooMany(error) && this.#job === job) job.fail(error)
          },
        )
        .finally(() => {
          if (this.#job !== job) return
          const pause = this.#options.number('execution.checkpointing.min-pause') ?? 0
          this.#schedule(job, Math.max(pause, began + this.#interval - clock.now(), 0))
        })
    })
  }

  /** One more has failed; the first of a row that the job goes on behind is told. */
  #tooMany(error: unknown): boolean {
    this.#failures++
    const tooMany = this.#failures > (this.#options.number('execution.checkpointing.tolerable-failed-checkpoints') ?? 0)
    if (this.#failures === 1 && !tooMany) {
      const detail = error instanceof Error ? error.message : String(error)
      const fix = isRivuletError(error) ? error.hint : undefined
      this.#host.warn?.(failure('ENGINE_CHECKPOINT_FAILS', { job: this.#name, detail, fix }))
    }
    return tooMany
  }

  /** The one behind the end of the input, without which the job cannot end: it may fail as often as others. */
  async #takeLast(job: Job): Promise<void> {
    for (;;) {
      try {
        return await this.#take(job)
      } catch (error) {
        if (this.#tooMany(error) || this.#job !== job) throw error
      }
      await this.#host.clock.sleep(Math.min(this.#interval, LAST_AGAIN_MS))
      if (this.#job !== job || job.finished) return
    }
  }

  /** Resolves when nothing is written or removed any more: an attempt that ended may have left a checkpoint under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Also what was given up: a manifest that appears later would name transactions that the next attempt has aborted. */
  #track<T>(work: Promise<T>): Promise<T> {
    const nothing = () => {}
    const settled: Promise<void> = work.then(nothing, nothing).finally(() => this.#underWay.delete(settled))
    this.#underWay.add(settled)
    return work
  }

  #take(job: Job): Promise<void> {
    return this.#track(this.#takeNow(job))
  }

  async #takeNow(job: Job): Promise<void> {
    const { clock } = this.#host
    const store = this.#kept
    const record = this.statistics.triggered(job.nextCheckpoint, 'checkpoint', clock.now())
    let stored = false
    try {
      await job.checkpoint({
        changes: () =>
          store !== undefined &&
          this.#options.boolean('execution.checkpointing.incremental') === true &&
          store.changes(),
        timeoutMs: this.#options.number('execution.checkpointing.timeout'),
        store: async (snapshot, mode, signal) => {
          this.statistics.completed(record, clock.now(), await this.#store(snapshot, mode, signal))
          stored = true
        },
      })
      await this.#retire()
    } catch (error) {
      // A commit that fails behind it leaves a complete checkpoint.
      if (!stored) this.statistics.failed(record, clock.now(), error)
      throw error
    }
  }

  /** Store a checkpoint, which is the newest then. */
  async #store(snapshot: JobSnapshot, mode: SnapshotMode, signal: AbortSignal) {
    const store = this.#kept
    if (store === undefined) {
      this.#newest = { snapshot }
      this.completed++
      return {}
    }
    const { path, bytes, fullBytes } = await this.#track(store.store(snapshot, mode, signal)).catch(
      (cause: unknown) => {
        throw notStored(this.#name, store.folder, cause)
      },
    )
    this.#newest = { path }
    this.completed++
    return { path, size: bytes, fullSize: fullBytes }
  }

  async #retire(): Promise<void> {
    await this.#kept?.retire().catch(() => {
      // What should be gone is still there, and whole; it is removed with the next one.
    })
  }

  /** A savepoint of the running attempt, which may be its end. */
  savepoint(job: Job, folder: string, stop?: { readonly drain: boolean }): Promise<string> {
    return this.#track(this.#savepoint(job, folder, stop))
  }

  async #savepoint(job: Job, folder: string, stop: { readonly drain: boolean } | undefined): Promise<string> {
    const { clock } = this.#host
    const record = this.statistics.triggered(job.nextCheckpoint, 'savepoint', clock.now())
    const timeoutMs = this.#options.number('execution.checkpointing.timeout')
    let stored = false
    try {
      if (stop === undefined) await job.snapshot(folder, timeoutMs)
      else {
        const { drain } = stop
        await job.stop(folder, {
          drain,
          timeoutMs,
          stored: async (snapshot, signal) => {
            await this.#keep(snapshot, folder, signal)
            stored = true
            this.drained = drain
            this.statistics.completed(record, clock.now(), { path: folder })
          },
        })
        await this.#retire()
      }
    } catch (error) {
      if (!stored) this.statistics.failed(record, clock.now(), error)
      if (!job.stopped) throw error
      const detail = error instanceof Error ? error.message : String(error)
      throw failure('RUNTIME_STOPPED_BADLY', { job: job.name, path: folder, detail }, { cause: error })
    }
    if (!stored) this.statistics.completed(record, clock.now(), { path: folder })
    return folder
  }

  /** What is in a savepoint that ends the job is the job's newest checkpoint too; without it, neither is there. */
  async #keep(snapshot: JobSnapshot, folder: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#store(snapshot, 'full', signal)
    } catch (error) {
      await storageFor(this.#host, folder)
        .remove(folder)
        .catch(() => {
          // Where nothing can be written often nothing can be removed; the first error says what is wrong.
        })
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
