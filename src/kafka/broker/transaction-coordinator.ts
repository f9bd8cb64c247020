/**
 * The transactions of the cluster, by transactional id.
 *
 * Laws
 * - A transaction is of one producer id and epoch; taking its id (InitProducerId) aborts what is open and moves the epoch on, so
 *   that the one before is refused from then on. So does its timeout.
 * - Ending writes a marker to every partition of the transaction at once; the same end again is no error.
 * - As in Kafka with `transaction.version` 1 the epoch stays when a transaction ends: a repeated end on an id that has begun
 *   another transaction ends that one.
 */
import { ErrorCodes } from '../protocol/index.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { CommittedOffset } from './offset-store.ts'
import type { BrokerHost, BrokerSettings } from './options.ts'
import type { Topics } from './topics.ts'

export type TransactionState = 'Empty' | 'Ongoing' | 'CompleteCommit' | 'CompleteAbort'

interface PendingOffset extends CommittedOffset {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

interface Transaction {
  readonly id: string
  producerId: number
  epoch: number
  state: TransactionState
  timeoutMs: number
  readonly partitions: Map<string, { readonly topic: string; readonly partition: number }>
  readonly groups: Set<string>
  offsets: PendingOffset[]
  cancelTimer: () => void
}

const LAST_EPOCH = 32_766

export class TransactionCoordinator {
  readonly #settings: BrokerSettings
  readonly #host: BrokerHost
  readonly #topics: Topics
  readonly #groups: GroupCoordinator
  readonly #newProducerId: () => number
  readonly #transactions = new Map<string, Transaction>()

  constructor(parts: {
    readonly settings: BrokerSettings
    readonly host: BrokerHost
    readonly topics: Topics
    readonly groups: GroupCoordinator
    readonly newProducerId: () => number
  }) {
    this.#settings = parts.settings
    this.#host = parts.host
    this.#topics = parts.topics
    this.#groups = parts.groups
    this.#newProducerId = parts.newProducerId
  }

  /** @param known what the producer had before; −1 and −1 for one that begins */
  init(id: string, timeoutMs: number, known: { readonly producerId: number; readonly epoch: number }) {
    if (timeoutMs <= 0 || timeoutMs > this.#settings.transactionMaxTimeoutMs) {
      return { errorCode: ErrorCodes.INVALID_TRANSACTION_TIMEOUT, producerId: -1, producerEpoch: -1 }
    }
    let transaction = this.#transactions.get(id)
    if (transaction === undefined) {
      transaction = {
        id,
        producerId: this.#newProducerId(),
        epoch: -1,
        state: 'Empty',
        timeoutMs,
        partitions: new Map(),
        groups: new Set(),
        offsets: [],
        cancelTimer: () => {},
      }
      this.#transactions.set(id, transaction)
    } else if (
      known.producerId >= 0 &&
      (known.producerId !== transaction.producerId || known.epoch !== transaction.epoch)
    ) {
      return { errorCode: ErrorCodes.PRODUCER_FENCED, producerId: -1, producerEpoch: -1 }
    }
    if (transaction.state === 'Ongoing') this.#fence(transaction)
    transaction.timeoutMs = timeoutMs
    transaction.state = 'Empty'
    if (transaction.epoch >= LAST_EPOCH) {
      transaction.producerId = this.#newProducerId()
      transaction.epoch = -1
    }
    transaction.epoch++
    return { errorCode: ErrorCodes.NONE, producerId: transaction.producerId, producerEpoch: transaction.epoch }
  }

  /** Error code of a producer that is not, or not any more, the one of the transactional id. */
  #check(id: string, producerId: number, epoch: number): { transaction?: Transaction; errorCode: number } {
    const transaction = this.#transactions.get(id)
    if (transaction === undefined || transaction.producerId !== producerId) {
      return { errorCode: ErrorCodes.INVALID_PRODUCER_ID_MAPPING }
    }
    if (transaction.epoch !== epoch) return { errorCode: ErrorCodes.PRODUCER_FENCED }
    return { transaction, errorCode: ErrorCodes.NONE }
  }

  addPartitions(
    id: string,
    producerId: number,
    epoch: number,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    this.#begin(transaction)
    for (const place of partitions) transaction.partitions.set(`${place.topic}/${place.partition}`, place)
    return ErrorCodes.NONE
  }

  addGroup(id: string, producerId: number, epoch: number, group: string): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    this.#begin(transaction)
    transaction.groups.add(group)
    return ErrorCodes.NONE
  }

  addOffset(id: string, producerId: number, epoch: number, offset: PendingOffset): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    if (transaction.state !== 'Ongoing') return ErrorCodes.INVALID_TXN_STATE
    transaction.offsets.push(offset)
    return ErrorCodes.NONE
  }

  /** May the producer write to the partition in its transaction? */
  writeError(id: string | null, producerId: number, epoch: number, topic: string, partition: number): number {
    if (id === null) return ErrorCodes.INVALID_TXN_STATE
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) {
      return errorCode === ErrorCodes.PRODUCER_FENCED ? ErrorCodes.INVALID_PRODUCER_EPOCH : errorCode
    }
    const added = transaction.state === 'Ongoing' && transaction.partitions.has(`${topic}/${partition}`)
    return added ? ErrorCodes.NONE : ErrorCodes.INVALID_TXN_STATE
  }

  end(id: string, producerId: number, epoch: number, committed: boolean): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    if (transaction.state === 'Ongoing') {
      this.#finish(transaction, committed)
      return ErrorCodes.NONE
    }
    const same = committed ? 'CompleteCommit' : 'CompleteAbort'
    return transaction.state === same ? ErrorCodes.NONE : ErrorCodes.INVALID_TXN_STATE
  }

  list(): readonly { readonly id: string; readonly producerId: number; readonly state: TransactionState }[] {
    return [...this.#transactions.values()].map(({ id, producerId, state }) => ({ id, producerId, state }))
  }

  #begin(transaction: Transaction): void {
    if (transaction.state === 'Ongoing') return
    transaction.state = 'Ongoing'
    transaction.cancelTimer = this.#host.clock.after(transaction.timeoutMs, () => {
      if (transaction.state === 'Ongoing') this.#fence(transaction)
    })
  }

  /** Abort, and refuse the producer from now on. */
  #fence(transaction: Transaction): void {
    transaction.epoch++
    this.#finish(transaction, false)
  }

  #finish(transaction: Transaction, committed: boolean): void {
    const { producerId, epoch } = transaction
    transaction.cancelTimer()
    const now = this.#host.clock.now()
    for (const { topic, partition } of transaction.partitions.values()) {
      this.#topics.partition(topic, partition)?.endTransaction(producerId, epoch, committed, now)
    }
    if (committed) {
      for (const { group, topic, partition, ...offset } of transaction.offsets) {
        this.#groups.getOrCreate(group).offsets.commit(topic, partition, offset)
      }
    }
    transaction.partitions.clear()
    transaction.groups.clear()
    transaction.offsets = []
    transaction.state = committed ? 'CompleteCommit' : 'CompleteAbort'
  }

  close(): void {
    for (const { cancelTimer } of this.#transactions.values()) cancelTimer()
  }
}
