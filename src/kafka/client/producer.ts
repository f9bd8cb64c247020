/**
 * Writes records, in batches per partition.
 *
 * Law: records of one partition are appended to its log in the order of `append`; with idempotence (the default) each
 * exactly once as long as the producer lives, also when answers are lost and batches sent again. After the first record
 * that cannot be delivered every call throws that error: nothing is dropped silently.
 * Kafka's own limit: when a broker starts again it forgets producers whose last record has a timestamp older than its
 * `producer.id.expiration.ms` (a day), so that batches with old timestamps whose answers a crash cut off come twice.
 *
 * Flow     append → batch per partition → (full, linger.ms old, or flush) → one request per broker with the first batch of
 *          every partition, up to max.in.flight.requests.per.connection → acknowledged, or given back and sent again
 * Memory   `full` turns true when what is not acknowledged reaches buffer.memory; callers then wait for `writable`
 */
import { fail, failure, isRivuletError, type RivuletError } from '../../base/errors.ts'
import { ErrorCodes, errorCodeInfo, produce, type ReceivedResponseOf } from '../protocol/index.ts'
import { BatchWriter, type RecordHeader } from '../records/index.ts'
import { backoff } from './backoff.ts'
import type { KafkaClient } from './client.ts'
import type { ProduceConfig } from './config.ts'
import { askIdentity, NO_IDENTITY, type ProducerIdentity } from './producer-identity.ts'
import { type Batch, PartitionQueue } from './producer-queue.ts'
import { isRetriableCode, isTransient } from './retry.ts'
import { TopicWriter } from './topic-writer.ts'
import { addPartitions, type TransactionIdentity } from './transactions.ts'

/** Buffers kept for the next batches. */
const POOL = 64

let lanes = 0

export class KafkaProducer {
  readonly #client: KafkaClient
  readonly #config: ProduceConfig
  readonly #lane = `produce ${lanes++}`
  readonly #topics = new Map<string, Promise<TopicWriter>>()
  readonly #queues: PartitionQueue[] = []
  readonly #pool: BatchWriter[] = []
  readonly #inFlight = new Map<number, number>()
  #identity: ProducerIdentity = NO_IDENTITY
  #identified: Promise<void> | undefined
  /** The producer id is lost; a new one is asked for when nothing is on the way any more. */
  #reidentify = false
  #buffered = 0
  #flushing = 0
  #woken = false
  #timer: { readonly at: number; readonly cancel: () => void } | undefined
  #refreshing = false
  #error: RivuletError | undefined
  #closed = false
  #waiting: { until: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = []

  readonly #transaction: TransactionIdentity | undefined
  /** Partitions that the transaction has been told of. */
  readonly #added = new Set<PartitionQueue>()
  #adding = false

