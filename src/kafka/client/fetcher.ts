/**
 * Reads assigned partitions, without a consumer group.
 *
 * Input    partitions with the offsets to start at
 * Output   chunks (record batches of one partition, undecoded), per partition in offset order and without gaps: each
 *          begins at the offset where the one before ended
 * Law      one fetch per broker is in flight, and the next one leaves before the chunk is handed out for decoding; no
 *          fetch leaves while the chunks in waiting hold `bufferBytes` or more; a lost broker or a moved leader delays
 *          records and loses or repeats none
 *
 * Pull: `poll` gives a chunk or undefined, `onAvailable` says when to poll again. Nothing here is per record.
 */

import { fail, failure, isRivuletError, type RivuletError } from '../../base/errors.ts'
import { giveBuffer } from '../../base/response-buffers.ts'
import { ErrorCodes, errorCodeInfo, fetch as fetchApi, type ReceivedResponseOf } from '../protocol/index.ts'
import { type AbortedTransaction, RecordSet, scanBatches } from '../records/index.ts'
import { backoff } from './backoff.ts'
import type { KafkaClient } from './client.ts'
import type { OffsetReset } from './config.ts'
import { listOffsets, type PartitionOffset, type TopicPartition } from './offsets.ts'
import { isRetriableCode, isTransient } from './retry.ts'

export interface FetchedPartition extends TopicPartition {
  /** Walk it with a `RecordCursor`; everything it needs is in memory. */
  readonly records: RecordSet
  /** Offset of the first record that may be in it, and the one after the last. */
  readonly from: number
  readonly nextOffset: number
  /** Bytes of the batches, as fetched. */
  readonly size: number
  /** End of the log when the broker answered. */
  readonly highWatermark: number
  /** End of what `read_committed` may see. */
  readonly lastStableOffset: number
  /**
   * Nothing of the chunk is needed any more: neither `records` nor any view of its bytes. Its buffer is used again once all
   * chunks of the response are done. Without a call the garbage collector takes it.
   */
  done(): void
}

export interface FetcherOptions {
  /** Bytes of chunks in waiting beyond which nothing more is asked for. Default 16 MiB. */
  readonly bufferBytes?: number
  /** A partition's offset was out of range and it goes on at another, by `auto.offset.reset`. */
  readonly onReset?: (partition: TopicPartition, from: number, to: number) => void
}

interface PartitionState extends TopicPartition {
  /** Where the next fetch begins. */
  fetchOffset: number
  highWatermark: number
  active: boolean
  paused: boolean
  /** Not asked for until a look at the metadata, or until another start offset was found. */
  blocked: false | 'metadata' | 'offset'
  /** Bytes of its chunks in waiting. */
  buffered: number
  /** Since when the brokers do not know it, in monotonic milliseconds. */
  unknownSince: number | undefined
}

type PartitionAnswer = ReceivedResponseOf<typeof fetchApi>['responses'][number]['partitions'][number]

const DEFAULT_BUFFER_BYTES = 16 * 1024 * 1024
/** How many chunks still read from the buffer of one response; one more while the response itself is looked at. */
interface BufferUse {
  chunks: number
  records: Uint8Array | undefined
}

function leave(use: BufferUse): void {
  if (--use.chunks === 0 && use.records !== undefined) giveBuffer(use.records)
}

let lanes = 0

export class PartitionFetcher {
  readonly #client: KafkaClient
  readonly #bufferBytes: number
  readonly #onReset: FetcherOptions['onReset']
  readonly #lane = `fetch ${lanes++}`
  readonly #states = new Map<string, PartitionState>()
  /** Nodes with a fetch in flight. */
  readonly #busy = new Set<number>()
  #chunks: { readonly state: PartitionState; readonly chunk: FetchedPartition }[] = []
  /** Bytes in waiting of partitions that are not paused. */
  #buffered = 0
  #turn = 0
  #troubles = 0
  #lastTrouble: RivuletError | undefined
  #retryPlanned = false
  #error: RivuletError | undefined
  #closed = false
  #available: () => void = () => {}

