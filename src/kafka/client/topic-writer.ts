/**
 * Writes to one topic, and chooses partitions.
 *
 * Law (Kafka's default partitioner): a record with a key goes to murmur2(key) mod partitions; one without stays on a
 * random partition until `batch.size` bytes went there, then moves on to another. With the round-robin partitioner records
 * go to the partitions in turn, keys or not.
 */
import { fail } from '../../base/errors.ts'
import type { RecordHeader } from '../records/index.ts'
import type { KafkaClient, TopicInfo } from './client.ts'
import { murmur2 } from './murmur2.ts'
import type { KafkaProducer } from './producer.ts'
import type { PartitionQueue } from './producer-queue.ts'

/** Let the writer choose. */
export const ANY_PARTITION = -1

export class TopicWriter {
  readonly topic: string
  readonly #producer: KafkaProducer
  readonly #client: KafkaClient
  readonly #queues: PartitionQueue[] = []
  #seen: TopicInfo
  #sticky = 0
  #stickyBytes = 0
  #turn = 0

  constructor(producer: KafkaProducer, client: KafkaClient, topic: TopicInfo) {
    this.topic = topic.name
    this.#producer = producer
    this.#client = client
    this.#seen = topic
    this.#grow(topic.partitions.length)
    this.#turn = Math.floor(client.host.random() * this.#queues.length)
    this.#sticky = this.#turn
  }

  get partitions(): number {
    return this.#queues.length
  }

  /**
   * Append one record. The bytes are copied.
   * @param partition a partition's number, or `ANY_PARTITION`
   * @param timestamp milliseconds since the epoch
   * @param key null, or the key is `key[keyStart, keyEnd)`
   * @param value null for a tombstone, or the value is `value[valueStart, valueEnd)`
   * @throws what ended the producer; KAFKA_RECORD_TOO_LARGE; KAFKA_UNKNOWN_PARTITION
   */
  append(
    partition: number,
    timestamp: number,
    key: Uint8Array | null,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array | null,
    valueStart: number,
    valueEnd: number,
    headers: readonly RecordHeader[] | null = null,
  ): void {
    const chosen = partition < 0 ? this.#choose(key, keyStart, keyEnd) : partition
    const queue = this.#queues[chosen] ?? this.#late(chosen)
    const taken = this.#producer.append(queue, timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd, headers)
    if (partition < 0 && chosen === this.#sticky) {
      this.#stickyBytes += taken
      if (this.#stickyBytes >= this.#client.config.produce.batchSize) this.#moveOn()
    }
  }

  #choose(key: Uint8Array | null, start: number, end: number): number {
    const { ignoreKeys, roundRobin } = this.#client.config.produce
    if (roundRobin) {
      this.#turn = this.#turn + 1 < this.#queues.length ? this.#turn + 1 : 0
      return this.#turn
    }
    if (key === null || ignoreKeys) return this.#sticky
    return (murmur2(key, start, end) & 0x7fffffff) % this.#queues.length
  }

  #moveOn(): void {
    this.#stickyBytes = 0
    // The topic may have grown since.
    const known = this.#client.topic(this.topic)
    if (known !== undefined && known !== this.#seen) {
      this.#seen = known
      this.#grow(known.partitions.length)
    }
    // Partitions without a leader are left out while there are others.
    const count = this.#queues.length
    const start = Math.floor(this.#client.host.random() * count)
    for (let i = 0; i < count; i++) {
      const candidate = (start + i) % count
      if (candidate === this.#sticky && count > 1) continue
      if (this.#client.leaderOf(this.topic, candidate) < 0) continue
      this.#sticky = candidate
      return
    }
  }

  #grow(count: number): void {
    for (let partition = this.#queues.length; partition < count; partition++)
      this.#queues.push(this.#producer.addQueue(this.topic, partition))
  }

  #late(partition: number): PartitionQueue {
    const known = this.#client.topic(this.topic)
    if (known !== undefined) this.#grow(known.partitions.length)
    return (
      this.#queues[partition] ??
      fail('KAFKA_UNKNOWN_PARTITION', { topic: this.topic, partition, count: this.partitions })
    )
  }
}
