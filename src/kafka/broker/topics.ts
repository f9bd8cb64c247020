/**
 * The topics of the cluster and where their partitions live.
 *
 * Law: a topic name is Kafka's (letters, digits, `.`, `_`, `-`, at most 249), its id is stable and not zero; leaders are
 * spread over the nodes in turn, beginning at another node for each topic.
 */
import { ErrorCodes } from '../protocol/index.ts'
import type { BrokerHost, BrokerSettings } from './options.ts'
import { Partition } from './partition.ts'
import type { Refusal } from './record-batch.ts'
import type { BrokerStore } from './store.ts'
import { configProblem, retentionOf } from './topic-configs.ts'

export interface Topic {
  readonly name: string
  readonly id: string
  readonly configs: ReadonlyMap<string, string>
  readonly replicationFactor: number
  readonly partitions: Partition[]
}

export interface NewTopic {
  readonly name: string
  /** −1: the broker's default. */
  readonly partitions: number
  readonly replicationFactor: number
  /** Nodes per partition; empty to let the broker choose. */
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface TopicPlan {
  readonly replicas: readonly (readonly number[])[]
  readonly replicationFactor: number
  readonly configs: ReadonlyMap<string, string>
}

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
/** Of a client's wish; beyond it a dev broker is the wrong tool. */
const MAX_PARTITIONS = 10_000

const refuse = (error: number, message: string): Refusal => ({ error, message })

export class Topics {
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  readonly #settings: BrokerSettings
  readonly #host: BrokerHost
  readonly #store: BrokerStore
  #alive: ReadonlySet<number>
  #placed = 0

