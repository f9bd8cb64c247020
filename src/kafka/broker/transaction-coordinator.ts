/**
 * The transactions of the cluster, by transactional id.
 *
 * Laws
 * - A transaction is of one producer id and epoch; taking its id (InitProducerId) aborts what is open and moves the epoch on, so
 *   that the one before is refused from then on. So does its timeout.
 * - Ending is decided (PrepareCommit, PrepareAbort), then a marker is written to every partition of the transaction; a broker
 *   that starts finishes what was decided. The same end again is no error.
 * - A transaction that was open when the broker ended has what is left of its timeout.
 * - As in Kafka with `transaction.version` 1 the epoch stays when a transaction ends: a repeated end on an id that has begun
 *   another transaction ends that one.
 */
import { ErrorCodes } from '../protocol/index.ts'
import type { GroupCoordinator } from './group-coordinator.ts'
import type { StoredOffset, StoredTransaction, TransactionState } from './journal.ts'
import type { BrokerHost, BrokerSettings } from './options.ts'
import type { BrokerStore } from './store.ts'
import type { Topics } from './topics.ts'

interface Transaction {
  readonly id: string
  producerId: number
  epoch: number
  state: TransactionState
  timeoutMs: number
  /** Epoch ms: when it came into its state. */
  since: number
  readonly partitions: Map<string, { readonly topic: string; readonly partition: number }>
  readonly groups: Set<string>
  offsets: StoredOffset[]
  cancelTimer: () => void
}

const LAST_EPOCH = 32_766

export class TransactionCoordinator {
  readonly #settings: BrokerSettings
  readonly #host: BrokerHost
  readonly #topics: Topics
  readonly #groups: GroupCoordinator
  readonly #store: BrokerStore
  readonly #newProducerId: () => number
  readonly #transactions = new Map<string, Transaction>()

  constructor(parts: {
    readonly settings: BrokerSettings
    readonly host: BrokerHost
    readonly topics: Topics
    readonly groups: GroupCoordinator
    readonly store: BrokerStore
    readonly newProducerId: () => number
  }) {
    this.#settings = parts.settings
    this.#host = parts.host
    this.#topics = parts.topics
    this.#groups = parts.groups
    this.#store = parts.store
    this.#newProducerId = parts.newProducerId
    for (const stored of parts.store.state?.transactions.values() ?? []) this.#transactions.set(stored.id, live(stored))
  }

  /** Go on with what the broker's last process left, when the partitions are there. */
  resume(): void {
    if (this.#store.state === undefined) return
    const now = this.#host.clock.now()
    for (const transaction of this.#transactions.values()) {
      if (transaction.state === 'Ongoing') this.#watch(transaction, transaction.since + transaction.timeoutMs - now)
      else if (isDecided(transaction)) this.#complete(transaction, true)
    }
    const open = [...this.#transactions.values()].filter(({ state }) => state === 'Ongoing')
    for (const { name, partitions } of this.#topics.all()) {
      for (const partition of partitions) {
        const owns = ({ producerId, partitions: places }: Transaction, id: number) =>
          producerId === id && places.has(`${name}/${partition.index}`)
        partition.abortOrphans((id) => open.some((transaction) => owns(transaction, id)), now)
      }
    }
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
        since: 0,
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
    else if (isDecided(transaction)) this.#complete(transaction, false)
    transaction.timeoutMs = timeoutMs
    if (transaction.epoch >= LAST_EPOCH) {
      transaction.producerId = this.#newProducerId()
      transaction.epoch = -1
    }
    transaction.epoch++
    this.#become(transaction, 'Empty')
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
    this.#save(transaction)
    return ErrorCodes.NONE
  }

  addGroup(id: string, producerId: number, epoch: number, group: string): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    this.#begin(transaction)
    transaction.groups.add(group)
    this.#save(transaction)
    return ErrorCodes.NONE
  }

  addOffset(id: string, producerId: number, epoch: number, offset: StoredOffset): number {
    const { transaction, errorCode } = this.#check(id, producerId, epoch)
    if (transaction === undefined) return errorCode
    if (transaction.state !== 'Ongoing') return ErrorCodes.INVALID_TXN_STATE
    transaction.offsets.push(offset)
    this.#save(transaction)
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
    if (transaction.state === (committed ? 'PrepareCommit' : 'PrepareAbort')) {
      this.#complete(transaction, false)
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
    this.#become(transaction, 'Ongoing')
    this.#watch(transaction, transaction.timeoutMs)
  }

  #watch(transaction: Transaction, ms: number): void {
    transaction.cancelTimer = this.#host.clock.after(Math.max(0, ms), () => {
      if (transaction.state === 'Ongoing') this.#fence(transaction)
    })
  }

  /** Abort, and refuse the producer from now on. */
  #fence(transaction: Transaction): void {
    transaction.epoch++
    this.#finish(transaction, false)
  }

  #finish(transaction: Transaction, committed: boolean): void {
    transaction.cancelTimer()
    this.#become(transaction, committed ? 'PrepareCommit' : 'PrepareAbort')
    this.#complete(transaction, false)
  }

  /** @param again some of the markers may be written already, by the process before */
  #complete(transaction: Transaction, again: boolean): void {
    const { producerId, epoch } = transaction
    const committed = transaction.state === 'PrepareCommit'
    const now = this.#host.clock.now()
    for (const [place, { topic, partition: index }] of transaction.partitions) {
      const partition = this.#topics.partition(topic, index)
      if (!again || partition?.transactions.producers().includes(producerId) === true) {
        partition?.endTransaction(producerId, epoch, committed, now)
      }
      transaction.partitions.delete(place)
    }
    if (committed) {
      for (const { group, topic, partition, ...offset } of transaction.offsets) {
        this.#groups.getOrCreate(group).offsets.commit(topic, partition, offset)
      }
    }
    transaction.groups.clear()
    transaction.offsets = []
    this.#become(transaction, committed ? 'CompleteCommit' : 'CompleteAbort')
  }

  #become(transaction: Transaction, state: TransactionState): void {
    transaction.state = state
    transaction.since = this.#host.clock.now()
    this.#save(transaction)
  }

  #save(transaction: Transaction): void {
    const { cancelTimer: _, partitions, groups, ...rest } = transaction
    this.#store.write({
      kind: 'transaction',
      transaction: { ...rest, offsets: [...rest.offsets], partitions: [...partitions.values()], groups: [...groups] },
    })
  }

  close(): void {
    for (const { cancelTimer } of this.#transactions.values()) cancelTimer()
  }
}

function isDecided({ state }: Transaction): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort'
}

function live(stored: StoredTransaction): Transaction {
  return {
    ...stored,
    partitions: new Map(stored.partitions.map((place) => [`${place.topic}/${place.partition}`, place])),
    groups: new Set(stored.groups),
    offsets: [...stored.offsets],
    cancelTimer: () => {},
  }
}
