/**
 * A running job: drives its subtasks on the host's event loop, takes snapshots, ends.
 *
 * Laws
 * - Subtasks nearest to the sinks run first: what a source emitted is through the job before the source is asked again, so
 *   that one thread gives one order, and little is in flight.
 * - `step` is synchronous and never waits; the driver yields to the event loop every few milliseconds, and sleeps only when no
 *   subtask can do anything, until a source, a sink or a timer wakes it.
 * - The first error ends the job: `completion` rejects with it after every operator is closed.
 * - Where sinks are transactional, a last checkpoint is taken and committed when the input has ended.
 */
import { failure } from '../base/errors.ts'
import type { Watch } from '../base/host.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import type { SnapshotMode, StateOfKey } from '../state/contract.ts'
import { keyGroupOfKey, subtaskOf } from '../state/key-group.ts'
import type { Schema } from '../types/batch.ts'
import type { Value } from '../types/value.ts'
import { buildJob, type JobEnvironment, type JobParameters, lastCheckpointOf } from './build.ts'
import { Coordinator, type SnapshotRequest } from './coordinator.ts'
import type { JobGraph, Vertex } from './graph.ts'
import type { OperatorMetricsView } from './metrics.ts'
import { type JobSnapshot, MANIFEST, type SnapshotFiles, writeSnapshot } from './snapshot-store.ts'
import { notStored } from './storage-failure.ts'
import type { Tap } from './tap.ts'
import type { Task } from './task.ts'
import { type JobSink, recoverSinks } from './transactions.ts'

/** What an operator keeps of one key. */
export interface PeekedKey {
  readonly subtask: number
  readonly states: readonly StateOfKey[]
}

export type JobStatus = 'CREATED' | 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'FAILED' | 'CANCELED'

export interface JobOptions extends JobParameters {
  readonly name: string
  /** Rows that a subtask handles before the next one has its turn. */
  readonly budget?: number
  /** Is told of every step, so that one that does not end is noticed. */
  readonly watch?: Watch
  /** Where a path of a savepoint leads; absent = to the host's files. */
  readonly files?: (path: string) => SnapshotFiles
}

export interface SavepointOptions extends Pick<SnapshotRequest, 'suspend' | 'drain' | 'timeoutMs'> {
  /** Called when the savepoint is stored and nothing is committed for it yet. */
  readonly stored?: (snapshot: JobSnapshot, signal: AbortSignal) => Promise<void>
}

interface TaskTimes {
  busy: number
  blocked: number
  blockedSince: number | undefined
}

export interface SubtaskTimes {
  readonly vertex: number
  readonly subtask: number
  readonly busy: number
  readonly blocked: number
  readonly finished: boolean
}

/** Milliseconds of work between two yields to the event loop. */
const SLICE_MS = 8
/** A turn of the writing of a snapshot, by the wall clock; the data path stands still in it. */
const SNAPSHOT_TURN_MS = 12
const DEFAULT_BUDGET = 8192

export class Job {
  readonly name: string
  readonly graph: JobGraph
  readonly #environment: JobEnvironment
  readonly #tasks: readonly Task[]
  /** Most downstream first. */
  readonly #order: readonly Task[]
  readonly #coordinator: Coordinator
  readonly #sinks: readonly JobSink[]
  readonly #restore: JobSnapshot | undefined
  readonly #budget: number
  readonly #watch: Watch | undefined
  readonly #files: (path: string) => SnapshotFiles
  readonly #times: ReadonlyMap<Task, TaskTimes>
  #status: JobStatus = 'CREATED'
  #wakeUp: (() => void) | undefined
  #awake = false
  #nextSource = 0
  #canceled = false
  /** Ended behind a savepoint, which is a good end. */
  #stopped = false
  /** When the snapshot that is being written had its turn. */
  #snapshotSince = Number.NEGATIVE_INFINITY
  #failure: { readonly error: unknown } | undefined
  #completion: Promise<void> | undefined
  /** The checkpoint at the end is asked for. */
  #lastAsked = false
  /** How a checkpoint that the job itself needs (the last one) is taken; whoever stores checkpoints sets it. */
  takeCheckpoint: () => Promise<unknown> = () => this.checkpoint({ store: async () => {} })