  /** @param transaction what everything is written in; another producer is made for the next one */
  constructor(client: KafkaClient, transaction?: TransactionIdentity) {
    this.#client = client
    const { produce: config } = client.config
    this.#config = transaction === undefined ? config : { ...config, acks: -1, idempotence: true }
    this.#transaction = transaction
    if (transaction !== undefined) {
      this.#identity = { producerId: transaction.producerId, epoch: transaction.epoch }
      this.#identified = Promise.resolve()
    }
    client.signal.addEventListener('abort', () => this.#stop(client.signal.reason), { once: true })
  }

  /** True when the caller should wait for `writable` before the next record. */
  get full(): boolean {
    return this.#buffered >= this.#config.bufferMemory
  }

  /** Where the records of the transaction stand, as far as the broker told: an answer that was lost tells nothing. */
  get written(): readonly { readonly partition: number; readonly first: number; readonly last: number }[] {
    return this.#queues.flatMap(({ partition, written }) => (written === undefined ? [] : [{ partition, ...written }]))
  }

  /** Bytes that are not acknowledged yet. */
  get bufferedBytes(): number {
    return this.#buffered
  }

  /** What ended the producer, if anything did. */
  get error(): RivuletError | undefined {
    return this.#error
  }

  /**
   * Ready a topic for writing; brokers that are configured so create it when it is missing.
   * @throws KAFKA_UNKNOWN_TOPIC, KAFKA_UNREACHABLE
   */
  topic(name: string): Promise<TopicWriter> {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const opening = this.#open(name)
    this.#topics.set(name, opening)
    // A failure is for the caller, and the next call tries again.
    opening.catch(() => this.#topics.delete(name))
    return opening
  }

  /** Resolves when less than `buffer.memory` is unacknowledged. */
  writable(): Promise<void> {
    this.#wake()
    return this.#until(() => !this.full)
  }

  /** Send what there is and resolve when everything appended before is acknowledged. */
  async flush(): Promise<void> {
    this.#flushing++
    try {
      for (const queue of this.#queues) this.#seal(queue)
      const open = this.#queues.flatMap(({ ready, onTheWay }) => [...ready, ...onTheWay])
      const unfinished = new Set(open)
      this.#wake()
      await this.#until(() => {
        for (const batch of unfinished) {
          if (batch.queue.ready.includes(batch) || batch.queue.onTheWay.includes(batch)) return false
          unfinished.delete(batch)
        }
        return true
      })
    } finally {
      this.#flushing--
    }
  }

  /** End without sending what is still there; `flush` first to keep it. The client stays open. */
  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    const closed = failure('KAFKA_CLOSED', { what: 'producer' })
    for (const { reject } of this.#waiting.splice(0)) reject(this.#error ?? closed)
  }

  /** For `TopicWriter`: append one record to a queue. @returns the bytes it took */
  append(
    queue: PartitionQueue,
    timestamp: number,
    key: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array | null,
    valueStart: number,
    valueEnd: number,
    headers: readonly RecordHeader[] | null,
  ): number {
    if (this.#error !== undefined) throw this.#error
    if (this.#closed) fail('KAFKA_CLOSED', { what: 'producer' })
    const keyLength = key === null ? 0 : keyEnd - keyStart
    const valueLength = value === null ? 0 : valueEnd - valueStart
    let writer = queue.open
    if (writer !== undefined && writer.sizeWith(keyLength, valueLength, headers) > this.#config.batchSize) {
      this.#seal(queue)
      this.#wake()
      writer = undefined
    }
    if (writer === undefined) {
      writer = this.#pool.pop() ?? new BatchWriter(Math.min(this.#config.batchSize, 64 * 1024))
      const size = writer.sizeWith(keyLength, valueLength, headers)
      if (size > this.#config.maxRequestSize) {
        const limit = this.#config.maxRequestSize
        fail('KAFKA_RECORD_TOO_LARGE', { topic: queue.topic, size, limit })
      }
      queue.open = writer
      queue.begun = this.#client.host.clock.monotonic()
      this.#wakeAt(queue.begun + this.#config.lingerMs)
    }
    const before = writer.size
    writer.append(timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd, headers)
    const taken = writer.size - before
    this.#buffered += taken
    return taken
  }

  /** For `TopicWriter`: the queues of partitions that a topic got meanwhile. */
  addQueue(topic: string, partition: number): PartitionQueue {
    const queue = new PartitionQueue(topic, partition)
    this.#queues.push(queue)
    return queue
  }

  async #open(name: string): Promise<TopicWriter> {
    const [topic] = await this.#client.describeTopics([name], { create: true })
    if (this.#config.idempotence) await this.#identify()
    return new TopicWriter(this, this.#client, topic)
  }

  #identify(): Promise<void> {
    this.#identified ??= this.#askIdentity().catch((error) => {
      this.#identified = undefined
      throw error
    })
    return this.#identified
  }

  async #askIdentity(): Promise<void> {
    this.#identity = await askIdentity(this.#client)
  }

  #seal(queue: PartitionQueue): void {
    queue.seal(this.#config.compression, this.#config.compressionLevel)
  }

