/** A partition: its log, its replicas and leader, its producers, and the fetches that wait for it. */
import { ErrorCodes } from '../protocol/index.ts'
import { PartitionLog, type Retention } from './partition-log.ts'
import { PartitionTransactions } from './partition-transactions.ts'
import { ProducerStates } from './producer-state.ts'
import { type BatchInfo, inspectBatch } from './record-batch.ts'
import { memoryStore, type PartitionStore } from './store.ts'
import { markerBatch } from './transaction-marker.ts'

export type AppendResult =
  | { readonly kind: 'stored'; readonly offset: number }
  | { readonly kind: 'refused'; readonly error: number; readonly message: string }

/** Told that bytes arrived (0: something else changed, look again). */
export type AppendListener = (bytes: number) => void

export class Partition {
  readonly index: number
  readonly log: PartitionLog
  replicas: readonly number[]
  /** −1: no replica is alive. */
  leader = -1
  leaderEpoch = 0
  inSync: readonly number[] = []
  readonly transactions = new PartitionTransactions()
  readonly #producers = new ProducerStates()
  readonly #listeners = new Set<AppendListener>()

  constructor(
    topic: string,
    index: number,
    replicas: readonly number[],
    retention: Retention,
    store: PartitionStore = memoryStore.partition(topic, index),
  ) {
    this.index = index
    this.replicas = replicas
    this.log = new PartitionLog(`${topic}-${index}`, retention, store)
  }

  /** Know again what the log of an earlier process says: offsets, producers, transactions. */
  recover(log: (line: string) => void): void {
    this.log.recover((batch) => {
      this.leaderEpoch = batch.leaderEpoch
      const { producerId, producerEpoch, offset, committed } = batch
      if (committed !== undefined) this.#ended(producerId, producerEpoch, committed, offset)
      else this.#stored(batch, offset)
    }, log)
    this.transactions.forget(this.log.startOffset)
  }

  /** Abort what no transaction of the cluster owns: its entry in the journal was lost with the machine. */
  abortOrphans(owned: (producerId: number) => boolean, now: number): void {
    for (const producerId of this.transactions.producers()) {
      if (!owned(producerId)) this.endTransaction(producerId, this.#producers.epochOf(producerId), false, now)
    }
  }

  /** Behind this offset readers of committed records see nothing yet. */
  get lastStableOffset(): number {
    return this.transactions.stableOffset ?? this.log.endOffset
  }

  /** @param writeError the error code of a transactional batch whose producer may not write here */
  append(
    batch: Uint8Array,
    maxSize: number,
    now: number,
    writeError: (producerId: number, epoch: number) => number = () => ErrorCodes.NONE,
  ): AppendResult {
    const info = inspectBatch(batch, maxSize)
    if ('error' in info) return { kind: 'refused', ...info }
    if (info.transactional) {
      const error = writeError(info.producerId, info.producerEpoch)
      if (error !== ErrorCodes.NONE) {
        return { kind: 'refused', error, message: `producer ${info.producerId} has no transaction here` }
      }
    }
    const check = this.#producers.check(info)
    if (check.kind === 'refused') return check
    if (check.kind === 'duplicate') return { kind: 'stored', offset: check.offset }
    const offset = this.log.append(batch, info, this.leaderEpoch, now)
    this.#stored(info, offset)
    this.transactions.forget(this.log.startOffset)
    this.wake(batch.length)
    return { kind: 'stored', offset }
  }

  /** The marker that ends a producer's transaction. */
  endTransaction(producerId: number, epoch: number, committed: boolean, now: number): void {
    const marker = markerBatch(producerId, epoch, committed, now)
    const info = { size: marker.length, count: 1, maxTimestamp: now, producerId, producerEpoch: epoch }
    const offset = this.log.append(marker, { ...info, baseSequence: -1, transactional: true }, this.leaderEpoch, now)
    this.#ended(producerId, epoch, committed, offset)
    this.wake(marker.length)
  }

  #stored(info: BatchInfo, offset: number): void {
    this.#producers.stored(info, offset)
    if (info.transactional) this.transactions.written(info.producerId, offset)
  }

  #ended(producerId: number, epoch: number, committed: boolean, offset: number): void {
    this.#producers.fenced(producerId, epoch)
    this.transactions.ended(producerId, committed, offset)
  }

  /** The first replica that is alive leads; a change of leader begins a new epoch. */
  elect(alive: ReadonlySet<number>): void {
    this.inSync = this.replicas.filter((node) => alive.has(node))
    const leader = this.inSync[0] ?? -1
    if (leader === this.leader) return
    if (this.leader !== -1 || this.log.endOffset > 0) this.leaderEpoch++
    this.leader = leader
    this.wake(0)
  }

  /** Error code for a request that came to `node`, with what the client believes to be the leader's epoch (−1: nothing). */
  leadershipError(node: number, currentLeaderEpoch: number): number {
    if (this.leader === -1) return ErrorCodes.LEADER_NOT_AVAILABLE
    if (this.leader !== node) return ErrorCodes.NOT_LEADER_OR_FOLLOWER
    if (currentLeaderEpoch < 0 || currentLeaderEpoch === this.leaderEpoch) return ErrorCodes.NONE
    return currentLeaderEpoch < this.leaderEpoch ? ErrorCodes.FENCED_LEADER_EPOCH : ErrorCodes.UNKNOWN_LEADER_EPOCH
  }

  listen(listener: AppendListener): void {
    this.#listeners.add(listener)
  }

  unlisten(listener: AppendListener): void {
    this.#listeners.delete(listener)
  }

  wake(bytes: number): void {
    for (const listener of [...this.#listeners]) listener(bytes)
  }
}
