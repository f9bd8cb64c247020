/**
 * Takes snapshots of a running job: barriers into the sources, acknowledgements from the subtasks, one snapshot out, and
 * then the commit of what the sinks have prepared.
 *
 * Laws
 * - A snapshot is complete when every subtask gave its state behind the same barrier and every sink has flushed or prepared
 *   what came before it, and it is stored. A subtask that ended gives the state it ended with.
 * - One snapshot is in progress at a time; a second request waits for the first, its commit included.
 * - What was prepared for a snapshot that did not complete, or that was a savepoint of a job that goes on, is committed with
 *   the next checkpoint: a job that falls back writes those rows again.
 * - A failed snapshot, or one that is not stored within its time, leaves the job running; a failed flush, prepare or commit
 *   ends it, because rows would be missing.
 * - A checkpoint is full when the one before failed, when the store asks for it, or when the backend knows nothing else.
 */
import { failure } from '../base/errors.ts'
import type { SerializedState, SnapshotMode } from '../state/contract.ts'
import type { JobSnapshot, OperatorIdentity, OperatorPart } from './snapshot-store.ts'
import type { SubtaskSnapshot, Task } from './task.ts'
import { commitFailure, type SinkPart } from './transactions.ts'

export interface SnapshotRequest {
  /** A savepoint stands alone: nothing is committed for it while the job goes on, and later changes do not build on it. */
  readonly kind: 'checkpoint' | 'savepoint'
  /** Sources emit nothing behind the barrier (the job is stopped there); they go on when the snapshot fails. */
  readonly suspend?: boolean
  /** Sources send the last watermark before the barrier, so that every window fires. */
  readonly drain?: boolean
  /** What has changed since the last checkpoint is enough for `store`. */
  readonly changes?: () => boolean
  /** Milliseconds after which it is given up, the writing included. */
  readonly timeoutMs?: number
  /** The signal aborts when the snapshot was given up: what is written then must not count, now or later. */
  readonly store: (snapshot: JobSnapshot, mode: SnapshotMode, signal: AbortSignal) => Promise<void>
}

interface Pending {
  readonly checkpoint: number
  readonly timestamp: number
  readonly mode: SnapshotMode
  readonly drain: boolean
  readonly received: Map<Task, SubtaskSnapshot>
  readonly resolve: (snapshot: JobSnapshot) => void
  readonly reject: (error: unknown) => void
}

export interface CoordinatorParts {
  readonly job: string
  readonly tasks: readonly Task[]
  readonly plan: readonly OperatorIdentity[]
  readonly maxParallelism: number
  readonly lastCheckpoint: number
  /** Of the checkpoint that the job started from, epoch ms; 0 for none. */
  readonly lastTimestamp: number
  /** The state backend can leave out what has not changed. */
  readonly incremental: boolean
  /** How late a source hears of a checkpoint, ms: tests of alignment draw it. Absent: all at once. */
  readonly triggerDelay?: () => number
  readonly now: () => number
  readonly after: (delayMs: number, callback: () => void) => () => void
  readonly wake: () => void
  /** Between two parts of a large state: lets the data path run. */
  readonly pause: () => Promise<void>
  /** Ends the job. */
  readonly fail: (error: unknown) => void
}

export class Coordinator {
  readonly #parts: CoordinatorParts
  #pending: Pending | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #queued = 0
  #lastCheckpoint: number
  #lastTimestamp: number
  #needsFull = true
  #ended = false
  /** Prepared and not committed, in the order of barriers. */
  #prepared: { readonly checkpoint: number; readonly parts: Promise<readonly SinkPart[]> }[] = []

  constructor(parts: CoordinatorParts) {
    this.#parts = parts
    this.#lastCheckpoint = parts.lastCheckpoint
    this.#lastTimestamp = parts.lastTimestamp
  }

  get lastCheckpoint(): number {
    return this.#lastCheckpoint
  }

  /** A snapshot is in progress or waits. */
  get busy(): boolean {
    return this.#queued > 0
  }

  /** How the snapshot of the barrier on its way is taken. */
  get mode(): SnapshotMode {
    return this.#pending?.mode ?? 'copy'
  }

  snapshot(request: SnapshotRequest): Promise<JobSnapshot> {
    this.#queued++
    const run = this.#queue.then(() => this.#take(request))
    this.#queue = run
      .catch(() => {
        // The caller has the error; the next snapshot is taken all the same.
      })
      .finally(() => {
        this.#queued--
        this.#parts.wake()
      })
    return run
  }

  async #take(request: SnapshotRequest): Promise<JobSnapshot> {
    const { tasks, incremental, wake } = this.#parts
    const checkpointing = request.kind === 'checkpoint'
    const changes = checkpointing && incremental && !this.#needsFull && request.changes?.() === true
    const mode: SnapshotMode = !checkpointing ? 'copy' : changes ? 'changes' : 'full'
    let snapshot: JobSnapshot
    const deadline = this.#deadline(request.timeoutMs)
    try {
      snapshot = await deadline.before(this.#collect(mode, request))
      await deadline.before(request.store(snapshot, mode, deadline.signal))
    } catch (error) {
      if (checkpointing) this.#needsFull = true
      for (const task of tasks) task.resume()
      wake()
      throw error
    } finally {
      deadline.cancel()
    }
    if (checkpointing) this.#needsFull = false
    if (checkpointing || request.suspend === true) await this.#commit(snapshot)
    return snapshot
  }

