/**
 * A subtask: one chain of operators, the channels in front of it, the exchanges behind it.
 *
 * Laws
 * - `runOnce` never blocks and leaves the subtask in a state from which it can be called again.
 * - Elements are taken in arrival order over all channels that are not waiting for alignment.
 * - The watermark handed to the head is the minimum over the active channels and only rises; a channel that is idle or ended
 *   does not hold it back.
 * - A barrier passes when it came from every channel (ended ones count) and nothing is in flight in asynchronous functions any
 *   more: then, before anything that follows it, each operator in chain order is snapshot and the barrier is put behind all
 *   earlier output. The end passes in the same way.
 * - A chain with a transactional sink is not finished at its end before a checkpoint behind it is committed.
 */
import { failure, isRivuletError } from '../base/errors.ts'
import type { Lifecycle } from '../expr/function.ts'
import type { Operator, SourceOperator } from '../operators/contract.ts'
import type { PlanNode } from '../operators/nodes.ts'
import type { OperatorState, SnapshotMode, StateOfKey, StateSnapshot } from '../state/contract.ts'
import type { Value } from '../types/value.ts'
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import type { OperatorMetrics, OperatorMetricsView } from './metrics.ts'
import type { Tap } from './tap.ts'
import { prepareSinks, type SinkPart } from './transactions.ts'

export interface ChainedOperator {
  readonly node: PlanNode
  readonly operator: Operator
  readonly state: OperatorState
  readonly metrics: OperatorMetrics
}

/** What a subtask hands to the coordinator when a barrier passes. */
export interface SubtaskSnapshot {
  readonly checkpoint: number
  readonly operators: readonly {
    readonly node: number
    readonly snapshot: StateSnapshot
    readonly watermark: number
    /** All of the state, not what changed since the snapshot before. */
    readonly whole: boolean
  }[]
  /** Resolves when the sinks of the chain have flushed, or prepared, what came before the barrier. */
  readonly flushed: Promise<readonly SinkPart[]>
}

export type TaskProgress = 'progress' | 'idle' | 'blocked' | 'finished'

export class Task {
  readonly vertex: number
  readonly subtask: number
  readonly #chain: readonly ChainedOperator[]
  readonly #channels: readonly Channel[]
  readonly #exchanges: readonly Exchange[]
  readonly #onSnapshot: (snapshot: SubtaskSnapshot) => void
  readonly #functions: readonly Parameters<Lifecycle['add']>[0][]
  #opened = 0
  readonly #now: () => number
  readonly #mode: () => SnapshotMode
  #watermark: number
  #idle = false
  #shownIdle = false
  /** A barrier or the end on its way through the chain. */
  #settling: { at: number; readonly step: (operator: Operator) => void; readonly done: () => void } | undefined
  #pendingBarrier: { readonly checkpoint: number; readonly suspend: boolean; readonly drain: boolean } | undefined
  /** Stopped behind a barrier: no element is taken and no timer fires, so that nothing behind it reaches a sink. */
  #suspended = false
  #ending: Promise<void> | undefined
  #finished = false
  #failure: unknown
  #final: SubtaskSnapshot['operators'] | undefined
  /** At its end, with rows that only a commit makes visible. */
  #uncommitted = false
  /** The checkpoint that a subtask at its end has taken part in. */
  #lastPrepared = 0
  /** The operator that takes no rows now, counted until `since`. */
  #full: { readonly metrics: OperatorMetrics; readonly since: number } | undefined

  constructor(parts: {
    readonly vertex: number
    readonly subtask: number
    readonly chain: readonly ChainedOperator[]
    readonly channels: readonly Channel[]
    readonly exchanges: readonly Exchange[]
    readonly watermark: number
    /** Users' functions that are opened and closed with the subtask. */
    readonly functions?: readonly Parameters<Lifecycle['add']>[0][]
    readonly now: () => number
    /** How the snapshot of the barrier that passes is taken; absent = in full. */
    readonly mode?: () => SnapshotMode
    readonly onSnapshot: (snapshot: SubtaskSnapshot) => void
  }) {
    this.vertex = parts.vertex
    this.subtask = parts.subtask
    this.#chain = parts.chain
    this.#channels = parts.channels
    this.#exchanges = parts.exchanges
    this.#watermark = parts.watermark
    this.#functions = parts.functions ?? []
    this.#now = parts.now
    this.#mode = parts.mode ?? (() => 'full')
    this.#onSnapshot = parts.onSnapshot
  }

  get isSource(): boolean {
    return this.#channels.length === 0
  }

  get finished(): boolean {
    return this.#finished
  }

  /** The chain in words. */
  get description(): string {
    return this.#chain.map(({ node }) => node.description).join(' -> ')
  }

