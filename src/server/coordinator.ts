/**
 * The jobs of a server and its slots.
 *
 * Laws
 * - A job holds as many slots as its parallelism (operators of one job share slots, as Flink's do). Without free slots it
 *   waits in state CREATED, first come first served, and fails after `slot.request.timeout`.
 * - Whatever state the server dies in, its next start lists the same jobs, and those that had not ended run again from their
 *   newest checkpoint.
 */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { isAbsolute, join, resolve } from 'node:path'
import { fail, failure } from '../base/errors.ts'
import type { JobState, SubmitRequest } from './api-types.ts'
import type { JobProcess, ProcessEvents } from './job-process.ts'
import { type JobRecord, JobStore } from './job-store.ts'
import type { DeployedJob } from './messages.ts'
import { type JobHooks, RunningJob } from './running-job.ts'
import { isRemote, isSnapshot, localPath } from './snapshot-path.ts'

export interface CoordinatorOptions {
  readonly data: string
  /** 0: takes no submissions, only jobs that are adopted. */
  readonly slots: number
  readonly workerEntry: URL
  readonly log: (id: string, msg: string, fields?: object) => void
  /** Options that every job begins with. */
  readonly configuration?: Readonly<Record<string, string>>
  readonly reportMs?: number
  readonly slotTimeoutMs?: number
}

const DEFAULT_SLOT_TIMEOUT = 300_000
/** A server without checkpoints could not keep its promise to recover jobs; `SET` in the job overrides it. */
const DEFAULT_CHECKPOINT_INTERVAL = '10 s'

export class Coordinator {
  readonly store: JobStore
  readonly #options: CoordinatorOptions
  readonly #jobs = new Map<string, RunningJob>()
  readonly #timeouts = new Map<string, NodeJS.Timeout>()
  /** `change` with the job whenever a state changed. */
  readonly events = new EventEmitter()
  #closed = false

  constructor(options: CoordinatorOptions) {
    this.#options = options
    this.store = new JobStore(options.data)
    for (const record of this.store.load()) {
      const job = new RunningJob(record, this.#hooks)
      this.#jobs.set(record.id, job)
      if (job.terminal) continue
      if (record.state === 'CANCELLING') job.moveTo('CANCELED')
      else {
        options.log(record.id, `Recovering job ${record.name} (${record.id}).`)
        job.moveTo('CREATED')
        this.#await(job)
      }
    }
    this.#schedule()
  }

  get #hooks(): JobHooks {
    const { workerEntry, reportMs = 1000, log } = this.#options
    const changed = (job: RunningJob) => {
      this.events.emit('change', job)
      this.#schedule()
    }
    return { store: this.store, workerEntry, reportMs, log, changed }
  }

  jobs(): RunningJob[] {
    return [...this.#jobs.values()]
  }

  find(id: string): RunningJob | undefined {
    return this.#jobs.get(id)
  }

  get(id: string): RunningJob {
    return this.#jobs.get(id) ?? fail('SERVER_UNKNOWN_JOB', { id })
  }

  get #usedSlots(): number {
    return this.jobs().reduce((sum, job) => sum + (job.hasWorker ? job.record.slots : 0), 0)
  }

