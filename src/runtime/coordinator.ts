/**
 * Takes snapshots of a running job: barriers into the sources, acknowledgements from the subtasks, one snapshot out.
 *
 * Laws
 * - A snapshot is complete when every subtask gave its state behind the same barrier and every sink has flushed what came
 *   before it; a subtask that ended gives the state it ended with.
 * - One snapshot is in progress at a time; a second request waits for the first.
 */
import { failure } from '../base/errors.ts'
import type { SerializedState } from '../state/contract.ts'
import type { JobSnapshot, OperatorIdentity, OperatorPart } from './snapshot-store.ts'
import type { SubtaskSnapshot, Task } from './task.ts'

interface Pending {
  readonly checkpoint: number
  readonly timestamp: number
  readonly received: Map<Task, SubtaskSnapshot>
  readonly resolve: (snapshot: JobSnapshot) => void
  readonly reject: (error: unknown) => void
}

export class Coordinator {
  readonly #job: string
  readonly #tasks: readonly Task[]
  readonly #plan: readonly OperatorIdentity[]
  readonly #maxParallelism: number
  readonly #wake: () => void
  /** Between two parts of a large state: lets the data path run. */
  readonly #pause: () => Promise<void>
  #pending: Pending | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #lastCheckpoint: number

  constructor(parts: {
    readonly job: string
    readonly tasks: readonly Task[]
    readonly plan: readonly OperatorIdentity[]
    readonly maxParallelism: number
    readonly lastCheckpoint: number
    readonly wake: () => void
    readonly pause: () => Promise<void>
  }) {
    this.#job = parts.job
    this.#tasks = parts.tasks
    this.#plan = parts.plan
    this.#maxParallelism = parts.maxParallelism
    this.#lastCheckpoint = parts.lastCheckpoint
    this.#wake = parts.wake
    this.#pause = parts.pause
  }

  /**
   * Take a snapshot and hand it to `store`; subtasks learn of its completion afterwards.
   * @param now epoch ms
   * @param suspend sources emit nothing behind the barrier (the job is stopped there); they go on when the snapshot fails
   */
  snapshot(now: number, store: (snapshot: JobSnapshot) => Promise<void>, suspend = false): Promise<JobSnapshot> {
    const run = this.#queue.then(async () => {
      let snapshot: JobSnapshot
      try {
        snapshot = await this.#collect(now, suspend)
        await store(snapshot)
      } catch (error) {
        for (const task of this.#tasks) task.resume()
        this.#wake()
        throw error
      }
      for (const task of this.#tasks) task.checkpointComplete(snapshot.checkpoint)
      return snapshot
    })
    this.#queue = run.catch(() => {})
    return run
  }

  get lastCheckpoint(): number {
    return this.#lastCheckpoint
  }

  #collect(timestamp: number, suspend: boolean): Promise<JobSnapshot> {
    return new Promise((resolve, reject) => {
      const checkpoint = ++this.#lastCheckpoint
      this.#pending = { checkpoint, timestamp, received: new Map(), resolve, reject }
      for (const task of this.#tasks) if (task.isSource && !task.finished) task.trigger(checkpoint, suspend)
      this.#wake()
      this.taskEnded()
    })
  }

  received(task: Task, snapshot: SubtaskSnapshot): void {
    if (snapshot.checkpoint !== this.#pending?.checkpoint) {
      discard(snapshot)
      return
    }
    this.#pending.received.set(task, snapshot)
    this.taskEnded()
  }

  /** Look again whether all subtasks have answered; also called when a subtask ended. */
  taskEnded(): void {
    const pending = this.#pending
    if (pending === undefined) return
    if (!this.#tasks.every((task) => pending.received.has(task) || task.finished)) return
    this.#pending = undefined
    this.#complete(pending).then(pending.resolve, (cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause)
      pending.reject(failure('RUNTIME_SNAPSHOT_FAILED', { job: this.#job, detail }, { cause }))
    })
  }

  async #complete(pending: Pending): Promise<JobSnapshot> {
    const parts: Promise<OperatorPart>[] = []
    const flushed: Promise<void>[] = []
    for (const task of this.#tasks) {
      const received = pending.received.get(task)
      if (received !== undefined) flushed.push(received.flushed)
      for (const { node, snapshot, watermark } of received?.operators ?? task.final ?? []) {
        parts.push(
          snapshot
            .serialize(this.#pause)
            .then((state: SerializedState) => ({ node, subtask: task.subtask, watermark, state })),
        )
      }
    }
    const [all] = await Promise.all([Promise.all(parts), Promise.all(flushed)])
    return {
      checkpoint: pending.checkpoint,
      timestamp: pending.timestamp,
      plan: this.#plan,
      maxParallelism: this.#maxParallelism,
      parts: all,
    }
  }

  /** The job ended or failed: nobody will answer any more. */
  abort(cause: unknown): void {
    const pending = this.#pending
    this.#pending = undefined
    for (const snapshot of pending?.received.values() ?? []) discard(snapshot)
    const detail = cause instanceof Error ? cause.message : 'the job ended'
    pending?.reject(failure('RUNTIME_SNAPSHOT_FAILED', { job: this.#job, detail }, { cause }))
  }
}

/** Nobody will write it. */
function discard({ operators }: SubtaskSnapshot): void {
  for (const { snapshot } of operators) snapshot.discard()
}