  constructor(settings: BrokerSettings, host: BrokerHost, store: BrokerStore) {
    this.#settings = settings
    this.#host = host
    this.#store = store
    this.#alive = new Set(this.#nodes())
    for (const stored of store.state?.topics.values() ?? []) {
      const { name, id, replicationFactor } = stored
      const configs = new Map(stored.configs)
      // There may be fewer nodes than last time.
      const replicas = stored.replicas.map((nodes) => {
        const left = nodes.filter((node) => node <= settings.brokers)
        return left.length > 0 ? left : [1]
      })
      const partitions = this.#newPartitions({ name, id, configs }, 0, replicas)
      for (const partition of partitions) partition.recover(settings.log)
      this.#add({ name, id, configs, replicationFactor, partitions })
    }
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  byId(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  partition(name: string, index: number): Partition | undefined {
    return this.#byName.get(name)?.partitions[index]
  }

  all(): Topic[] {
    return [...this.#byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  /** What creating the topic would do, or why it is not possible. */
  plan(topic: NewTopic): TopicPlan | Refusal {
    const problem = nameProblem(topic.name)
    if (problem !== undefined) return refuse(ErrorCodes.INVALID_TOPIC_EXCEPTION, problem)
    if (this.#byName.has(topic.name)) {
      return refuse(ErrorCodes.TOPIC_ALREADY_EXISTS, `Topic '${topic.name}' already exists.`)
    }
    for (const { name, value } of topic.configs) {
      const refused = configProblem(name, value)
      if (refused !== undefined) return refuse(ErrorCodes.INVALID_CONFIG, refused)
    }
    const configs = new Map(topic.configs.map(({ name, value }) => [name, value ?? '']))
    if (topic.assignments.length > 0) return this.#planAssigned(topic, configs)

    const count = topic.partitions === -1 ? this.#settings.defaultPartitions : topic.partitions
    const factor = topic.replicationFactor === -1 ? this.#settings.defaultReplicationFactor : topic.replicationFactor
    if (count < 1 || count > MAX_PARTITIONS) {
      return refuse(ErrorCodes.INVALID_PARTITIONS, `${count} partitions, expected 1 to ${MAX_PARTITIONS}.`)
    }
    if (factor < 1 || factor > this.#settings.brokers) {
      return refuse(
        ErrorCodes.INVALID_REPLICATION_FACTOR,
        `Replication factor ${factor}, but the cluster has ${this.#settings.brokers} node(s).`,
      )
    }
    return { replicas: this.#spread(0, count, factor), replicationFactor: factor, configs }
  }

  create(name: string, plan: TopicPlan): Topic {
    const { configs, replicationFactor, replicas } = plan
    const id = this.#newId()
    this.#save({ name, id, configs, replicationFactor }, replicas)
    const partitions = this.#newPartitions({ name, id, configs }, 0, replicas)
    return this.#add({ name, id, configs, replicationFactor, partitions })
  }

  delete(topic: Topic): void {
    this.#store.write({ kind: 'topic-deleted', name: topic.name })
    this.#store.deleteTopic(topic.id)
    this.#byName.delete(topic.name)
    this.#byId.delete(topic.id)
    for (const partition of topic.partitions) partition.wake(0)
  }

  #add(topic: Topic): Topic {
    for (const partition of topic.partitions) partition.elect(this.#alive)
    this.#placed++
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    return topic
  }

  #newPartitions(
    { name, id, configs }: Pick<Topic, 'name' | 'id' | 'configs'>,
    first: number,
    replicas: readonly (readonly number[])[],
  ): Partition[] {
    const retention = retentionOf(configs, this.#settings)
    return replicas.map(
      (nodes, i) => new Partition(name, first + i, nodes, retention, this.#store.partition(id, first + i)),
    )
  }

  #save(
    { name, id, configs, replicationFactor }: Omit<Topic, 'partitions'>,
    replicas: readonly (readonly number[])[],
  ): void {
    this.#store.write({ kind: 'topic', topic: { name, id, configs: [...configs], replicationFactor, replicas } })
  }

  /** Nodes of the partitions that would be added to reach `count`, or why that is not possible. */
  planPartitions(
    topic: Topic,
    count: number,
    assignments: readonly { readonly brokerIds: readonly number[] }[] | null,
  ): readonly (readonly number[])[] | Refusal {
    const present = topic.partitions.length
    if (count === present) {
      return refuse(ErrorCodes.INVALID_PARTITIONS, `Topic already has ${present} partition(s).`)
    }
    if (count < present || count > MAX_PARTITIONS) {
      return refuse(
        ErrorCodes.INVALID_PARTITIONS,
        `The topic has ${present} partition(s) and cannot be changed to ${count}.`,
      )
    }
    if (assignments === null) return this.#spread(present, count - present, topic.replicationFactor)
    const replicas = assignments.map(({ brokerIds }) => brokerIds)
    const fits =
      replicas.length === count - present &&
      replicas.every((nodes) => nodes.length === topic.replicationFactor && this.#known(nodes))
    if (fits) return replicas
    return refuse(
      ErrorCodes.INVALID_REPLICA_ASSIGNMENT,
      'The assignment does not name known nodes for every new partition.',
    )
  }

  addPartitions(topic: Topic, replicas: readonly (readonly number[])[]): void {
    this.#save(topic, [...topic.partitions.map((partition) => partition.replicas), ...replicas])
    for (const partition of this.#newPartitions(topic, topic.partitions.length, replicas)) {
      partition.elect(this.#alive)
      topic.partitions.push(partition)
    }
  }

  /** Nodes came or went: partitions whose leader is gone get another replica. */
  elect(alive: ReadonlySet<number>): void {
    this.#alive = alive
    for (const topic of this.#byName.values()) {
      for (const partition of topic.partitions) partition.elect(alive)
    }
  }

  #planAssigned(topic: NewTopic, configs: ReadonlyMap<string, string>): TopicPlan | Refusal {
    if (topic.partitions !== -1 || topic.replicationFactor !== -1) {
      return refuse(
        ErrorCodes.INVALID_REQUEST,
        'Both an assignment and a number of partitions or replicas were given; they exclude each other.',
      )
    }
    const sorted = [...topic.assignments].sort((left, right) => left.partitionIndex - right.partitionIndex)
    const factor = sorted[0].brokerIds.length
    const fits =
      factor > 0 &&
      sorted.every(
        ({ partitionIndex, brokerIds }, index) =>
          partitionIndex === index && brokerIds.length === factor && this.#known(brokerIds),
      )
    if (!fits) {
      return refuse(
        ErrorCodes.INVALID_REPLICA_ASSIGNMENT,
        'The assignment must name partitions from 0 without gaps, each with the same number of different known nodes.',
      )
    }
    return { replicas: sorted.map(({ brokerIds }) => brokerIds), replicationFactor: factor, configs }
  }

  #known(nodes: readonly number[]): boolean {
    return (
      new Set(nodes).size === nodes.length &&
      nodes.every((node) => Number.isInteger(node) && node >= 1 && node <= this.#settings.brokers)
    )
  }

  #nodes(): number[] {
    return Array.from({ length: this.#settings.brokers }, (_, index) => index + 1)
  }

  #spread(first: number, count: number, factor: number): number[][] {
    const { brokers } = this.#settings
    return Array.from({ length: count }, (_, index) =>
      Array.from({ length: factor }, (_, replica) => ((this.#placed + first + index + replica) % brokers) + 1),
    )
  }

  #newId(): string {
    let id = ''
    // 21 letters of 6 bits and one of 2: the last letter of 128 bits in base64 is A, Q, g or w.
    for (let index = 0; index < 21; index++) id += ID_LETTERS[Math.floor(this.#host.random() * ID_LETTERS.length)]
    return `${id}w`
  }
}

function nameProblem(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return `'${name}' is not a possible topic name.`
  if (name.length > 249) return `The topic name has ${name.length} characters, at most 249 are possible.`
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    return `The topic name '${name}' may have only letters, digits, '.', '_' and '-'.`
  }
  return undefined
}
