/** Nodes, topics and leaders; creates a missing topic where client and broker allow that. */
import { ErrorCodes, type metadata, type ReceivedRequestOf, type ResponseOf, ZERO_UUID } from '../../protocol/index.ts'
import { CLUSTER_ID, type Cluster } from '../cluster.ts'
import type { RequestContext } from '../handler.ts'
import type { Topic } from '../topics.ts'

type Response = ResponseOf<typeof metadata>
type TopicAnswer = Response['topics'][number]

export function handleMetadata(
  request: ReceivedRequestOf<typeof metadata>,
  { cluster, version }: RequestContext,
): Response {
  const { topics } = request
  // In v0 an empty list asks for all topics, later only null does.
  const all = topics === null || (version === 0 && topics.length === 0)
  const answers = all
    ? cluster.topics.all().map(describe)
    : topics.map(({ name, topicId }) => byNameOrId(cluster, name, topicId, request.allowAutoTopicCreation))
  return {
    brokers: cluster.aliveNodes.map(({ id, address }) => ({ nodeId: id, host: address.host, port: address.port })),
    clusterId: CLUSTER_ID,
    controllerId: cluster.controllerId,
    topics: answers,
  }
}

function byNameOrId(cluster: Cluster, name: string | null, id: string, mayCreate: boolean): TopicAnswer {
  if (name === null) {
    const topic = cluster.topics.byId(id)
    return topic === undefined ? missing(null, id, ErrorCodes.UNKNOWN_TOPIC_ID) : describe(topic)
  }
  const topic = cluster.topics.get(name)
  if (topic !== undefined) return describe(topic)
  const plan = cluster.topics.plan({ name, partitions: -1, replicationFactor: -1, assignments: [], configs: [] })
  if ('error' in plan) return missing(name, ZERO_UUID, plan.error)
  if (!mayCreate || !cluster.settings.autoCreateTopics) {
    return missing(name, ZERO_UUID, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  }
  return describe(cluster.topics.create(name, plan))
}

function missing(name: string | null, topicId: string, errorCode: number): TopicAnswer {
  return { errorCode, name, topicId, partitions: [] }
}

function describe(topic: Topic): TopicAnswer {
  return {
    errorCode: ErrorCodes.NONE,
    name: topic.name,
    topicId: topic.id,
    partitions: topic.partitions.map(({ index, leader, leaderEpoch, replicas, inSync }) => ({
      errorCode: leader === -1 ? ErrorCodes.LEADER_NOT_AVAILABLE : ErrorCodes.NONE,
      partitionIndex: index,
      leaderId: leader,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: inSync,
      offlineReplicas: replicas.filter((node) => !inSync.includes(node)),
    })),
  }
}
