/**
 * All consumer groups of the cluster, and which node answers for which.
 *
 * Law: a group lives at the node that the hash of its id names, as long as that node is alive, otherwise at the next one
 * that is; another node answers NOT_COORDINATOR. State is shared by the nodes, so that a stopped one loses nothing.
 */
import { ErrorCodes } from '../protocol/index.ts'
import { Group, type GroupSeams } from './group.ts'
import type { BrokerHost, BrokerSettings } from './options.ts'
import type { BrokerStore } from './store.ts'

const HEX = '0123456789abcdef'

export class GroupCoordinator {
  readonly #groups = new Map<string, Group>()
  readonly #seams: GroupSeams
  readonly #settings: BrokerSettings
  readonly #store: BrokerStore

  constructor(settings: BrokerSettings, host: BrokerHost, store: BrokerStore) {
    this.#settings = settings
    this.#store = store
    this.#seams = {
      saveOffset: (offset) => store.write({ kind: 'offset', offset }),
      clock: host.clock,
      initialRebalanceDelayMs: settings.groupInitialRebalanceDelayMs,
      newMemberId: (prefix) => `${prefix}-${randomId(host)}`,
    }
    for (const [group, offsets] of store.state?.offsets ?? []) {
      const restored = this.getOrCreate(group)
      for (const { topic, partition, offset, leaderEpoch, metadata } of offsets.values()) {
        restored.offsets.restore(topic, partition, { offset, leaderEpoch, metadata })
      }
    }
  }

  /** The node that answers for a group, or undefined when no node is alive. */
  nodeOf(groupId: string, alive: ReadonlySet<number>): number | undefined {
    let hash = 0
    for (let index = 0; index < groupId.length; index++) hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0
    const { brokers } = this.#settings
    const first = (hash & 0x7fffffff) % brokers
    for (let step = 0; step < brokers; step++) {
      const node = ((first + step) % brokers) + 1
      if (alive.has(node)) return node
    }
    return undefined
  }

  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  getOrCreate(groupId: string): Group {
    let group = this.#groups.get(groupId)
    if (group === undefined) {
      group = new Group(groupId, this.#seams)
      this.#groups.set(groupId, group)
    }
    return group
  }

  all(): Group[] {
    return [...this.#groups.values()]
  }

  delete(groupId: string): number {
    const group = this.#groups.get(groupId)
    if (group === undefined) return ErrorCodes.GROUP_ID_NOT_FOUND
    if (group.members.size > 0 || group.state !== 'Empty') return ErrorCodes.NON_EMPTY_GROUP
    this.#store.write({ kind: 'group-deleted', group: groupId })
    group.close()
    this.#groups.delete(groupId)
    return ErrorCodes.NONE
  }

  forgetTopic(topic: string): void {
    for (const group of this.#groups.values()) group.offsets.forgetTopic(topic)
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }
}

function randomId(host: BrokerHost): string {
  let id = ''
  for (let index = 0; index < 32; index++) {
    if (index === 8 || index === 12 || index === 16 || index === 20) id += '-'
    id += HEX[Math.floor(host.random() * 16)]
  }
  return id
}