  /** The watermark of the head's input. */
  get watermark(): number {
    return this.#watermark
  }

  async open(onReady: () => void): Promise<void> {
    for (const part of this.#functions) {
      this.#opened++
      await part.open?.()
    }
    for (const { operator } of this.#chain) {
      operator.onReady?.(onReady)
      await operator.open?.()
    }
  }

  /**
   * Ask a source to put a barrier behind what it has emitted.
   * @param suspend emit nothing behind it until `resume`: the job is to be stopped there
   * @param drain the last watermark goes before it
   */
  trigger(checkpoint: number, suspend: boolean, drain = false): void {
    this.#pendingBarrier = { checkpoint, suspend, drain }
  }

  /** Go on behind a barrier that was to stop the job. */
  resume(): void {
    this.#suspended = false
  }

  /** Do some work, at most about `budget` rows. */
  runOnce(budget: number): TaskProgress {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#finished) return 'finished'
    if (this.#ending !== undefined || this.#suspended) return 'idle'
    this.#countFull()
    if (this.#exchanges.some((exchange) => exchange.full)) return 'blocked'
    if (this.#chain.some(({ operator }) => operator.full === true && operator.resume === undefined)) return 'blocked'
    try {
      const resumed = this.#resume()
      if (this.#settling !== undefined) return this.#settleOn() || resumed ? 'progress' : 'idle'
      if (resumed) return 'progress'
      if (this.#chain.some(({ operator }) => operator.full === true)) return 'blocked'
      const timers = this.#runProcessingTime()
      const progress = this.isSource ? this.#runSource(budget) : this.#runChannels(budget)
      return timers && progress === 'idle' ? 'progress' : progress
    } catch (error) {
      throw this.#describe(error)
    }
  }

  /** The time since an operator of the chain was found full is its own; the clock is read only when that changes or lasts. */
  #countFull(): void {
    const full = this.#chain.find(({ operator }) => operator.full === true)?.metrics
    if (full === undefined && this.#full === undefined) return
    const now = this.#now()
    if (this.#full !== undefined) this.#full.metrics.fullMs += now - this.#full.since
    this.#full = full === undefined ? undefined : { metrics: full, since: now }
  }

  /** What asynchronous functions have completed goes on first. */
  #resume(): boolean {
    let resumed = false
    for (const { operator } of this.#chain) if (operator.resume?.() === true) resumed = true
    if (resumed) this.#endBatch()
    if (this.#idle !== this.#shownIdle) this.#showIdle()
    return resumed
  }

  /** One step per operator in chain order, each when nothing is in flight in it any more; then `done`. */
  #settle(step: (operator: Operator) => void, done: () => void): void {
    this.#settling = { at: 0, step, done }
    this.#settleOn()
  }

  #settleOn(): boolean {
    const settling = this.#settling
    if (settling === undefined) return false
    const from = settling.at
    while (settling.at < this.#chain.length) {
      const { operator } = this.#chain[settling.at]
      if (operator.busy === true) return settling.at > from
      settling.step(operator)
      settling.at++
    }
    this.#settling = undefined
    settling.done()
    return true
  }

  #runSource(budget: number): TaskProgress {
    if (this.#pendingBarrier !== undefined) {
      const { checkpoint, suspend, drain } = this.#pendingBarrier
      this.#pendingBarrier = undefined
      if (drain) {
        ;(this.#chain[0].operator as SourceOperator).drain?.()
        this.#watermark = this.#chain[0].metrics.watermark
      }
      this.#passBarrier(checkpoint, suspend)
      return 'progress'
    }
    const source = this.#chain[0].operator as SourceOperator
    const progress = source.run(budget)
    this.#endBatch()
    this.#watermark = this.#chain[0].metrics.watermark
    this.#setIdle(source.idle === true)
    if (progress === 'end') this.#end()
    return progress === 'end' ? 'progress' : progress
  }

  #runChannels(budget: number): TaskProgress {
    let rows = 0
    let progress: TaskProgress = 'idle'
    while (rows < budget) {
      const channel = this.#nextChannel()
      if (channel === undefined) break
      progress = 'progress'
      const element = channel.take()
      switch (element.kind) {
        case 'batch': {
          const head = this.#chain[0]
          head.metrics.rowsIn += element.batch.length
          rows += element.batch.length
          head.operator.onBatch(element.batch, channel.input)
          break
        }
        case 'watermark':
          channel.watermark = Math.max(channel.watermark, element.watermark)
          channel.idle = false
          this.#advance()
          break
        case 'idle':
          channel.idle = element.idle
          this.#advance()
          break
        case 'barrier':
          channel.blockedBy = element.checkpoint
          channel.suspends = element.suspend
          this.#align()
          break
        case 'end':
          channel.ended = true
          this.#advance()
          this.#align()
          if (this.#channels.every((each) => each.ended)) {
            this.#end()
            return 'progress'
          }
      }
      this.#endBatch()
      if (this.#settling !== undefined || this.#suspended) break
      if (this.#exchanges.some((exchange) => exchange.full)) break
      if (this.#chain.some(({ operator }) => operator.full === true)) break
    }
    return progress
  }

  /** The channel whose next element is the oldest. */
  #nextChannel(): Channel | undefined {
    let best: Channel | undefined
    let oldest = Number.POSITIVE_INFINITY
    for (const channel of this.#channels) {
      const element = channel.peek()
      if (element !== undefined && element.sequence < oldest) {
        oldest = element.sequence
        best = channel
      }
    }
    return best
  }

  #advance(): void {
    let minimum = Number.POSITIVE_INFINITY
    let active = 0
    for (const channel of this.#channels) {
      // An ended channel has sent its last watermark, MAX_WATERMARK, before.
      if (channel.idle && !channel.ended) continue
      active++
      minimum = Math.min(minimum, channel.ended ? Number.POSITIVE_INFINITY : channel.watermark)
    }
    this.#setIdle(active === 0)
    if (active === 0 || minimum <= this.#watermark) return
    this.#watermark = minimum
    this.#chain[0].operator.onWatermark(minimum)
  }

  #setIdle(idle: boolean): void {
    if (idle === this.#idle) return
    this.#idle = idle
    this.#showIdle()
  }

  /** Idleness does not overtake rows in flight. */
  #showIdle(): void {
    if (this.#idle && this.#chain.some(({ operator }) => operator.busy === true)) return
    this.#shownIdle = this.#idle
    for (const exchange of this.#exchanges) exchange.idle(this.#idle)
  }

  #align(): void {
    const open = this.#channels.filter((channel) => !channel.ended)
    const checkpoint = Math.max(0, ...open.map((channel) => channel.blockedBy ?? 0))
    for (const channel of open) {
      // A newer barrier says that the older checkpoint was given up: nobody waits for the rest of its barriers.
      if (channel.blockedBy !== undefined && channel.blockedBy < checkpoint) channel.blockedBy = undefined
    }
    if (checkpoint === 0 || open.some((channel) => channel.blockedBy === undefined)) return
    this.#passBarrier(
      checkpoint,
      this.#channels.some((channel) => channel.blockedBy !== undefined && channel.suspends),
    )
  }

  #passBarrier(checkpoint: number, suspend: boolean): void {
    this.#settle(
      (operator) => operator.beforeBarrier?.(checkpoint),
      () => {
        // First what may fail: nobody would wait for the sinks then, and their error, unheard, would end the process.
        const operators = this.#snapshots(this.#mode())
        const flushed = prepareSinks(this.#chain, this.subtask, checkpoint)
        for (const exchange of this.#exchanges) exchange.barrier(checkpoint, suspend)
        for (const channel of this.#channels) channel.blockedBy = undefined
        this.#suspended = suspend
        this.#onSnapshot({ checkpoint, operators, flushed })
      },
    )
  }

  /** Last batch and MAX_WATERMARK are through: finish the operators, flush the sinks, pass the end on. */
  #end(): void {
    this.#settle(
      (operator) => operator.onEnd?.(),
      () =>
        this.#settle(
          (operator) => operator.beforeBarrier?.(),
          () => this.#ended(),
        ),
    )
  }

  #ended(): void {
    this.#final = this.#snapshots('copy').map((own) => ({ ...own, snapshot: once(own.snapshot) }))
    const flushed = this.#chain.map(({ operator }) =>
      operator.transactions === undefined ? operator.flush?.() : undefined,
    )
    this.#ending = Promise.all(flushed).then(
      () => {
        for (const exchange of this.#exchanges) exchange.end()
        this.#uncommitted = this.#chain.some(({ operator }) => operator.transactions !== undefined)
        this.#finished = !this.#uncommitted
        this.#wake()
      },
      (error: unknown) => {
        this.#ending = undefined
        this.#failure = error
        this.#wake()
      },
    )
  }

  /** At its end, waiting for a checkpoint whose completion commits its last rows. */
  get uncommitted(): boolean {
    return this.#uncommitted
  }

  /** Take part in a checkpoint whose barrier cannot come any more, because the end has. */
  prepareLast(checkpoint: number): void {
    this.#lastPrepared = checkpoint
    const flushed = prepareSinks(this.#chain, this.subtask, checkpoint)
    this.#onSnapshot({ checkpoint, operators: this.#final ?? [], flushed })
  }

  /** Make visible what was prepared for a checkpoint that is complete now. */
  async commit(parts: readonly SinkPart[]): Promise<void> {
    for (const { node, operator } of this.#chain) {
      const own = parts.filter((part) => part.node === node.id && part.subtask === this.subtask)
      const committables = own.flatMap((part) => part.committables)
      if (committables.length > 0) await operator.transactions?.commit(committables)
    }
  }

  #snapshots(mode: SnapshotMode): SubtaskSnapshot['operators'] {
    let watermark = this.#watermark
    return this.#chain.map(({ node, operator, state }) => {
      const own = { node: node.id, snapshot: state.snapshot(mode), watermark, whole: mode !== 'changes' }
      watermark -= operator.watermarkDelay ?? 0
      return own
    })
  }

  /** The state at the end, part of every later checkpoint; undefined while running. */
  get final(): SubtaskSnapshot['operators'] | undefined {
    return this.#finished ? this.#final : undefined
  }

  #wake: () => void = () => {}
  onWake(wake: () => void): void {
    this.#wake = wake
  }

  #runProcessingTime(): boolean {
    let fired = false
    for (const { operator } of this.#chain) {
      if (operator.nextProcessingTime === undefined) continue
      const now = this.#now()
      if (operator.nextProcessingTime() <= now) {
        operator.onProcessingTime?.(now)
        fired = true
      }
    }
    if (fired) this.#endBatch()
    return fired
  }

  /** No operator of the chain is in a call: slots are not in use. */
  #endBatch(): void {
    for (const { state } of this.#chain) state.endBatch()
  }

  /** When the subtask wants to run although nothing arrives, epoch ms. */
  nextProcessingTime(): number {
    let next = Number.POSITIVE_INFINITY
    if (this.#suspended) return next
    for (const { operator } of this.#chain) next = Math.min(next, operator.nextProcessingTime?.() ?? next)
    return next
  }

  checkpointComplete(checkpoint: number): void {
    for (const { operator } of this.#chain) operator.checkpointComplete?.(checkpoint)
    if (!this.#uncommitted || this.#lastPrepared !== checkpoint) return
    this.#uncommitted = false
    this.#finished = true
  }

  /** Let somebody see what an operator of the chain emits from now on. */
  tap(tap: Tap): void {
    for (const { node, metrics } of this.#chain) {
      if (node.id === tap.node) metrics.taps = [...(metrics.taps ?? []), tap]
    }
  }

  untap(tap: Tap): void {
    for (const { metrics } of this.#chain) {
      const others = metrics.taps?.filter((each) => each !== tap) ?? []
      metrics.taps = others.length === 0 ? null : others
    }
  }

  /** What an operator of the chain keeps of a key. */
  peek(node: number, key: readonly Value[], limit: number, pause: () => Promise<void>): Promise<readonly StateOfKey[]> {
    const found = this.#chain.find((each) => each.node.id === node)
    return found === undefined ? Promise.resolve([]) : found.state.peek(key, limit, pause)
  }

  metrics(): OperatorMetricsView[] {
    if (!this.#finished) this.#countFull()
    return this.#chain.map(({ node, operator, metrics }) => ({
      node: node.id,
      kind: node.kind,
      description: node.description,
      subtask: this.subtask,
      rowsIn: metrics.rowsIn,
      rowsOut: metrics.rowsOut,
      batchesOut: metrics.batchesOut,
      watermark: metrics.watermark,
      fullMs: metrics.fullMs,
      splits: operator.splits?.(),
      counters: Object.fromEntries([...metrics.counters].map(([name, counter]) => [name, counter.value])),
      gauges: Object.fromEntries([...metrics.gauges].map(([name, read]) => [name, read()])),
      waitingFor: operator.waitingFor?.(),
    }))
  }

  /** Every operator is closed, also after a failure; the first error is thrown when all are. */
  async close(): Promise<void> {
    const errors: unknown[] = []
    for (const { operator, state } of this.#chain) {
      try {
        await operator.close?.()
      } catch (error) {
        errors.push(error)
      }
      state.close()
    }
    while (this.#opened > 0) {
      try {
        await this.#functions[--this.#opened].close?.()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  #describe(error: unknown): unknown {
    if (isRivuletError(error)) return error
    const detail = error instanceof Error ? error.message : String(error)
    return failure('RUNTIME_OPERATOR_FAILED', { operator: this.description, detail }, { cause: error })
  }
}

/** The state at the end is part of every later checkpoint, and written once. */
function once(snapshot: StateSnapshot): StateSnapshot {
  let written: ReturnType<StateSnapshot['serialize']> | undefined
  return {
    serialize(pause) {
      written ??= snapshot.serialize(pause)
      return written
    },
    // Later checkpoints want it too.
    discard() {},
  }
}
