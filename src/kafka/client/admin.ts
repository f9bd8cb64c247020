/** Topics: create, delete, grow, list and describe. Each call returns when the change can be seen. */
import { failure } from '../../base/errors.ts'
import {
  createPartitions as createPartitionsApi,
  createTopics as createTopicsApi,
  deleteTopics as deleteTopicsApi,
  ErrorCodes,
  errorCodeInfo,
  ZERO_UUID,
} from '../protocol/index.ts'
import type { KafkaClient } from './client.ts'
import { Again, isRetriableCode, retry } from './retry.ts'

export interface NewTopic {
  readonly name: string
  /** The broker's default if not given. */
  readonly partitions?: number
  /** The broker's default if not given. */
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

/**
 * @param options.ifNotExists a topic that exists already is no error, whatever its partitions
 * @returns the names of the topics that were created
 */
export async function createTopics(
  client: KafkaClient,
  topics: readonly NewTopic[],
  options: { ifNotExists?: boolean } = {},
): Promise<string[]> {
  const created: string[] = []
  await retry(client.host, client.config, async () => {
    const open = topics.filter(({ name }) => !created.includes(name))
    const response = await client.callController(createTopicsApi, () => ({
      topics: open.map(({ name, partitions = -1, replicationFactor = -1, configs = {} }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        assignments: [],
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      })),
      timeoutMs: client.config.requestTimeoutMs,
      validateOnly: false,
    }))
    for (const { name, errorCode, errorMessage } of response.topics) {
      if (errorCode === 0) created.push(name)
      else if (errorCode === ErrorCodes.TOPIC_ALREADY_EXISTS && options.ifNotExists === true) continue
      else return again(`create topic '${name}'`, errorCode, errorMessage)
    }
    return undefined
  })
  await client.describeTopics(topics.map(({ name }) => name))
  return created
}

export async function deleteTopics(client: KafkaClient, names: readonly string[]): Promise<void> {
  await retry(client.host, client.config, async (tries) => {
    const response = await client.callController(deleteTopicsApi, (version) => ({
      ...(version >= 6 ? { topics: names.map((name) => ({ name, topicId: ZERO_UUID })) } : { topicNames: names }),
      timeoutMs: client.config.requestTimeoutMs,
    }))
    for (const { name, errorCode, errorMessage } of response.responses) {
      if (errorCode === 0) continue
      if (errorCode === ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION) {
        // Gone after a repetition: the first try did it.
        if (tries > 1) continue
        await client.unknownTopic(name ?? '')
      }
      return again(`delete topic '${name}'`, errorCode, errorMessage)
    }
    return undefined
  })
  for (const name of names) client.forget(name)
}

/** Raise the number of partitions of a topic to `count`. */
export async function createPartitions(client: KafkaClient, topic: string, count: number): Promise<void> {
  await retry(client.host, client.config, async (tries) => {
    const response = await client.callController(createPartitionsApi, () => ({
      topics: [{ name: topic, count, assignments: null }],
      timeoutMs: client.config.requestTimeoutMs,
      validateOnly: false,
    }))
    for (const { errorCode, errorMessage } of response.results) {
      if (errorCode === 0) continue
      // They are there after a repetition: the first try did it.
      if (errorCode === ErrorCodes.INVALID_PARTITIONS && tries > 1) continue
      return again(`raise the partitions of topic '${topic}'`, errorCode, errorMessage)
    }
    return undefined
  })
  await retry(client.host, client.config, async () => {
    const [described] = await client.describeTopics([topic])
    return described.partitions.length >= count
      ? undefined
      : again(`raise the partitions of topic '${topic}'`, ErrorCodes.LEADER_NOT_AVAILABLE, null)
  })
}

function again(action: string, code: number, detail: string | null): Again {
  const error = failure('KAFKA_BROKER_ERROR', { action, error: errorCodeInfo(code).name, detail })
  if (isRetriableCode(code)) return new Again(error)
  throw error
}
