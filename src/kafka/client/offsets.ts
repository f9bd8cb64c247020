/**
 * Offsets: where logs begin and end, by time, and what groups have committed.
 *
 * Law: every asked partition is answered, or the call fails naming it. Partitions whose leader moved are asked again,
 * the others are not.
 */
import { fail, failure, type RivuletError } from '../../base/errors.ts'
import {
  ErrorCodes,
  errorCodeInfo,
  findCoordinator,
  listOffsets as listOffsetsApi,
  offsetCommit,
  offsetFetch,
} from '../protocol/index.ts'
import type { KafkaClient } from './client.ts'
import { Again, isRetriableCode, isTransient, retry } from './retry.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
}

/** The first record, the end of the log (of the committed part under `read_committed`), or the first record at or after a time. */
export type OffsetSpec = 'earliest' | 'latest' | { readonly timestamp: number }

const LATEST = -1
const EARLIEST = -2

/**
 * Offsets of the partitions, in the order asked. Where no record is as new as the timestamp, the end of the log.
 * @throws KAFKA_UNKNOWN_TOPIC, KAFKA_UNKNOWN_PARTITION
 */
export async function listOffsets(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  spec: OffsetSpec,
): Promise<PartitionOffset[]> {
  const timestamp = spec === 'earliest' ? EARLIEST : spec === 'latest' ? LATEST : spec.timestamp
  await checkPartitions(client, partitions)
  const found = new Map<string, number>()
  await retry(client.host, client.config, async (tries) => {
    const open = partitions.filter((one) => !found.has(keyOf(one)))
    if (tries > 1) await client.refresh()
    const failures = await Promise.all(
      [...byLeader(client, open)].map(async ([leader, group]) => {
        if (leader < 0) return refused('find the leader of', group[0], ErrorCodes.LEADER_NOT_AVAILABLE)
        try {
          return await askLeader(client, leader, group, timestamp, found)
        } catch (error) {
          if (isTransient(error)) return error
          throw error
        }
      }),
    )
    const failed = failures.find((one) => one !== undefined)
    return failed === undefined ? undefined : new Again(failed)
  })
  const beyond = partitions.filter((one) => found.get(keyOf(one)) === -1)
  if (timestamp >= 0 && beyond.length > 0) {
    for (const { offset, ...one } of await listOffsets(client, beyond, 'latest')) found.set(keyOf(one), offset)
  }
  return partitions.map(({ topic, partition }) => ({
    topic,
    partition,
    offset: found.get(keyOf({ topic, partition })) ?? -1,
  }))
}

async function askLeader(
  client: KafkaClient,
  leader: number,
  group: readonly TopicPartition[],
  timestamp: number,
  found: Map<string, number>,
): Promise<RivuletError | undefined> {
  const response = await client.link(leader).call(listOffsetsApi, () => ({
    replicaId: -1,
    isolationLevel: client.config.fetch.readCommitted ? 1 : 0,
    timeoutMs: client.config.requestTimeoutMs,
    topics: byTopic(group).map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
    })),
  }))
  let again: RivuletError | undefined
  for (const { name, partitions } of response.topics)
    for (const { partitionIndex, errorCode, offset } of partitions) {
      const one = { topic: name, partition: partitionIndex }
      if (errorCode === 0) found.set(keyOf(one), offset)
      else if (isRetriableCode(errorCode)) again = refused('list offsets of', one, errorCode)
      else throw refused('list offsets of', one, errorCode)
    }
  return again
}

