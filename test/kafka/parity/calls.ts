/** Requests as the parity cases make them, and what of the answers is compared. */
import type { BrokerConnection } from '../../../src/base/host.ts'
import { call } from '../../../src/kafka/broker/test-support.ts'
import {
  createTopics,
  errorCodeInfo,
  fetch,
  findCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  listOffsets,
  metadata,
  offsetCommit,
  produce,
  syncGroup,
  WireWriter,
} from '../../../src/kafka/protocol/index.ts'

export const named = (code: number) => errorCodeInfo(code).name
export const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * A subscription to one topic, v0 of the consumers' own protocol: a real broker reads it, and never answers when it cannot.
 *
 *     version:int16 topics:[string] userData:nullable bytes
 */
export function subscription(topic: string): Uint8Array {
  const writer = new WireWriter()
  writer.int16(0)
  writer.int32(1)
  writer.int16(utf8(topic).length)
  writer.raw(utf8(topic))
  writer.int32(-1)
  return writer.finish()
}

/** version:int16 [topic:string partitions:[int32]] userData:nullable bytes; the topic alone tells whose it is. */
export function assignmentOf(topic: string): Uint8Array {
  const writer = new WireWriter()
  writer.int16(0)
  writer.int32(1)
  writer.int16(utf8(topic).length)
  writer.raw(utf8(topic))
  writer.int32(1)
  writer.int32(0)
  writer.int32(-1)
  return writer.finish()
}

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Ask again while the broker is only not ready yet, which a real one often is for a moment. */
export async function settled<T>(ask: () => Promise<T>, code: (answer: T) => number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask()
    // Of a moment after a start, an election or the creation of the internal topics.
    const transient = [
      'COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_LOAD_IN_PROGRESS',
      'LEADER_NOT_AVAILABLE',
      'NOT_COORDINATOR',
    ]
    if (!transient.includes(named(code(answer))) || attempt === 50) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The coordinator of a group, once there is one. */
export function findGroup(connection: BrokerConnection, group: string, version = 3) {
  return settled(
    () => call(connection, findCoordinator, version, { key: group, keyType: 0 }),
    ({ errorCode }) => errorCode,
  )
}

export const PLAIN = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }

export async function create(connection: BrokerConnection, topic: object, validateOnly = false, version = 7) {
  const answer = await call(connection, createTopics, version, {
    topics: [{ ...PLAIN, name: '', ...topic }],
    timeoutMs: 10_000,
    validateOnly,
  })
  return answer.topics[0]
}

/** Create a topic and wait until it can be written. */
export async function newTopic(connection: BrokerConnection, name: string, partitions = 1) {
  await create(connection, { name, numPartitions: partitions })
  await settled(
    () => call(connection, metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false }),
    ({ topics }) => (topics[0].errorCode !== 0 ? 5 : Math.max(...topics[0].partitions.map((each) => each.errorCode))),
  )
}

export async function append(
  connection: BrokerConnection,
  topic: string,
  records: Uint8Array | null,
  partition = 0,
  version = 9,
) {
  const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
  const answer = await call(connection, produce, version, { acks: -1, timeoutMs: 5_000, topicData })
  const { errorCode, baseOffset } = answer.responses[0].partitionResponses[0]
  return [named(errorCode), baseOffset]
}

export async function read(
  connection: BrokerConnection,
  topic: string,
  offset: number,
  options: object = {},
  version = 12,
) {
  const wanted = { partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000, ...options }
  const answer = await call(connection, fetch, version, {
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    topics: [{ topic, partitions: [wanted] }],
  })
  const { errorCode, highWatermark, lastStableOffset, logStartOffset, records } = answer.responses[0].partitions[0]
  return [named(errorCode), highWatermark, lastStableOffset, logStartOffset, records?.length ?? null]
}

export async function offsetAt(
  connection: BrokerConnection,
  topic: string,
  timestamp: number,
  version = 7,
  epoch = -1,
) {
  const partitions = [{ partitionIndex: 0, timestamp, currentLeaderEpoch: epoch }]
  const answer = await call(connection, listOffsets, version, { replicaId: -1, topics: [{ name: topic, partitions }] })
  const found = answer.topics[0].partitions[0]
  return [named(found.errorCode), found.offset, found.timestamp]
}

export interface Joining {
  readonly memberId?: string
  readonly protocols?: readonly string[]
  readonly instanceId?: string | null
  readonly sessionTimeoutMs?: number
  readonly type?: string
}

export function join(connection: BrokerConnection, group: string, options: Joining = {}, version = 7) {
  return settled(
    () =>
      call(connection, joinGroup, version, {
        groupId: group,
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: options.memberId ?? '',
        groupInstanceId: options.instanceId ?? null,
        protocolType: options.type ?? 'consumer',
        protocols: (options.protocols ?? ['range']).map((name) => ({ name, metadata: subscription(`of-${name}`) })),
      }),
    ({ errorCode }) => errorCode,
  )
}

export function sync(
  connection: BrokerConnection,
  group: string,
  memberId: string,
  generationId: number,
  share?: string,
) {
  const assignments = share === undefined ? [] : [{ memberId, assignment: assignmentOf(share) }]
  const protocol = { protocolType: 'consumer', protocolName: 'range' }
  return call(connection, syncGroup, 5, { groupId: group, generationId, memberId, ...protocol, assignments })
}

export async function beat(connection: BrokerConnection, groupId: string, memberId: string, generationId: number) {
  return named((await call(connection, heartbeat, 4, { groupId, generationId, memberId })).errorCode)
}

export async function leave(connection: BrokerConnection, groupId: string, memberId: string) {
  const answer = await call(connection, leaveGroup, 4, { groupId, members: [{ memberId }] })
  return [named(answer.errorCode), answer.members.map(({ errorCode }) => named(errorCode))]
}

export async function stable(connection: BrokerConnection, group: string): Promise<string> {
  const { memberId } = await join(connection, group)
  const joined = await join(connection, group, { memberId })
  await sync(connection, group, memberId, joined.generationId, 'share')
  return memberId
}

export async function commit(
  connection: BrokerConnection,
  group: string,
  topic: string,
  generation: number,
  memberId: string,
  offset: number,
) {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }]
  const answer = await settled(
    () =>
      call(connection, offsetCommit, 8, {
        groupId: group,
        generationIdOrMemberEpoch: generation,
        memberId,
        topics: [{ name: topic, partitions }],
      }),
    ({ topics }) => topics[0].partitions[0].errorCode,
  )
  return named(answer.topics[0].partitions[0].errorCode)
}
