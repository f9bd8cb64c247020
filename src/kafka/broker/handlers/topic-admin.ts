/** Creating, deleting and enlarging topics. Any node takes these, as brokers with KRaft do. */
import {
  type createPartitions,
  type createTopics,
  type deleteTopics,
  ErrorCodes,
  type ReceivedRequestOf,
  type ResponseOf,
} from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'
import { effectiveConfig, topicConfigs } from '../topic-configs.ts'

const DYNAMIC_TOPIC_CONFIG = 1
const DEFAULT_CONFIG = 5

type CreateAnswer = ResponseOf<typeof createTopics>['topics'][number]

export function handleCreateTopics(
  request: ReceivedRequestOf<typeof createTopics>,
  { cluster }: RequestContext,
): ResponseOf<typeof createTopics> {
  const counts = new Map<string, number>()
  for (const { name } of request.topics) counts.set(name, (counts.get(name) ?? 0) + 1)
  const create = (wanted: (typeof request.topics)[number]): CreateAnswer => {
    const { name } = wanted
    if (counts.get(name) !== 1) {
      return { name, errorCode: ErrorCodes.INVALID_REQUEST, errorMessage: 'The request names this topic twice.' }
    }
    const plan = cluster.topics.plan({
      name,
      partitions: wanted.numPartitions,
      replicationFactor: wanted.replicationFactor,
      assignments: wanted.assignments,
      configs: wanted.configs,
    })
    if ('error' in plan) return { name, errorCode: plan.error, errorMessage: plan.message }
    const topicId = request.validateOnly ? undefined : cluster.topics.create(name, plan).id
    return {
      name,
      topicId,
      errorCode: ErrorCodes.NONE,
      numPartitions: plan.replicas.length,
      replicationFactor: plan.replicationFactor,
      configs: Object.keys(topicConfigs).map((config) => {
        const { value, own } = effectiveConfig(config, plan.configs, cluster.settings)
        const configSource = own ? DYNAMIC_TOPIC_CONFIG : DEFAULT_CONFIG
        return { name: config, value, readOnly: false, configSource, isSensitive: false }
      }),
    }
  }
  // A name that stands there twice is answered once.
  const distinct = [...new Map(request.topics.map((topic) => [topic.name, topic])).values()]
  return { topics: distinct.map(create) }
}

export function handleDeleteTopics(
  request: ReceivedRequestOf<typeof deleteTopics>,
  { cluster, version }: RequestContext,
): ResponseOf<typeof deleteTopics> {
  const wanted =
    version >= 6
      ? request.topics
      : request.topicNames.map((name) => ({ name, topicId: undefined as string | undefined }))
  return {
    responses: wanted.map(({ name, topicId }) => {
      const topic = name === null ? cluster.topics.byId(topicId ?? '') : cluster.topics.get(name)
      if (topic === undefined) {
        const errorCode = name === null ? ErrorCodes.UNKNOWN_TOPIC_ID : ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION
        return { name, topicId, errorCode }
      }
      cluster.topics.delete(topic)
      cluster.groups.forgetTopic(topic.name)
      return { name: topic.name, topicId: topic.id, errorCode: ErrorCodes.NONE }
    }),
  }
}

export function handleCreatePartitions(
  request: ReceivedRequestOf<typeof createPartitions>,
  { cluster }: RequestContext,
): ResponseOf<typeof createPartitions> {
  return {
    results: request.topics.map(({ name, count, assignments }) => {
      const topic = cluster.topics.get(name)
      if (topic === undefined) return { name, errorCode: ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION }
      const plan = cluster.topics.planPartitions(topic, count, assignments)
      if ('error' in plan) return { name, errorCode: plan.error, errorMessage: plan.message }
      if (!request.validateOnly) cluster.topics.addPartitions(topic, plan)
      return { name, errorCode: ErrorCodes.NONE }
    }),
  }
}