  constructor(client: KafkaClient, options: FetcherOptions = {}) {
    this.#client = client
    this.#bufferBytes = options.bufferBytes ?? DEFAULT_BUFFER_BYTES
    this.#onReset = options.onReset
  }

  /** Read these partitions as well; one that is assigned already starts anew at the given offset. */
  assign(points: readonly PartitionOffset[]): void {
    for (const { topic, partition, offset } of points) {
      this.unassign([{ topic, partition }])
      this.#states.set(keyOf(topic, partition), {
        topic,
        partition,
        fetchOffset: offset,
        highWatermark: -1,
        active: true,
        paused: false,
        blocked: false,
        buffered: 0,
        unknownSince: undefined,
      })
    }
    this.#pump()
  }

  unassign(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const state = this.#states.get(keyOf(topic, partition))
      if (state === undefined) continue
      this.#states.delete(keyOf(topic, partition))
      state.active = false
      if (!state.paused) this.#buffered -= state.buffered
      this.#chunks = this.#chunks.filter((one) => one.state !== state)
    }
  }

  /**
   * The next chunk, or undefined when none is there yet.
   * @throws what ended the reading: an unknown topic, an offset out of range, a refusal of the broker
   */
  poll(): FetchedPartition | undefined {
    if (this.#error !== undefined) throw this.#error
    const at = this.#chunks.findIndex(({ state }) => !state.paused)
    if (at < 0) return undefined
    const [{ state, chunk }] = this.#chunks.splice(at, 1)
    state.buffered -= chunk.size
    this.#buffered -= chunk.size
    this.#pump()
    return chunk
  }

  /** Called whenever `poll` may have something new: a chunk or an error. One callback; a later one replaces it. */
  onAvailable(callback: () => void): void {
    this.#available = callback
  }

  /** Hand out no more of a partition until `resume`; what was fetched stays. */
  pause(topic: string, partition: number): void {
    const state = this.#states.get(keyOf(topic, partition))
    if (state === undefined || state.paused) return
    state.paused = true
    this.#buffered -= state.buffered
  }

  resume(topic: string, partition: number): void {
    const state = this.#states.get(keyOf(topic, partition))
    if (state === undefined || !state.paused) return
    state.paused = false
    this.#buffered += state.buffered
    if (state.buffered > 0) this.#available()
    this.#pump()
  }

  /** End of the partition's log at the last answer, −1 before the first. */
  highWatermark(topic: string, partition: number): number {
    return this.#states.get(keyOf(topic, partition))?.highWatermark ?? -1
  }

  /** Why nothing comes at the moment, if something is wrong that may pass. */
  get trouble(): RivuletError | undefined {
    return this.#lastTrouble
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  close(): void {
    this.#closed = true
    this.#chunks = []
    this.#buffered = 0
    for (const state of this.#states.values()) state.active = false
    this.#states.clear()
  }

  /** Start a fetch to every broker that has something to ask for and none in flight. */
  #pump(): void {
    if (this.#closed || this.#error !== undefined || this.#buffered >= this.#bufferBytes) return
    let homeless = false
    for (const state of this.#states.values()) {
      if (state.paused || state.blocked) continue
      const leader = this.#client.leaderOf(state.topic, state.partition)
      if (leader < 0) homeless = true
      else if (!this.#busy.has(leader)) void this.#fetchFrom(leader)
    }
    if (homeless) this.#retryLater(undefined)
  }

  /** Fetch from one broker until there is nothing to ask it for. Never rejects. */
  async #fetchFrom(node: number): Promise<void> {
    this.#busy.add(node)
    try {
      let pending = this.#send(node)
      while (pending !== undefined) {
        const { states, answer } = pending
        const response = await answer
        if (this.#closed) return
        this.#troubles = 0
        this.#lastTrouble = undefined
        const before = this.#chunks.length
        this.#receive(response, states)
        this.#client.refreshIfOld()
        // The order is the point: the next question travels while this answer is decoded.
        pending = this.#send(node)
        if (this.#chunks.length > before || this.#error !== undefined) this.#available()
      }
    } catch (error) {
      if (this.#closed) return
      if (isTransient(error)) this.#retryLater(error)
      else this.#stop(error)
    } finally {
      this.#busy.delete(node)
      if (!this.#retryPlanned) this.#pump()
    }
  }

  #send(node: number) {
    if (this.#closed || this.#error !== undefined || this.#buffered >= this.#bufferBytes) return undefined
    const states: PartitionState[] = []
    for (const state of this.#states.values())
      if (!state.paused && !state.blocked && this.#client.leaderOf(state.topic, state.partition) === node)
        states.push(state)
    if (states.length === 0) return undefined
    // Brokers fill the answer in the order of the question: each partition is first in its turn.
    const turn = this.#turn++ % states.length
    const order = [...states.slice(turn), ...states.slice(0, turn)]
    const config = this.#client.config.fetch
    const answer = this.#client.link(node, this.#lane).call(
      fetchApi,
      () => ({
        maxWaitMs: config.maxWaitMs,
        minBytes: config.minBytes,
        maxBytes: config.maxBytes,
        isolationLevel: config.readCommitted ? 1 : 0,
        topics: [...Map.groupBy(order, ({ topic }) => topic)].map(([topic, list]) => ({
          topic,
          partitions: list.map(({ partition, fetchOffset }) => ({
            partition,
            fetchOffset,
            partitionMaxBytes: config.maxPartitionBytes,
          })),
        })),
        forgottenTopicsData: [],
      }),
      { timeoutMs: this.#client.config.requestTimeoutMs + config.maxWaitMs },
    )
    // An answer that nobody waits for any more (closed meanwhile) must not become an unhandled rejection.
    answer.catch(() => {})
    return { states: new Map(states.map((state) => [keyOf(state.topic, state.partition), state])), answer }
  }

  #receive(response: ReceivedResponseOf<typeof fetchApi>, asked: ReadonlyMap<string, PartitionState>): void {
    if (response.errorCode !== 0) this.#refuse(asked.values().next().value as PartitionState, response.errorCode)
    const use: BufferUse = { chunks: 1, records: undefined }
    for (const { topic, partitions } of response.responses)
      for (const answer of partitions) {
        const state = asked.get(keyOf(topic, answer.partitionIndex))
        if (state === undefined || !state.active) continue
        if (answer.errorCode !== 0) this.#refuse(state, answer.errorCode)
        else this.#accept(state, answer, use)
      }
    leave(use)
  }

  #accept(state: PartitionState, answer: PartitionAnswer, use: BufferUse): void {
    state.unknownSince = undefined
    state.highWatermark = answer.highWatermark
    const { records } = answer
    if (records === null || records.length === 0) return
    const { nextOffset, end } = scanBatches(records, 0, records.length)
    if (nextOffset < 0) return
    const { topic, partition, fetchOffset: from } = state
    const { checkCrcs, readCommitted } = this.#client.config.fetch
    const aborted = readCommitted ? ((answer.abortedTransactions ?? []) as readonly AbortedTransaction[]) : null
    use.chunks++
    use.records = records
    let open = true
    const chunk: FetchedPartition = {
      done() {
        if (open) leave(use)
        open = false
      },
      topic,
      partition,
      records: new RecordSet(records, 0, end, { topic, partition, from, checkCrc: checkCrcs, aborted }),
      from,
      nextOffset: Math.max(nextOffset, from),
      size: end,
      highWatermark: answer.highWatermark,
      lastStableOffset: answer.lastStableOffset,
    }
    state.fetchOffset = chunk.nextOffset
    state.buffered += chunk.size
    if (!state.paused) this.#buffered += chunk.size
    this.#chunks.push({ state, chunk })
  }

  #refuse(state: PartitionState, code: number): void {
    const { topic, partition } = state
    const error = failure('KAFKA_BROKER_ERROR', {
      action: `read topic '${topic}', partition ${partition}`,
      error: errorCodeInfo(code).name,
    })
    if (code === ErrorCodes.OFFSET_OUT_OF_RANGE) void this.#reset(state)
    else if (code === ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION) void this.#unknown(state, error)
    else if (isRetriableCode(code)) {
      state.blocked = 'metadata'
      this.#retryLater(error)
    } else this.#stop(error)
  }

  /** Brokers may not know a topic for a moment; after the time of a call it counts as deleted. Never rejects. */
  async #unknown(state: PartitionState, error: RivuletError): Promise<void> {
    const now = this.#client.host.clock.monotonic()
    state.unknownSince ??= now
    state.blocked = 'metadata'
    if (now - state.unknownSince <= this.#client.config.apiTimeoutMs) return this.#retryLater(error)
    try {
      await this.#client.unknownTopic(state.topic)
    } catch (final) {
      this.#stop(final)
    }
  }

  /** The offset is not in the log: go on as `auto.offset.reset` says. Never rejects. */
  async #reset(state: PartitionState): Promise<void> {
    state.blocked = 'offset'
    const { topic, partition, fetchOffset: offset } = state
    const policy: OffsetReset = this.#client.config.fetch.autoOffsetReset
    try {
      if (policy === 'none') {
        const [[earliest], [latest]] = await Promise.all([
          listOffsets(this.#client, [state], 'earliest'),
          listOffsets(this.#client, [state], 'latest'),
        ])
        fail(
          'KAFKA_OFFSET_OUT_OF_RANGE',
          { topic, partition, offset, earliest: earliest.offset, latest: latest.offset },
          { place: { topic, partition, offset } },
        )
      }
      const [found] = await listOffsets(this.#client, [state], policy)
      if (!state.active) return
      state.fetchOffset = found.offset
      state.blocked = false
      this.#onReset?.({ topic, partition }, offset, found.offset)
      this.#pump()
    } catch (error) {
      if (this.#closed) return
      // Asked again after the pause, the broker says once more that the offset is out of range.
      state.blocked = 'metadata'
      if (isTransient(error)) this.#retryLater(error)
      else this.#stop(error)
    }
  }

  /** Look at the metadata after a pause, then go on. */
  #retryLater(trouble: RivuletError | undefined): void {
    if (trouble !== undefined) this.#lastTrouble = trouble
    if (this.#retryPlanned || this.#closed) return
    this.#retryPlanned = true
    this.#troubles++
    const { host, config } = this.#client
    const pause = backoff(host, this.#troubles, config.retryBackoffMs, config.retryBackoffMaxMs)
    host.clock.after(trouble === undefined && this.#troubles === 1 ? 0 : pause, () => void this.#lookAgain())
  }

  async #lookAgain(): Promise<void> {
    if (this.#closed) return
    let trouble: RivuletError | undefined
    try {
      await this.#client.refresh(new Set([...this.#states.values()].map(({ topic }) => topic)))
    } catch (error) {
      if (this.#closed) return
      if (!isTransient(error)) return this.#stop(error)
      trouble = error
    }
    this.#retryPlanned = false
    if (trouble !== undefined) return this.#retryLater(trouble)
    for (const state of this.#states.values()) {
      if (state.blocked === 'offset') continue
      const missing = this.#client.topicError(state.topic) === ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION
      if (!missing) state.blocked = false
      else
        void this.#unknown(
          state,
          failure('KAFKA_BROKER_ERROR', {
            action: `read topic '${state.topic}', partition ${state.partition}`,
            error: errorCodeInfo(ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION).name,
          }),
        )
    }
    this.#pump()
  }

  #stop(error: unknown): void {
    if (this.#closed || this.#error !== undefined) return
    this.#error = isRivuletError(error)
      ? error
      : failure('KAFKA_INTERNAL', { detail: 'the fetch loop failed' }, { cause: error })
    this.#available()
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
