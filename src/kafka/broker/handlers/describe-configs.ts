/** Settings of topics and nodes, for tools. */
import { type describeConfigs, ErrorCodes, type ReceivedRequestOf, type ResponseOf } from '../../protocol/index.ts'
import type { Cluster } from '../cluster.ts'
import type { RequestContext } from '../handler.ts'
import { configTypeCodes, effectiveConfig, topicConfigs } from '../topic-configs.ts'

type Response = ResponseOf<typeof describeConfigs>
type Config = Response['results'][number]['configs'][number]

const TOPIC = 2
const BROKER = 4
const DYNAMIC_TOPIC_CONFIG = 1
const STATIC_BROKER_CONFIG = 4
const DEFAULT_CONFIG = 5

export function handleDescribeConfigs(
  request: ReceivedRequestOf<typeof describeConfigs>,
  { cluster }: RequestContext,
): Response {
  return {
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const found = configsOf(cluster, resourceType, resourceName)
      const failed = 'error' in found
      const configs = failed
        ? []
        : found.configs.filter(({ name }) => configurationKeys === null || configurationKeys.includes(name))
      return {
        errorCode: failed ? found.error : ErrorCodes.NONE,
        errorMessage: failed ? found.message : null,
        resourceType,
        resourceName,
        configs: configs.map((config) => ({
          ...config,
          synonyms: request.includeSynonyms
            ? [{ name: config.name, value: config.value, source: config.configSource ?? DEFAULT_CONFIG }]
            : [],
        })),
      }
    }),
  }
}

type Found = { readonly configs: readonly Config[] } | { readonly error: number; readonly message: string }

function configsOf(cluster: Cluster, resourceType: number, resourceName: string): Found {
  switch (resourceType) {
    case TOPIC: {
      const topic = cluster.topics.get(resourceName)
      if (topic === undefined) {
        return { error: ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, message: `Topic '${resourceName}' does not exist.` }
      }
      return { configs: topicSettings(topic.configs, cluster) }
    }
    case BROKER: {
      // Without a name the settings that hold for all nodes are asked for; there are none.
      if (resourceName === '') return { configs: [] }
      if (!cluster.alive.has(Number(resourceName))) {
        return { error: ErrorCodes.INVALID_REQUEST, message: `There is no node ${resourceName}.` }
      }
      return { configs: nodeSettings(cluster) }
    }
    default:
      return { error: ErrorCodes.INVALID_REQUEST, message: `Settings of resource type ${resourceType} are not kept.` }
  }
}

function topicSettings(configs: ReadonlyMap<string, string>, cluster: Cluster): Config[] {
  return Object.entries(topicConfigs).map(([name, { kind }]) => {
    const { value, own } = effectiveConfig(name, configs, cluster.settings)
    return {
      name,
      value,
      readOnly: false,
      configSource: own ? DYNAMIC_TOPIC_CONFIG : DEFAULT_CONFIG,
      isSensitive: false,
      synonyms: [],
      configType: configTypeCodes[kind],
    }
  })
}

function nodeSettings({ settings }: Cluster): Config[] {
  const values = {
    'auto.create.topics.enable': settings.autoCreateTopics,
    'default.replication.factor': settings.defaultReplicationFactor,
    'group.initial.rebalance.delay.ms': settings.groupInitialRebalanceDelayMs,
    'group.max.session.timeout.ms': settings.groupMaxSessionTimeoutMs,
    'group.min.session.timeout.ms': settings.groupMinSessionTimeoutMs,
    'log.retention.bytes': settings.retentionBytes,
    'log.retention.ms': settings.retentionMs,
    'log.segment.bytes': settings.segmentBytes,
    'message.max.bytes': settings.maxMessageBytes,
    'num.partitions': settings.defaultPartitions,
    'socket.request.max.bytes': settings.maxRequestBytes,
  }
  return Object.entries(values).map(([name, value]) => ({
    name,
    value: String(value),
    readOnly: true,
    configSource: STATIC_BROKER_CONFIG,
    isSensitive: false,
    synonyms: [],
    configType: typeof value === 'boolean' ? configTypeCodes.boolean : configTypeCodes.long,
  }))
}