  /** Look for work once the current run of appends is over, so that a request carries all partitions. */
  #wake(): void {
    if (this.#woken || this.#closed) return
    this.#woken = true
    this.#client.host.clock.immediate(() => {
      this.#woken = false
      this.#run()
    })
  }

  #wakeAt(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return
    this.#timer?.cancel()
    const { clock } = this.#client.host
    const cancel = clock.after(Math.max(0, at - clock.monotonic()), () => {
      this.#timer = undefined
      this.#run()
    })
    this.#timer = { at, cancel }
  }

  #run(): void {
    if (this.#closed || this.#error !== undefined) return
    const now = this.#client.host.clock.monotonic()
    this.#client.refreshIfOld()
    const sendable = new Map<number, PartitionQueue[]>()
    let leaderless = false
    // A timer for nothing would keep the process alive.
    if (this.#queues.every(({ idle }) => idle)) {
      this.#timer?.cancel()
      this.#timer = undefined
      return
    }
    for (const queue of this.#queues) {
      if (queue.open !== undefined) {
        const due = queue.begun + this.#config.lingerMs
        if (this.#flushing > 0 || this.full || now >= due) this.#seal(queue)
        else this.#wakeAt(due)
      }
      const oldest = queue.ready[0]
      if (oldest === undefined) continue
      if (now - oldest.begun > this.#config.deliveryTimeoutMs) {
        this.#expire(oldest)
        return
      }
      this.#wakeAt(oldest.begun + this.#config.deliveryTimeoutMs + 1)
      if (queue.notBefore > now) this.#wakeAt(queue.notBefore)
      if (this.#reidentify || queue.head(now) === undefined) continue
      if (this.#transaction !== undefined && !this.#added.has(queue)) {
        this.#addPartitions(this.#transaction)
        continue
      }
      const leader = this.#client.leaderOf(queue.topic, queue.partition)
      if (leader < 0) leaderless = true
      else {
        const group = sendable.get(leader)
        if (group === undefined) sendable.set(leader, [queue])
        else group.push(queue)
      }
    }
    if (leaderless) this.#refresh()
    for (const [leader, queues] of sendable) this.#sendTo(leader, queues, now)
  }

  #sendTo(leader: number, queues: readonly PartitionQueue[], now: number): void {
    for (;;) {
      const inFlight = this.#inFlight.get(leader) ?? 0
      if (inFlight >= this.#config.maxInFlight) return
      const batches: Batch[] = []
      let size = 0
      for (const queue of queues) {
        const head = queue.head(now)
        if (head === undefined) continue
        if (size > 0 && size + head.bytes.length > this.#config.maxRequestSize) break
        size += head.bytes.length
        batches.push(queue.take(this.#identity, this.#transaction !== undefined))
      }
      if (batches.length === 0) return
      this.#inFlight.set(leader, inFlight + 1)
      void this.#send(leader, batches)
    }
  }

  /** Send one request and settle its batches. Never rejects. */
  async #send(leader: number, batches: readonly Batch[]): Promise<void> {
    const { acks } = this.#config
    const { requestTimeoutMs } = this.#client.config
    try {
      const response = await this.#client.link(leader, this.#lane).call(
        produce,
        () => ({
          transactionalId: this.#transaction?.transactionalId ?? null,
          acks,
          timeoutMs: requestTimeoutMs,
          topicData: [...Map.groupBy(batches, ({ queue }) => queue.topic)].map(([name, list]) => ({
            name,
            partitionData: list.map(({ queue, bytes }) => ({ index: queue.partition, records: bytes })),
          })),
        }),
        { expectResponse: acks !== 0 },
      )
      this.#settle(batches, acks === 0 ? undefined : response)
    } catch (error) {
      if (isTransient(error)) {
        for (const batch of batches) this.#giveBack(batch, error)
        this.#refresh()
      } else this.#stop(error)
    }
    this.#inFlight.set(leader, (this.#inFlight.get(leader) ?? 1) - 1)
    this.#afterAnswer()
  }

  #settle(batches: readonly Batch[], response: ReceivedResponseOf<typeof produce> | undefined): void {
    if (response === undefined) {
      for (const batch of batches) this.#complete(batch)
      return
    }
    const open = new Set(batches)
    for (const { name, partitionResponses } of response.responses)
      for (const { index, errorCode, errorMessage, recordErrors, baseOffset } of partitionResponses) {
        const batch = batches.find(({ queue }) => queue.topic === name && queue.partition === index)
        if (batch === undefined) continue
        open.delete(batch)
        const detail = recordErrors[0]?.batchIndexErrorMessage ?? errorMessage
        if (errorCode === ErrorCodes.NONE && this.#transaction !== undefined)
          batch.queue.wrote(baseOffset, batch.records)
        this.#judge(batch, errorCode, detail)
      }
    for (const batch of open)
      this.#stop(
        failure('KAFKA_WRITE_REFUSED', { ...placeOf(batch), error: 'the broker did not mention the partition' }),
      )
  }

  #judge(batch: Batch, code: number, detail: string | null): void {
    const { queue } = batch
    // A duplicate is one that an earlier try has written and whose answer was lost.
    if (code === ErrorCodes.NONE || code === ErrorCodes.DUPLICATE_SEQUENCE_NUMBER) {
      this.#complete(batch)
      return
    }
    const error = failure('KAFKA_WRITE_REFUSED', { ...placeOf(batch), error: errorCodeInfo(code).name, detail })
    switch (code) {
      case ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER:
      case ErrorCodes.UNKNOWN_PRODUCER_ID:
      case ErrorCodes.INVALID_PRODUCER_EPOCH: {
        if (!this.#config.idempotence) break
        if (this.#transaction !== undefined) {
          // A new producer id would be another transaction: what was written in this one cannot be completed.
          this.#stop(this.#lost(code, error))
          return
        }
        // Behind a batch that failed this is only its shadow; for the first one the broker has lost what it knew of us.
        const first = ![...queue.onTheWay, ...queue.ready].some(
          (other) => other.order < batch.order && other.identity === batch.identity,
        )
        this.#giveBack(batch, error)
        if (first && batch.identity === this.#identity) this.#reidentify = true
        return
      }
      case ErrorCodes.PRODUCER_FENCED:
      case ErrorCodes.INVALID_TXN_STATE:
      case ErrorCodes.INVALID_PRODUCER_ID_MAPPING:
        if (this.#transaction === undefined) break
        this.#stop(this.#lost(code, error))
        return
      case ErrorCodes.MESSAGE_TOO_LARGE:
      case ErrorCodes.RECORD_LIST_TOO_LARGE:
        this.#stop(failure('KAFKA_BATCH_TOO_LARGE', { ...placeOf(batch), size: batch.bytes.length }, { cause: error }))
        return
      case ErrorCodes.NOT_ENOUGH_REPLICAS:
      case ErrorCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
        this.#giveBack(batch, error)
        return
    }
    if (isRetriableCode(code)) {
      this.#giveBack(batch, error)
      this.#refresh()
    } else this.#stop(error)
  }

  #lost(code: number, cause: RivuletError): RivuletError {
    const { transactionalId = '' } = this.#transaction ?? {}
    const error = errorCodeInfo(code).name
    return failure('KAFKA_TRANSACTION_LOST', { action: 'write in', transactionalId, error }, { cause })
  }

  /** Tell the transaction of the partitions that have something to send. Never rejects. */
  #addPartitions(transaction: TransactionIdentity): void {
    if (this.#adding) return
    this.#adding = true
    const queues = this.#queues.filter((queue) => !queue.idle && !this.#added.has(queue))
    addPartitions(this.#client, transaction, queues).then(
      () => {
        this.#adding = false
        for (const queue of queues) this.#added.add(queue)
        this.#run()
      },
      (error: unknown) => this.#stop(error),
    )
  }

  #complete(batch: Batch): void {
    batch.queue.acknowledged(batch)
    this.#buffered -= batch.memory
    if (this.#pool.length < POOL) {
      batch.writer.reset()
      this.#pool.push(batch.writer)
    }
  }

  #giveBack(batch: Batch, error: RivuletError): void {
    const { host, config } = this.#client
    batch.lastError = error
    batch.attempts++
    batch.queue.giveBack(batch)
    if (batch.attempts > this.#config.retries) {
      this.#stop(error)
      return
    }
    const pause = backoff(host, batch.attempts, config.retryBackoffMs, config.retryBackoffMaxMs)
    batch.queue.notBefore = Math.max(batch.queue.notBefore, host.clock.monotonic() + pause)
  }

  #afterAnswer(): void {
    if (this.#reidentify && [...this.#inFlight.values()].every((count) => count === 0)) void this.#reset()
    this.#run()
    const done = this.#waiting.filter(({ until }) => until())
    if (done.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !done.includes(one))
    for (const { resolve } of done) resolve()
  }

  /** A new producer id, with new sequences for what is not acknowledged. Never rejects. */
  async #reset(): Promise<void> {
    try {
      await this.#askIdentity()
      for (const queue of this.#queues) queue.renumber()
      this.#reidentify = false
      this.#run()
    } catch (error) {
      this.#stop(error)
    }
  }

  /** Look at the metadata in the background, until that works. Never rejects. */
  #refresh(): void {
    if (this.#refreshing) return
    this.#refreshing = true
    const { host, config } = this.#client
    const again = (tries: number) => {
      if (this.#closed || this.#error !== undefined) return
      this.#client.refresh().then(
        () => {
          this.#refreshing = false
          // A partition without leader stays so for a while: not at once again.
          this.#wakeAt(host.clock.monotonic() + backoff(host, 1, config.retryBackoffMs, config.retryBackoffMaxMs))
        },
        (error: unknown) => {
          if (!isTransient(error)) return this.#stop(error)
          // Meanwhile delivery.timeout.ms may have passed.
          this.#run()
          host.clock.after(backoff(host, tries, config.retryBackoffMs, config.retryBackoffMaxMs), () =>
            again(tries + 1),
          )
        },
      )
    }
    again(1)
  }

  #expire(batch: Batch): void {
    const detail = batch.lastError?.message ?? 'no broker took them'
    const ms = this.#config.deliveryTimeoutMs
    this.#stop(failure('KAFKA_DELIVERY_TIMEOUT', { ...placeOf(batch), ms, detail }, { cause: batch.lastError }))
  }

  #stop(error: unknown): void {
    if (this.#closed || this.#error !== undefined) return
    this.#error = isRivuletError(error)
      ? error
      : failure('KAFKA_INTERNAL', { detail: 'the producer failed' }, { cause: error })
    this.#timer?.cancel()
    for (const { reject } of this.#waiting.splice(0)) reject(this.#error)
  }

  #until(until: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) reject(this.#error)
      else if (this.#closed) reject(failure('KAFKA_CLOSED', { what: 'producer' }))
      else if (until()) resolve()
      else this.#waiting.push({ until, resolve, reject })
    })
  }
}

function placeOf({ queue, records }: Batch) {
  return { topic: queue.topic, partition: queue.partition, records }
}