  async #commit(snapshot: JobSnapshot): Promise<void> {
    const { job, tasks, fail } = this.#parts
    const { checkpoint, sinks = [] } = snapshot
    try {
      await Promise.all(tasks.map((task) => task.commit(sinks)))
    } catch (cause) {
      const error = commitFailure(job, checkpoint, cause)
      fail(error)
      throw error
    }
    this.#prepared = this.#prepared.filter((each) => each.checkpoint > checkpoint)
    for (const task of tasks) task.checkpointComplete(checkpoint)
  }

  /** Rejects what is not done in time; what goes on behind it is nobody's any more. */
  #deadline(timeoutMs: number | undefined) {
    const { job, after } = this.#parts
    const given = new AbortController()
    const cancel =
      timeoutMs === undefined
        ? () => {}
        : after(timeoutMs, () => {
            const pending = this.#pending
            this.#pending = undefined
            for (const snapshot of pending?.received.values() ?? []) discard(snapshot)
            given.abort(failure('RUNTIME_SNAPSHOT_TIMEOUT', { job, timeoutMs, waitsFor: this.#waitsFor(pending) }))
          })
    const before = <T>(work: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        given.signal.addEventListener('abort', () => reject(given.signal.reason), { once: true })
        work.then(resolve, reject)
      })
    return { signal: given.signal, before, cancel }
  }

  /** The operators whose subtasks have not answered; undefined when all have. */
  #waitsFor(pending: Pending | undefined): string | undefined {
    if (pending === undefined) return undefined
    const open = this.#parts.tasks.filter((task) => !pending.received.has(task) && !task.finished)
    return [...new Set(open.map((task) => task.description))].join(', ')
  }

  #collect(mode: SnapshotMode, { suspend, drain }: SnapshotRequest): Promise<JobSnapshot> {
    const { job, tasks, now, wake } = this.#parts
    return new Promise((resolve, reject) => {
      if (this.#ended) throw failure('RUNTIME_SNAPSHOT_FAILED', { job, detail: 'the job ended' })
      const checkpoint = ++this.#lastCheckpoint
      const timestamp = this.#nextTimestamp(now())
      this.#pending = { checkpoint, timestamp, mode, drain: drain === true, received: new Map(), resolve, reject }
      for (const task of tasks) if (task.isSource) this.#trigger(task, checkpoint, suspend === true, drain === true)
      wake()
      this.taskEnded()
    })
  }

  #trigger(task: Task, checkpoint: number, suspend: boolean, drain: boolean): void {
    const { triggerDelay, after, wake } = this.#parts
    const now = () => {
      if (!task.finished && !task.uncommitted) task.trigger(checkpoint, suspend, drain)
    }
    const delay = triggerDelay?.() ?? 0
    if (delay <= 0) {
      now()
      return
    }
    after(delay, () => {
      if (this.#pending?.checkpoint !== checkpoint) return
      now()
      wake()
    })
  }

  /** The newest checkpoint of a job is found by its time: that never goes back, whatever the machine's clock does. */
  #nextTimestamp(now: number): number {
    this.#lastTimestamp = Math.max(now, this.#lastTimestamp + 1)
    return this.#lastTimestamp
  }

  received(task: Task, snapshot: SubtaskSnapshot): void {
    const { checkpoint, flushed } = snapshot
    // Also of a snapshot that was given up: its rows are committed with the next one.
    this.#prepared.push({ checkpoint, parts: flushed })
    flushed.catch((cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      this.#parts.fail(failure('RUNTIME_FLUSH_FAILED', { job: this.#parts.job, checkpoint, detail }, { cause }))
    })
    if (checkpoint !== this.#pending?.checkpoint) {
      discard(snapshot)
      return
    }
    this.#pending.received.set(task, snapshot)
    this.taskEnded()
  }

  /** Look again whether all subtasks have answered; also called when a subtask came to its end. */
  taskEnded(): void {
    const pending = this.#pending
    if (pending === undefined) return
    const { tasks, job } = this.#parts
    const last = tasks.find((task) => task.uncommitted && !pending.received.has(task))
    if (last !== undefined) {
      // It answers through `received`, which looks again.
      last.prepareLast(pending.checkpoint)
      return
    }
    if (!tasks.every((task) => pending.received.has(task) || task.finished)) return
    this.#pending = undefined
    this.#complete(pending).then(pending.resolve, (cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      pending.reject(failure('RUNTIME_SNAPSHOT_FAILED', { job, detail }, { cause }))
    })
  }

  async #complete(pending: Pending): Promise<JobSnapshot> {
    const { tasks, plan, maxParallelism, pause } = this.#parts
    const { checkpoint, timestamp } = pending
    const parts: Promise<OperatorPart>[] = []
    for (const task of tasks) {
      for (const { node, snapshot, watermark, whole } of pending.received.get(task)?.operators ?? task.final ?? []) {
        parts.push(
          snapshot
            .serialize(pause)
            .then((state: SerializedState) => ({ node, subtask: task.subtask, watermark, state, whole })),
        )
      }
    }
    const prepared = this.#prepared.filter((each) => each.checkpoint <= checkpoint).map((each) => each.parts)
    const [all, sinks] = await Promise.all([Promise.all(parts), Promise.all(prepared)])
    const drained = pending.drain ? { drained: true } : {}
    return { checkpoint, timestamp, plan, maxParallelism, parts: all, ...drained, sinks: sinks.flat() }
  }

  /** The job ended or failed: nobody will answer any more. */
  abort(cause: unknown): void {
    const pending = this.#pending
    this.#pending = undefined
    this.#ended = true
    for (const snapshot of pending?.received.values() ?? []) discard(snapshot)
    const detail = cause instanceof Error ? cause.message : 'the job ended'
    pending?.reject(failure('RUNTIME_SNAPSHOT_FAILED', { job: this.#parts.job, detail }, { cause }))
  }
}

/** Nobody will write it. */
function discard({ operators }: SubtaskSnapshot): void {
  for (const { snapshot } of operators) snapshot.discard()
}