/** Committed offsets of a group; `undefined` where it has none, in the order asked. */
export async function committedOffsets(
  client: KafkaClient,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<(number | undefined)[]> {
  const found = new Map<string, number>()
  await withCoordinator(client, group, async (node) => {
    const topics = byTopic(partitions).map(([name, list]) => ({
      name,
      partitionIndexes: list.map(({ partition }) => partition),
    }))
    const response = await client
      .link(node)
      .call(offsetFetch, (version) =>
        version >= 8
          ? { groups: [{ groupId: group, topics }], requireStable: true }
          : { groupId: group, topics, requireStable: true },
      )
    const answer = response.groups.length > 0 ? response.groups[0] : response
    if (answer.errorCode !== 0) return answer.errorCode
    for (const { name, partitions: list } of answer.topics)
      for (const { partitionIndex, errorCode, committedOffset } of list) {
        if (errorCode !== 0) return errorCode
        if (committedOffset >= 0) found.set(keyOf({ topic: name, partition: partitionIndex }), committedOffset)
      }
    return 0
  })
  return partitions.map((one) => found.get(keyOf(one)))
}

/**
 * Where a group reads on: at its committed offsets, and where it has none as `auto.offset.reset` says.
 * @throws KAFKA_NO_COMMITTED_OFFSET with the policy `none`
 */
export async function groupOffsets(
  client: KafkaClient,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<PartitionOffset[]> {
  const committed = await committedOffsets(client, group, partitions)
  const missing = partitions.filter((_, i) => committed[i] === undefined)
  const policy = client.config.fetch.autoOffsetReset
  if (missing.length > 0 && policy === 'none') fail('KAFKA_NO_COMMITTED_OFFSET', { ...missing[0], group })
  const others = missing.length === 0 || policy === 'none' ? [] : await listOffsets(client, missing, policy)
  let next = 0
  return partitions.map(({ topic, partition }, i) => ({
    topic,
    partition,
    offset: committed[i] ?? others[next++].offset,
  }))
}

/** Commit offsets of a group that has no members: for monitoring, and to start from later. */
export async function commitOffsets(
  client: KafkaClient,
  group: string,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  if (offsets.length === 0) return
  await withCoordinator(client, group, async (node) => {
    const response = await client.link(node).call(offsetCommit, () => ({
      groupId: group,
      generationIdOrMemberEpoch: -1,
      memberId: '',
      topics: byTopic(offsets).map(([name, list]) => ({
        name,
        partitions: list.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: '',
        })),
      })),
    }))
    for (const { partitions } of response.topics)
      for (const { errorCode } of partitions) if (errorCode !== 0) return errorCode
    return 0
  })
}

/** Run a call against the coordinator of a group; it returns an error code, and retriable ones repeat it. */
async function withCoordinator(
  client: KafkaClient,
  group: string,
  call: (node: number) => Promise<number>,
): Promise<void> {
  const refusal = (code: number, action: string) =>
    failure('KAFKA_BROKER_ERROR', { action: `${action} group '${group}'`, error: errorCodeInfo(code).name })
  await retry(client.host, client.config, async () => {
    const response = await client.callAny(findCoordinator, (version) =>
      version >= 4 ? { keyType: 0, coordinatorKeys: [group] } : { key: group, keyType: 0 },
    )
    const found = response.coordinators.length > 0 ? response.coordinators[0] : response
    if (found.errorCode !== 0) {
      const error = refusal(found.errorCode, 'find the coordinator of')
      if (isRetriableCode(found.errorCode)) return new Again(error)
      throw error
    }
    // A node that joined after the last look is not known yet.
    if (!client.brokers.some(({ nodeId }) => nodeId === found.nodeId)) await client.refresh()
    const code = await call(found.nodeId)
    if (code === 0) return undefined
    const error = refusal(code, 'read or commit offsets of')
    if (isRetriableCode(code)) return new Again(error)
    throw error
  })
}

async function checkPartitions(client: KafkaClient, partitions: readonly TopicPartition[]): Promise<void> {
  const names = [...new Set(partitions.map(({ topic }) => topic))]
  const topics = await client.describeTopics(names)
  for (const { topic, partition } of partitions) {
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0
    if (partition < 0 || partition >= count) fail('KAFKA_UNKNOWN_PARTITION', { topic, partition, count })
  }
}

function byLeader(client: KafkaClient, partitions: readonly TopicPartition[]): Map<number, TopicPartition[]> {
  return Map.groupBy(partitions, ({ topic, partition }) => client.leaderOf(topic, partition))
}

function byTopic<T extends TopicPartition>(partitions: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)]
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function refused(action: string, { topic, partition }: TopicPartition, code: number): RivuletError {
  return failure('KAFKA_BROKER_ERROR', {
    action: `${action} topic '${topic}', partition ${partition}`,
    error: errorCodeInfo(code).name,
  })
}
