/**
 * Partitions that appear while a job runs.
 *
 * Law: every partition of the topics is reported once, in ascending order; those that were there at the start through
 * `current`, later ones (of these topics, or of new topics that match the pattern) through `onNew`.
 */
import { failure, isRivuletError, type RivuletError } from '../../base/errors.ts'
import type { KafkaClient, TopicInfo } from './client.ts'
import type { TopicPartition } from './offsets.ts'
import { isTransient } from './retry.ts'

export interface DiscoveryOptions {
  /** Names, or a pattern that a whole name must match. */
  readonly topics: readonly string[] | RegExp
  /** Milliseconds between looks; 0 for none after the first. */
  readonly intervalMs: number
  /** New partitions; called from a timer. */
  readonly onNew: (partitions: readonly TopicPartition[]) => void
  /** The looking has ended: not for a passing failure of the brokers. */
  readonly onError: (error: RivuletError) => void
}

export class PartitionDiscovery {
  readonly #client: KafkaClient
  readonly #options: DiscoveryOptions
  readonly #known = new Set<string>()
  #cancel: (() => void) | undefined
  #closed = false

  constructor(client: KafkaClient, options: DiscoveryOptions) {
    this.#client = client
    this.#options = options
  }

  /**
   * The partitions that are there now; starts the periodic looks.
   * @throws KAFKA_UNKNOWN_TOPIC when a named topic is missing; a pattern may match nothing yet
   */
  async current(): Promise<TopicPartition[]> {
    const found = this.#fresh(await this.#look())
    this.#plan()
    return found
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
  }

  #plan(): void {
    if (this.#closed || this.#options.intervalMs <= 0) return
    this.#cancel = this.#client.host.clock.after(this.#options.intervalMs, () => void this.#again())
  }

  /** Never rejects. */
  async #again(): Promise<void> {
    try {
      const found = this.#fresh(await this.#look())
      if (this.#closed) return
      if (found.length > 0) this.#options.onNew(found)
    } catch (error) {
      if (this.#closed) return
      // While the brokers are away nothing can be new; the next look comes anyway. Its reading is the fetcher's affair.
      if (!isTransient(error)) {
        this.#closed = true
        this.#options.onError(
          isRivuletError(error)
            ? error
            : failure('KAFKA_INTERNAL', { detail: 'the look for partitions failed' }, { cause: error }),
        )
        return
      }
    }
    this.#plan()
  }

  async #look(): Promise<TopicInfo[]> {
    const { topics } = this.#options
    if (!(topics instanceof RegExp)) return this.#client.describeTopics(topics)
    const whole = new RegExp(`^(?:${topics.source})$`, topics.flags.replace(/[gy]/g, ''))
    return (await this.#client.listTopics()).filter(({ name, internal }) => !internal && whole.test(name))
  }

  #fresh(topics: readonly TopicInfo[]): TopicPartition[] {
    const found: TopicPartition[] = []
    for (const { name, partitions } of topics)
      for (const { partition } of partitions) {
        const key = `${name}/${partition}`
        if (this.#known.has(key)) continue
        this.#known.add(key)
        found.push({ topic: name, partition })
      }
    return found.sort((left, right) =>
      left.topic === right.topic ? left.partition - right.partition : left.topic < right.topic ? -1 : 1,
    )
  }
}
