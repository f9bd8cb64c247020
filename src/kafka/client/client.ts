/**
 * A cluster as a client sees it: brokers, topics, leaders, and connections to them.
 *
 * Law: metadata are asked from any broker that answers, known ones first, then the bootstrap list; one question is in
 * flight at a time and asks for every topic of interest. Connections are kept per broker and lane: brokers answer one
 * connection in order, so a fetch that waits for records must not stand before a commit.
 */
import { fail, failure, isRivuletError, type RivuletError } from '../../base/errors.ts'
import type { BrokerAddress, Host } from '../../base/host.ts'
import type { Api, ReceivedResponseOf, RequestOf } from '../protocol/index.ts'
import { ErrorCodes, errorCodeInfo, metadata, ZERO_UUID } from '../protocol/index.ts'
import { backoff } from './backoff.ts'
import { type KafkaConfig, parseConfig } from './config.ts'
import { BrokerLink } from './link.ts'
import { Again, isTransient, retry } from './retry.ts'

/** Until the first broker has answered, if `default.api.timeout.ms` is not shorter; afterwards that alone holds. */
const FIRST_CONTACT_MS = 8000
/** A topic that was just created is not known to every broker at once. */
const TOPIC_SETTLE_MS = 1500

export interface PartitionInfo {
  readonly partition: number
  /** −1 while there is no leader. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSyncReplicas: readonly number[]
}

export interface TopicInfo {
  readonly name: string
  readonly internal: boolean
  /** By partition number. */
  readonly partitions: readonly PartitionInfo[]
}

export interface BrokerInfo extends BrokerAddress {
  readonly nodeId: number
  readonly rack: string | null
}

export class KafkaClient {
  readonly host: Host
  readonly config: KafkaConfig
  readonly #links = new Map<string, BrokerLink>()
  readonly #brokers = new Map<number, BrokerInfo>()
  readonly #topics = new Map<string, TopicInfo>()
  /** Error codes of topics of interest at the last look. */
  readonly #topicErrors = new Map<string, number>()
  readonly #interest = new Set<string>()
  readonly #closing = new AbortController()
  /** Errors of `#within`: nothing was heard, only the wait ended. */
  readonly #cutShort = new WeakSet<RivuletError>()
  #controller = -1
  #refreshing: { readonly topics: ReadonlySet<string>; readonly done: Promise<void> } | undefined
  #refreshedAt = Number.NEGATIVE_INFINITY

  /** @param properties Kafka's own keys (`bootstrap.servers`, …); connects on first use */
  constructor(host: Host, properties: Readonly<Record<string, string>>) {
    this.host = host
    this.config = parseConfig(properties)
  }

