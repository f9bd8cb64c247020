/**
 * The dev broker without its sockets: the same core serves TCP connections and direct calls of simulated hosts.
 *
 * Law: no I/O and no timer but the host's clock; a stopped node refuses sessions and its partitions change leader, while
 * all that was stored stays, so that stopping is what a crash of a broker with a disk looks like from outside.
 */
import { failure, type RivuletError } from '../../base/errors.ts'
import { ErrorCodes, errorCodeInfo } from '../protocol/index.ts'
import { Cluster, type ClusterNode } from './cluster.ts'
import type { BrokerHost, BrokerOptions } from './options.ts'
import { settingsOf } from './options.ts'
import type { Refusal } from './record-batch.ts'
import { Session } from './session.ts'

export interface TopicOptions {
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

export class Broker {
  readonly cluster: Cluster
  readonly #sessions = new Set<Session>()
  readonly #counters = { connections: 0, requests: 0 }

  constructor(options: BrokerOptions, host: BrokerHost) {
    this.cluster = new Cluster(settingsOf(options), host)
  }

  get nodes(): readonly ClusterNode[] {
    return this.cluster.nodes
  }

  /** `host:port` of all nodes, as `bootstrap.servers`. */
  get bootstrap(): string {
    return this.nodes.map(({ address }) => `${address.host}:${address.port}`).join(',')
  }

  /** A connection to a node, or undefined when it is stopped. */
  open(nodeId: number, clientHost: string): Session | undefined {
    if (!this.cluster.alive.has(nodeId)) return undefined
    const session = new Session(this.cluster, this.#counters, nodeId, clientHost)
    this.#sessions.add(session)
    session.onClose(() => this.#sessions.delete(session))
    return session
  }

  /** End the node's connections and give its partitions to other replicas. */
  stopNode(nodeId: number): void {
    this.cluster.setAlive(nodeId, false)
    for (const session of [...this.#sessions]) if (session.nodeId === nodeId) session.close()
  }

  startNode(nodeId: number): void {
    this.cluster.setAlive(nodeId, true)
  }

  /** Create a topic; KAFKA_BROKER_ERROR with Kafka's reason where a client would get its error code. */
  createTopic(name: string, options: TopicOptions = {}): void {
    const plan = this.cluster.topics.plan({
      name,
      partitions: options.partitions ?? -1,
      replicationFactor: options.replicationFactor ?? -1,
      assignments: [],
      configs: Object.entries(options.configs ?? {}).map(([key, value]) => ({ name: key, value })),
    })
    if ('error' in plan) throw refusal(`create topic '${name}'`, plan)
    this.cluster.topics.create(name, plan)
  }

  deleteTopic(name: string): void {
    const topic = this.cluster.topics.get(name)
    if (topic === undefined) {
      throw refusal(`delete topic '${name}'`, {
        error: ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION,
        message: 'no such topic',
      })
    }
    this.cluster.topics.delete(topic)
    this.cluster.groups.forgetTopic(name)
  }

  close(): void {
    for (const session of [...this.#sessions]) session.close()
    this.cluster.groups.close()
    this.cluster.transactions.close()
    this.cluster.store.close()
  }
}

function refusal(action: string, { error, message }: Refusal): RivuletError {
  return failure('KAFKA_BROKER_ERROR', { action, error: errorCodeInfo(error).name, detail: message })
}
