/**
 * A submitted job over all its attempts: started, started again after a failure, ended.
 *
 * Laws
 * - A restart begins from the newest completed checkpoint of this run, otherwise from where the run began.
 * - Whether there is one is for the restart strategy and the domain of the error to say (`restart-strategy.ts`); every
 *   failure stays in `exceptions`.
 * - A job whose rows go to the program is not restarted: the program would see rows twice.
 */
import { fail, failure, isRivuletError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { BadRecord } from '../connectors/contract.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import type { JobGraph } from '../runtime/graph.ts'
import type { Job, JobStatus, SubtaskTimes } from '../runtime/job.ts'
import type { OperatorMetricsView } from '../runtime/metrics.ts'
import type { JobSnapshot } from '../runtime/snapshot-store.ts'
import { Tap } from '../runtime/tap.ts'
import { BadRecordRing, type BadRecordsView } from './bad-records.ts'
import type { Checkpointing } from './checkpointing.ts'
import { parseKey } from './live/key.ts'
import { type KeyedState, keyedStateOf, keyOf, STATE_ROWS } from './live/keyed-state.ts'
import { LIVE_EVERY_MS, LIVE_LIMIT, type LiveRows, type LiveRowsOptions, liveRows } from './live/rows.ts'
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
  readonly plan: CompiledPlan
  /** In which times are printed. */
  readonly timeZone: string
  readonly traces?: JobTraces
  /** Where the run begins; absent = anew. */
  readonly restore?: JobSnapshot
  /** Where that stands; absent when it is in memory only. */
  readonly restorePath?: string
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
  /** Who looks at rows, over restarts. */
  readonly #taps = new Set<Tap>()
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
    const { restore, restorePath, checkpointing, host } = this.#parts
    await this.#traced(restore, () => this.#job.open())
    if (restore !== undefined) checkpointing.statistics.restored(restore.checkpoint, host.clock.now(), restorePath)
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
    try {
      await this.#attempts()
    } finally {
      for (const tap of this.#taps) tap.end()
      this.#taps.clear()
    }
  }

  async #attempts(): Promise<void> {
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
        if (this.#job.stopped) this.#endStopped(error)
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

  /** What was stopped with a savepoint is not started again because it did not close well: all of it is stored and committed. */
  #endStopped(error: unknown): never {
    this.#exceptions = [{ at: this.#parts.host.clock.now(), error }, ...this.#exceptions].slice(0, HISTORY)
    this.#ended = 'FAILED'
    throw error
  }

  async #reopen(): Promise<void> {
    const { checkpointing, restore } = this.#parts
    const newest = (await checkpointing.restore()) ?? restore
    this.#job = this.#create(newest, checkpointing.lastCheckpoint)
    for (const tap of this.#taps) this.#job.tap(tap)
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
    const restartAfter = stuck || checkpointing.drained || !isRetryable(error) ? undefined : restart(at)
    this.#exceptions = [{ at, error, restartAfter }, ...this.#exceptions].slice(0, HISTORY)
    this.#parts.traces?.failed(at, error, restartAfter)
    if (restartAfter === undefined) {
      this.#ended = 'FAILED'
      if (!stuck) throw error
      const detail = error instanceof Error ? error.message : String(error)
      throw failure('RUNTIME_FAILS_AGAIN', { job: this.name, detail }, { cause: error, place: placeOf(error) })
    }
    this.#restarting = true
    const detail = error instanceof Error ? error.message : String(error)
    const fix = isRivuletError(error) ? error.hint : undefined
    host.warn?.(failure('ENGINE_JOB_RESTARTS', { job: this.name, afterMs: restartAfter, detail, fix }))
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
    try {
      const path = await this.#parts.checkpointing.savepoint(this.#job, folder, { drain })
      await this.#completion
      return path
    } catch (error) {
      if (this.#job.stopped) {
        await this.#completion?.catch(() => {
          // It ended with the cause of this error, which names the savepoint.
        })
      }
      throw error
    }
  }

  badRecords(): BadRecordsView {
    return this.#badRecords.view(this.#job.metrics())
  }

  now(): number {
    return this.#parts.host.clock.now()
  }

  /** The rows of an operator as they come; of a sink, the rows that it gets. */
  rows(id: number, options: LiveRowsOptions = {}): AsyncGenerator<LiveRows, void, undefined> {
    const { plan, timeZone, host } = this.#parts
    const node = this.#operator(id)
    const last = node.kind === 'sink' || node.kind === 'collect'
    const from = last ? (plan.nodes.find((each) => each.id === node.inputs[0].node) as PlanNode) : node
    return liveRows({
      open: () => {
        const tap = new Tap(from.id, options.limit ?? LIVE_LIMIT)
        if (this.#over) tap.end()
        else this.#taps.add(tap)
        this.#job.tap(tap)
        return tap
      },
      close: (tap) => {
        this.#taps.delete(tap)
        this.#job.untap(tap)
      },
      schema: last ? from.schema.map(({ type }, c) => ({ name: node.schema[c]?.name ?? `${c}`, type })) : from.schema,
      timeZone,
      clock: host.clock,
      everyMs: options.everyMs ?? LIVE_EVERY_MS,
      signal: options.signal,
    })
  }

  /** How many look at rows. */
  get lookers(): number {
    return this.#taps.size
  }

  /** What an operator keeps of a key, as people write it. */
  async keyedState(id: number, key: string): Promise<KeyedState> {
    const { plan, timeZone } = this.#parts
    const node = this.#operator(id)
    const partition = keyOf(node, plan.nodes)
    const values = parseKey(key, partition, node.description, timeZone)
    if (this.status !== 'RUNNING') fail('ENGINE_NOT_RUNNING', { job: this.name, state: this.status })
    return keyedStateOf(node, values, await this.#job.peek(id, partition, values, STATE_ROWS), timeZone)
  }

  #operator(id: number): PlanNode {
    const { nodes } = this.#parts.plan
    const known = nodes.map((node) => `${node.id} ${node.description}`).join('; ')
    return (
      nodes.find((node) => node.id === id) ??
      fail('ENGINE_NO_SUCH_OPERATOR', { job: this.name, operator: String(id), known })
    )
  }

  get #over(): boolean {
    return ['FINISHED', 'FAILED', 'CANCELED'].includes(this.status)
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