  /** Of a run alone: what its own jobs take. */
  get slots(): number {
    return Math.max(this.#options.slots, this.#usedSlots)
  }

  get freeSlots(): number {
    return this.slots - this.#usedSlots
  }

  /** A job that runs already, in a process that was not started here (`rivulet run --dashboard`). */
  adopt(id: string, file: string, deployed: DeployedJob, process: JobProcess): ProcessEvents {
    const { name, parallelism, options } = deployed
    const record: JobRecord = {
      id,
      kind: file.endsWith('.sql') ? 'sql' : 'module',
      file,
      folder: this.store.folderOf(id),
      args: [],
      configuration: options,
      slots: parallelism,
      name,
      state: 'INITIALIZING',
      timestamps: { INITIALIZING: Date.now() },
      exceptions: [],
      restarts: 0,
    }
    this.store.create(record)
    const job = new RunningJob(record, this.#hooks)
    this.#jobs.set(id, job)
    const events = job.attach(process)
    events.message({ type: 'deployed', job: deployed })
    return events
  }

  submit(request: SubmitRequest): RunningJob {
    if (this.#options.slots === 0) fail('SERVER_OF_ONE_RUN', {})
    const id = randomBytes(16).toString('hex')
    const { name, savepoint, parallelism } = request
    if (name !== undefined) {
      const twin = this.jobs().find((job) => !job.terminal && job.record.name === name)
      if (twin !== undefined) fail('SERVER_DUPLICATE_NAME', { name, id: twin.id })
    }
    const configuration: Record<string, string> = {
      'execution.checkpointing.interval': DEFAULT_CHECKPOINT_INTERVAL,
      'execution.checkpointing.dir': join(this.store.folder, 'checkpoints', id),
      ...this.#options.configuration,
      ...request.configuration,
    }
    if (parallelism !== undefined) configuration['parallelism.default'] = String(parallelism)
    if (name !== undefined) configuration['pipeline.name'] = name
    if (savepoint !== undefined) configuration['execution.state-recovery.path'] = localPath(savepoint)
    const slots = Number(configuration['parallelism.default'] ?? 1)
    const record: JobRecord = {
      id,
      kind: request.kind,
      file: request.file,
      folder: request.folder ?? this.store.folderOf(id),
      args: request.args ?? [],
      configuration,
      slots: Number.isInteger(slots) && slots > 0 ? slots : 1,
      name: name ?? request.file.split('/').at(-1) ?? request.file,
      state: 'INITIALIZING',
      timestamps: { INITIALIZING: Date.now() },
      exceptions: [],
      restarts: 0,
    }
    this.store.create(record, request.text)
    const job = new RunningJob(record, this.#hooks)
    this.#jobs.set(id, job)
    if (savepoint !== undefined && !isRemote(localPath(savepoint)) && !isSnapshot(localPath(savepoint))) {
      job.failWith(failure('SERVER_NO_SAVEPOINT', { path: savepoint }).toJSON())
      return job
    }
    this.#await(job)
    this.#schedule()
    return job
  }

  /** The job waits for slots, but not for ever. */
  #await(job: RunningJob): void {
    const ms = this.#options.slotTimeoutMs ?? DEFAULT_SLOT_TIMEOUT
    const timer = setTimeout(() => {
      this.#timeouts.delete(job.id)
      if (!job.waiting) return
      const params = { needed: job.record.slots, total: this.slots, seconds: ms / 1000 }
      job.failWith(failure('SERVER_NO_SLOT', params).toJSON())
    }, ms)
    timer.unref()
    this.#timeouts.set(job.id, timer)
  }

  #schedule(): void {
    if (this.#closed) return
    let full = false
    for (const job of this.#jobs.values()) {
      if (!job.waiting) continue
      full ||= job.record.slots > this.freeSlots
      if (full) {
        if (job.record.state === 'INITIALIZING') job.moveTo('CREATED')
        if (!this.#timeouts.has(job.id)) this.#await(job)
        continue
      }
      clearTimeout(this.#timeouts.get(job.id))
      this.#timeouts.delete(job.id)
      job.start()
    }
  }

  /** Returns the id under which the result can be asked for. */
  savepoint(job: RunningJob, target: string | undefined | null, stop: boolean, drain = false): string {
    const options = job.record.deployed?.options
    const folder = target ?? options?.['execution.checkpointing.savepoint-dir']
    if (folder === undefined) fail('SERVER_NO_SAVEPOINT_FOLDER', {})
    const path = localPath(folder)
    if (!isRemote(path) && !isAbsolute(path))
      fail('SERVER_BAD_REQUEST', { detail: `The savepoint folder '${folder}' is not absolute.` })
    const request = randomBytes(16).toString('hex')
    const name = `savepoint-${job.id.slice(0, 6)}-${randomBytes(6).toString('hex')}`
    const place = isRemote(path) ? `${path.replace(/\/+$/, '')}/${name}` : join(resolve(path), name)
    job.savepoint(request, place, stop, drain)
    return request
  }

  count(state: JobState): number {
    return this.jobs().filter((job) => job.record.state === state).length
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timeouts.values()) clearTimeout(timer)
    await Promise.all(this.jobs().map((job) => job.close()))
    this.store.release()
  }
}