  constructor(plan: CompiledPlan, environment: JobEnvironment, options: JobOptions) {
    this.name = options.name
    this.#environment = environment
    this.#budget = options.budget ?? DEFAULT_BUDGET
    this.#watch = options.watch
    this.#files = options.files ?? (() => environment.host.storage)
    this.#restore = options.restore
    const { tasks, identity, sinks, graph } = buildJob(plan, environment, options, {
      mode: () => this.#coordinator.mode,
      received: (task, snapshot) => this.#coordinator.received(task, snapshot),
    })
    this.#tasks = tasks
    this.#sinks = sinks
    this.graph = graph
    this.#times = new Map(tasks.map((task) => [task, { busy: 0, blocked: 0, blockedSince: undefined }]))
    this.#order = tasks.filter((task) => !task.isSource).reverse()
    this.#coordinator = new Coordinator({
      job: options.name,
      tasks,
      plan: identity,
      maxParallelism: options.restore?.maxParallelism ?? options.maxParallelism,
      lastCheckpoint: lastCheckpointOf(options),
      lastTimestamp: options.restore?.timestamp ?? 0,
      incremental: environment.backend.incremental === true,
      triggerDelay: options.triggerDelay,
      now: () => environment.host.clock.now(),
      after: (delayMs, callback) => environment.host.clock.after(delayMs, callback),
      wake: () => this.#wake(),
      pause: () => this.#pauseSnapshot(),
      fail: (error) => this.fail(error),
    })
    for (const task of tasks) {
      task.onWake(() => {
        this.#coordinator.taskEnded()
        this.#wake()
      })
    }
  }

  get status(): JobStatus {
    return this.#status
  }

  /** Open sources and sinks; resolves when the job runs, rejects when it cannot start. */
  async open(): Promise<void> {
    try {
      await recoverSinks(this.#sinks, this.#environment.host, this.#restore)
      await Promise.all(this.#tasks.map((task) => task.open(() => this.#wake())))
      this.#status = 'RUNNING'
    } catch (error) {
      this.#status = 'FAILED'
      await this.#close().catch(() => {
        // The error of `open` is what the user needs; closing what never opened adds nothing.
      })
      throw error
    }
  }

  /** Run until the end, an error or `cancel`. Call once, after `open`. */
  run(): Promise<void> {
    this.#completion ??= this.#drive()
    return this.#completion
  }

  async #drive(): Promise<void> {
    try {
      while (!this.#canceled && !this.finished) {
        if (this.#failure !== undefined) throw this.#failure.error
        if (this.#waitsForCommit && !this.#coordinator.busy && !this.#lastAsked) this.#takeLast()
        if (this.#slice()) await this.#yield()
        else await this.#sleep()
      }
    } catch (error) {
      this.#status = 'FAILED'
      this.#coordinator.abort(error)
      await this.#close().catch((closing: unknown) => {
        ;(error as { closing?: unknown }).closing = closing
      })
      throw error
    }
    this.#status = this.#canceled && !this.#stopped ? 'CANCELED' : 'FINISHED'
    this.#coordinator.abort(failure('RUNTIME_CANCELED', { job: this.name }))
    await this.#close()
  }

  #takeLast(): void {
    this.#lastAsked = true
    this.takeCheckpoint()
      .catch((error) => this.fail(error))
      .finally(() => {
        this.#lastAsked = false
        this.#wake()
      })
  }

  /** The input has ended, and only a commit is missing. */
  get #waitsForCommit(): boolean {
    return !this.finished && this.#tasks.every((task) => task.finished || task.uncommitted)
  }

  get finished(): boolean {
    return this.#tasks.every((task) => task.finished)
  }

  /** Work for some milliseconds; false when there was nothing to do at all. */
  #slice(): boolean {
    const { clock } = this.#environment.host
    const until = clock.monotonic() + SLICE_MS
    let worked = false
    try {
      do {
        this.#watch?.beat()
        if (!this.step()) return worked
        worked = true
      } while (!this.#canceled && clock.monotonic() < until)
      return worked
    } finally {
      this.#watch?.rest()
    }
  }

  /** Let one subtask do some work; false when none can. Exposed for the golden runner and the simulation. */
  step(budget = this.#budget): boolean {
    this.#awake = false
    for (const task of this.#order) {
      if (!task.finished && this.#runOnce(task, budget)) return true
    }
    const sources = this.#tasks
    for (let i = 0; i < sources.length; i++) {
      const at = (this.#nextSource + i) % sources.length
      const task = sources[at]
      if (!task.isSource || task.finished) continue
      if (this.#runOnce(task, budget)) {
        this.#nextSource = at + 1
        return true
      }
    }
    return false
  }

  /** Two looks at the clock per run of some thousand rows: where the thread's time goes, and who waits for room in front. */
  #runOnce(task: Task, budget: number): boolean {
    const { clock } = this.#environment.host
    const times = this.#times.get(task) as TaskTimes
    const from = clock.monotonic()
    if (times.blockedSince !== undefined) {
      times.blocked += from - times.blockedSince
      times.blockedSince = undefined
    }
    const progress = task.runOnce(budget)
    if (progress === 'progress') times.busy += clock.monotonic() - from
    else if (progress === 'blocked') times.blockedSince = from
    return progress === 'progress'
  }

  /** Milliseconds that each subtask has worked, and waited for room in front of it, since the job started. */
  taskTimes(): SubtaskTimes[] {
    const now = this.#environment.host.clock.monotonic()
    return this.#tasks.map((task) => {
      const { busy, blocked, blockedSince } = this.#times.get(task) as TaskTimes
      const waiting = blockedSince === undefined ? 0 : now - blockedSince
      return { vertex: task.vertex, subtask: task.subtask, busy, blocked: blocked + waiting, finished: task.finished }
    })
  }

  /**
   * A snapshot writes for a turn, then the data path works for one: a row that is written in its turn costs a fraction of one
   * that is written because it is about to change. Small batches ask for short turns.
   */
  async #pauseSnapshot(): Promise<void> {
    const { clock } = this.#environment.host
    const turn = SNAPSHOT_TURN_MS * Math.min(1, this.#budget / DEFAULT_BUDGET)
    if (clock.monotonic() - this.#snapshotSince < turn) return
    await this.#yield()
    this.#snapshotSince = clock.monotonic()
  }

  #yield(): Promise<void> {
    return new Promise((resolve) => this.#environment.host.clock.immediate(resolve))
  }

  async #sleep(): Promise<void> {
    if (this.#awake) return this.#yield()
    const { clock } = this.#environment.host
    const next = Math.min(
      ...this.#tasks.map((task) => (task.finished ? Number.POSITIVE_INFINITY : task.nextProcessingTime())),
    )
    let cancelTimer: (() => void) | undefined
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve
      if (next !== Number.POSITIVE_INFINITY) cancelTimer = clock.after(Math.max(1, next - clock.now()), resolve)
    })
    cancelTimer?.()
    this.#wakeUp = undefined
  }

  #wake(): void {
    this.#awake = true
    this.#wakeUp?.()
  }

  /** The number that the next snapshot will have. */
  get nextCheckpoint(): number {
    return this.#coordinator.lastCheckpoint + 1
  }

  /** End the job with an error from outside its subtasks. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake()
  }

  /** Stop without waiting for the end of the input; resolves when everything is closed. */
  async cancel(): Promise<void> {
    this.#canceled = true
    this.#wake()
    if (this.#completion === undefined) {
      this.#status = 'CANCELED'
      await this.#close()
      return
    }
    await this.#completion.catch(() => {
      // Whoever waits for the job gets its error; cancel only waits for the end.
    })
  }

  /** Take a checkpoint: what the sinks have prepared before it is committed when `store` is done. */
  checkpoint(request: Omit<SnapshotRequest, 'kind' | 'suspend'>): Promise<JobSnapshot> {
    return this.#coordinator.snapshot({ ...request, kind: 'checkpoint' })
  }

  /** Take a savepoint into a folder of the host's storage while the job goes on; nothing is committed for it. */
  snapshot(folder?: string, timeoutMs?: number): Promise<JobSnapshot> {
    return this.#savepoint(folder, { suspend: false, timeoutMs })
  }

  async #savepoint(folder: string | undefined, how: SavepointOptions): Promise<JobSnapshot> {
    const files = this.#files(folder ?? '')
    // Its files would take the place of those that the manifest there names, one by one.
    const wrong = (cause: unknown): never => {
      throw notStored(this.name, folder ?? '', cause)
    }
    if (folder !== undefined && (await files.exists(`${folder}/${MANIFEST}`).catch(wrong))) {
      throw failure('RUNTIME_SNAPSHOT_EXISTS', { path: folder })
    }
    const { stored, ...request } = how
    const store = async (snapshot: JobSnapshot, _mode: SnapshotMode, signal: AbortSignal) => {
      if (folder !== undefined) {
        await writeSnapshot(files, folder, snapshot, { job: this.name, signal }).catch(wrong)
      }
      await stored?.(snapshot, signal)
    }
    return this.#coordinator.snapshot({ ...request, kind: 'savepoint', store })
  }

  /** Take a snapshot and stop right behind it: no row behind the barrier is read. */
  async stop(folder?: string, how: Omit<SavepointOptions, 'suspend'> = {}): Promise<JobSnapshot> {
    const snapshot = await this.#savepoint(folder, { ...how, suspend: true })
    this.#stopped = true
    await this.cancel()
    // Closing may have failed.
    await this.#completion
    return snapshot
  }

  /** Stopped behind a snapshot that is stored and committed. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Every subtask of the operator is tapped. */
  tap(tap: Tap): void {
    for (const task of this.#tasks) task.tap(tap)
  }

  untap(tap: Tap): void {
    for (const task of this.#tasks) task.untap(tap)
  }

  /**
   * What an operator keeps of one partition key, read in the subtask whose key group it is in, between two batches.
   * @param partition the key's columns
   */
  async peek(node: number, partition: Schema, key: readonly Value[], limit: number): Promise<PeekedKey> {
    const vertex = this.graph.vertexOf.get(node) as Vertex
    const keyGroup = keyGroupOfKey(partition, key, this.graph.maxParallelism)
    const subtask = subtaskOf(keyGroup, vertex.parallelism, this.graph.maxParallelism)
    const task = this.#tasks.find((each) => each.vertex === vertex.id && each.subtask === subtask) as Task
    return { subtask, states: await task.peek(node, key, limit, () => this.#yield()) }
  }

  metrics(): OperatorMetricsView[] {
    return this.#tasks.flatMap((task) => task.metrics())
  }

  async #close(): Promise<void> {
    const results = await Promise.allSettled(this.#tasks.map((task) => task.close()))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}