  get brokers(): readonly BrokerInfo[] {
    return [...this.#brokers.values()]
  }

  /** Aborted when the client is closed. */
  get signal(): AbortSignal {
    return this.#closing.signal
  }

  /** What is known of a topic of interest, without asking. */
  topic(name: string): TopicInfo | undefined {
    return this.#topics.get(name)
  }

  topicError(name: string): number {
    return this.#topicErrors.get(name) ?? 0
  }

  /** The node that leads a partition as far as known, or −1. */
  leaderOf(topic: string, partition: number): number {
    const leader = this.#topics.get(topic)?.partitions[partition]?.leader ?? -1
    return this.#brokers.has(leader) ? leader : -1
  }

  /** @param lane requests of one lane are answered in order, those of different lanes are independent */
  link(nodeId: number, lane = 'control'): BrokerLink {
    const broker = this.#brokers.get(nodeId)
    if (broker === undefined) fail('KAFKA_INTERNAL', { detail: `no address for node ${nodeId}` })
    return this.#linkTo(broker, lane)
  }

  /** Look at the metadata of all topics of interest again; `topics` become of interest. */
  async refresh(topics: Iterable<string> = []): Promise<void> {
    for (const topic of topics) this.#interest.add(topic)
    const pending = this.#refreshing
    if (pending !== undefined) {
      await pending.done
      if ([...this.#interest].every((topic) => pending.topics.has(topic))) return
      return this.refresh()
    }
    const asked = new Set(this.#interest)
    const done = this.#askMetadata([...asked]).finally(() => {
      this.#refreshing = undefined
    })
    this.#refreshing = { topics: asked, done }
    return done
  }

  /** Refresh in the background when the metadata are older than `metadata.max.age.ms`. Never rejects. */
  refreshIfOld(): void {
    if (this.#refreshing !== undefined) return
    if (this.host.clock.monotonic() - this.#refreshedAt < this.config.metadataMaxAgeMs) return
    // Old metadata still serve; a wrong leader shows itself by its error.
    this.refresh().catch(() => {})
  }

  /**
   * The partitions of topics; each has been given a leader.
   * @param options.create let the broker create missing topics, if it is configured so
   * @throws KAFKA_UNKNOWN_TOPIC with the nearest names
   */
  async describeTopics(names: readonly string[], options: { create?: boolean } = {}): Promise<TopicInfo[]> {
    const { clock } = this.host
    const start = clock.monotonic()
    return retry(this.host, this.config, async (tries) => {
      // Asking for a topic is what creates it; later looks must not bring a deleted topic back.
      if (options.create === true && tries === 1 && this.config.allowAutoCreateTopics)
        await this.callAny(metadata, (version) => ({ topics: named(names, version), allowAutoTopicCreation: true }))
      await this.refresh(names)
      const found: TopicInfo[] = []
      for (const name of names) {
        const code = this.topicError(name)
        const topic = this.#topics.get(name)
        const settled = clock.monotonic() - start > TOPIC_SETTLE_MS
        if (code === ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION && settled) await this.unknownTopic(name)
        if (code !== 0 && !errorCodeInfo(code).retriable) fail('KAFKA_BROKER_ERROR', topicRefused(name, code))
        if (code !== 0 || topic === undefined)
          return new Again(failure('KAFKA_BROKER_ERROR', topicRefused(name, code || ErrorCodes.LEADER_NOT_AVAILABLE)))
        if (topic.partitions.some(({ leader }) => leader < 0))
          return new Again(failure('KAFKA_BROKER_ERROR', topicRefused(name, ErrorCodes.LEADER_NOT_AVAILABLE)))
        found.push(topic)
      }
      return found
    })
  }

  /** Throws KAFKA_UNKNOWN_TOPIC, with the names of the topics that are there. */
  async unknownTopic(topic: string): Promise<never> {
    this.forget(topic)
    const known = await this.listTopics()
    fail('KAFKA_UNKNOWN_TOPIC', { topic, known: known.filter(({ internal }) => !internal).map(({ name }) => name) })
  }

  /** No longer ask for a topic. */
  forget(topic: string): void {
    this.#interest.delete(topic)
    this.#topics.delete(topic)
    this.#topicErrors.delete(topic)
  }

  /** All topics of the cluster, by name. */
  async listTopics(): Promise<TopicInfo[]> {
    const { topics } = await this.callAny(metadata, (version) => ({
      topics: version === 0 ? [] : null,
      allowAutoTopicCreation: false,
    }))
    return topics
      .filter(({ errorCode, name }) => errorCode === 0 && name !== null)
      .map(topicInfo)
      .sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  /** Ask any broker; those that do not answer are passed over until the deadline. */
  async callAny<A extends Api>(api: A, build: (version: number) => RequestOf<A>): Promise<ReceivedResponseOf<A>> {
    const { clock } = this.host
    const first = this.#brokers.size === 0
    const limit = first ? Math.min(FIRST_CONTACT_MS, this.config.apiTimeoutMs) : this.config.apiTimeoutMs
    const start = clock.monotonic()
    let last: RivuletError | undefined
    for (let round = 1; ; round++) {
      const candidates = this.#candidates()
      for (const [i, address] of candidates.entries()) {
        const rest = limit - (clock.monotonic() - start)
        if (rest <= 0) break
        const call = this.#linkTo(address, 'control').call(api, build)
        try {
          return await this.#within(Math.max(rest / (candidates.length - i), Math.min(rest, 1000)), call, address)
        } catch (error) {
          // Data that is no Kafka message counts as a wrong address here, so that the next one gets its chance.
          if (!isTransient(error) && !(isRivuletError(error) && error.code === 'KAFKA_MALFORMED_MESSAGE')) throw error
          // A wait that was cut short says less than what was heard before.
          if (last === undefined || !this.#cutShort.has(error)) last = error
        }
      }
      const pause = backoff(this.host, round, this.config.reconnectBackoffMs * 2, this.config.reconnectBackoffMaxMs)
      if (clock.monotonic() - start + pause >= limit) {
        throw failure(
          'KAFKA_UNREACHABLE',
          {
            addresses: this.#candidates().map(({ host, port }) => `${host}:${port}`),
            seconds: Math.round((clock.monotonic() - start) / 1000),
            detail: last?.message ?? 'no answer',
          },
          { cause: last },
        )
      }
      await clock.sleep(pause, this.signal)
    }
  }

  /** Ask the controller; used by calls that change topics. */
  async callController<A extends Api>(
    api: A,
    build: (version: number) => RequestOf<A>,
  ): Promise<ReceivedResponseOf<A>> {
    await this.refresh()
    if (!this.#brokers.has(this.#controller)) return this.callAny(api, build)
    return this.link(this.#controller).call(api, build)
  }

  async close(): Promise<void> {
    this.#closing.abort(failure('KAFKA_CLOSED', { what: 'client' }))
    await Promise.all([...this.#links.values()].map((link) => link.close()))
    this.#links.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #linkTo(address: BrokerAddress, lane: string): BrokerLink {
    this.signal.throwIfAborted()
    const key = `${address.host}:${address.port} ${lane}`
    let link = this.#links.get(key)
    if (link === undefined) {
      link = new BrokerLink(this.host, this.config, address)
      this.#links.set(key, link)
    }
    return link
  }

  #candidates(): BrokerAddress[] {
    const unique = new Map<string, BrokerAddress>()
    for (const address of [...this.#brokers.values(), ...this.config.bootstrapServers])
      unique.set(`${address.host}:${address.port}`, address)
    return [...unique.values()]
  }

  /** A broker that accepts and stays silent must not use up the time of the others: the wait ends, the call goes on. */
  #within<T>(ms: number, call: Promise<T>, address: BrokerAddress): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.host.clock.after(ms, () => {
        const where = `${address.host}:${address.port}`
        const error = failure('KAFKA_CONNECTION_LOST', { address: where, detail: 'no answer' })
        this.#cutShort.add(error)
        reject(error)
      })
      call.then(resolve, reject).finally(cancel)
    })
  }

  async #askMetadata(topics: readonly string[]): Promise<void> {
    const response = await this.callAny(metadata, (version) => ({
      // In v0 an empty list means all topics; no broker with Fetch v4 is that old.
      topics: named(topics, version),
      allowAutoTopicCreation: false,
    }))
    this.#refreshedAt = this.host.clock.monotonic()
    if (response.brokers.length > 0) {
      this.#brokers.clear()
      for (const { nodeId, host, port, rack } of response.brokers)
        this.#brokers.set(nodeId, { nodeId, host, port, rack })
    }
    this.#controller = response.controllerId
    for (const topic of response.topics) {
      if (topic.name === null) continue
      this.#topicErrors.set(topic.name, topic.errorCode)
      if (topic.errorCode === 0) this.#topics.set(topic.name, topicInfo(topic))
      else if (topic.errorCode === ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION) this.#topics.delete(topic.name)
    }
  }
}

function named(topics: readonly string[], version: number) {
  return topics.map((name) => (version >= 10 ? { topicId: ZERO_UUID, name } : { name }))
}

type WireTopic = ReceivedResponseOf<typeof metadata>['topics'][number]

function topicInfo(topic: WireTopic): TopicInfo {
  const partitions: PartitionInfo[] = []
  for (const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes } of topic.partitions)
    partitions[partitionIndex] = {
      partition: partitionIndex,
      leader: leaderId,
      leaderEpoch,
      replicas: replicaNodes,
      inSyncReplicas: isrNodes,
    }
  return { name: topic.name ?? '', internal: topic.isInternal, partitions }
}

function topicRefused(topic: string, code: number) {
  return { action: `describe topic '${topic}'`, error: errorCodeInfo(code).name }
}
