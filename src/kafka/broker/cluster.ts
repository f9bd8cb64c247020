/**
 * What the nodes of the dev broker share: topics, groups, producer ids, and who is alive.
 *
 * Law: all nodes see the same state; a node differs only by its number and address, by the partitions that it leads and the
 * groups that it coordinates. No timer or clock but the host's.
 */
import type { BrokerAddress } from '../../base/host.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import type { BrokerHost, BrokerSettings } from './options.ts'
import { type BrokerStore, FolderStore, memoryStore } from './store.ts'
import { Topics } from './topics.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'

export interface ClusterNode {
  readonly id: number
  /** Where clients reach it. */
  address: BrokerAddress
}

export const CLUSTER_ID = 'rivulet-dev-broker'
const FIRST_PORT = 9092

export class Cluster {
  readonly settings: BrokerSettings
  readonly host: BrokerHost
  readonly nodes: readonly ClusterNode[]
  readonly topics: Topics
  readonly groups: GroupCoordinator
  readonly transactions: TransactionCoordinator
  readonly store: BrokerStore
  #alive: ReadonlySet<number>
  #nextProducerId = 0

  constructor(settings: BrokerSettings, host: BrokerHost) {
    this.settings = settings
    this.host = host
    this.nodes = Array.from({ length: settings.brokers }, (_, index) => ({
      id: index + 1,
      address: { host: '127.0.0.1', port: FIRST_PORT + index },
    }))
    this.#alive = new Set(this.nodes.map(({ id }) => id))
    const { data, log } = settings
    this.store = data === undefined ? memoryStore : new FolderStore(host.logs(data), host.clock, log)
    this.#nextProducerId = this.store.state?.nextProducerId ?? 0
    this.topics = new Topics(settings, host, this.store)
    this.groups = new GroupCoordinator(settings, host, this.store)
    this.transactions = new TransactionCoordinator({
      settings,
      host,
      topics: this.topics,
      groups: this.groups,
      store: this.store,
      newProducerId: () => this.newProducerId(),
    })
    this.transactions.resume()
  }

  get alive(): ReadonlySet<number> {
    return this.#alive
  }

  get aliveNodes(): readonly ClusterNode[] {
    return this.nodes.filter(({ id }) => this.#alive.has(id))
  }

  get controllerId(): number {
    return this.aliveNodes[0]?.id ?? -1
  }

  setAlive(node: number, alive: boolean): void {
    const next = new Set(this.#alive)
    if (alive) next.add(node)
    else next.delete(node)
    this.#alive = next
    this.topics.elect(next)
  }

  newProducerId(): number {
    this.store.write({ kind: 'next-producer-id', id: this.#nextProducerId + 1 })
    return this.#nextProducerId++
  }
}
