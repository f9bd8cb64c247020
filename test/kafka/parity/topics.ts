/** Creating, enlarging, deleting and describing topics. */
import { call } from '../../../src/kafka/broker/test-support.ts'
import {
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  metadata,
} from '../../../src/kafka/protocol/index.ts'
import { create, named, newTopic, PLAIN } from './calls.ts'
import type { ParityCase } from './contract.ts'

export const topicsCases: readonly ParityCase[] = [
  {
    name: 'creating topics and what is refused',
    async run(connection, topic) {
      const codes: unknown[] = []
      const attempt = async (wanted: object, validateOnly = false) => {
        const { errorCode, numPartitions, replicationFactor } = await create(connection, wanted, validateOnly)
        codes.push([named(errorCode), numPartitions, replicationFactor])
      }
      await attempt({ name: topic, numPartitions: 3 }, true)
      await attempt({ name: topic, numPartitions: 3 })
      await attempt({ name: topic })
      await attempt({ name: 'a b' })
      await attempt({ name: '..' })
      await attempt({ name: 'x'.repeat(250) })
      await attempt({ name: `${topic}-p`, numPartitions: 0 })
      await attempt({ name: `${topic}-r`, replicationFactor: 7 })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'retention.sm', value: '1' }] })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'retention.ms', value: 'soon' }] })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'cleanup.policy', value: 'burn' }] })
      const assigned = { numPartitions: -1, replicationFactor: -1 }
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 1, brokerIds: [1] }] })
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 0, brokerIds: [9] }] })
      await attempt({ name: `${topic}-a`, assignments: [{ partitionIndex: 0, brokerIds: [1] }] })
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 0, brokerIds: [1] }] })
      return codes
    },
  },
  {
    name: 'topics of one request that are the same',
    async run(connection, topic) {
      const twin = { ...PLAIN, name: topic }
      const { topics } = await call(connection, createTopics, 5, { topics: [twin, twin], validateOnly: false })
      return topics.map(({ errorCode }) => named(errorCode))
    },
  },
  {
    name: 'deleting and enlarging topics',
    async run(connection, topic) {
      await newTopic(connection, topic, 2)
      const grow = async (name: string, count: number, validateOnly = false) => {
        const topics = [{ name, count, assignments: null }]
        const { results } = await call(connection, createPartitions, 3, { topics, timeoutMs: 5_000, validateOnly })
        return named(results[0].errorCode)
      }
      const remove = async (name: string) => {
        const { responses } = await call(connection, deleteTopics, 5, { topicNames: [name], timeoutMs: 5_000 })
        return named(responses[0].errorCode)
      }
      return [
        await grow(topic, 3, true),
        await grow(topic, 4),
        await grow(topic, 4),
        await grow(topic, 2),
        await grow(`${topic}-none`, 2),
        await remove(topic),
        await remove(topic),
      ]
    },
  },
  {
    name: 'metadata of topics that do not exist or cannot',
    async run(connection, topic) {
      const ask = async (name: string, version: number) => {
        const topics = [{ name }]
        const answer = await call(connection, metadata, version, { topics, allowAutoTopicCreation: false })
        return named(answer.topics[0].errorCode)
      }
      return [await ask(topic, 4), await ask(topic, 12), await ask('a b', 9)]
    },
  },
  {
    name: 'metadata of a topic in every version',
    async run(connection, topic) {
      await newTopic(connection, topic, 2)
      const answers: unknown[] = []
      for (let version = metadata.minVersion; version <= metadata.maxVersion; version++) {
        const answer = await call(connection, metadata, version, { topics: [{ name: topic }] })
        const found = answer.topics[0]
        answers.push([
          version,
          answer.brokers.length,
          answer.controllerId,
          answer.clusterId !== null,
          named(found.errorCode),
          found.isInternal,
          found.partitions
            .map((each) => ({ ...each }))
            .sort((left, right) => left.partitionIndex - right.partitionIndex),
          version >= 10 && found.topicId !== 'AAAAAAAAAAAAAAAAAAAAAA',
        ])
      }
      return answers
    },
  },
  {
    name: 'settings of topics',
    async run(connection, topic) {
      await create(connection, { name: topic, configs: [{ name: 'retention.ms', value: '1234' }] })
      await newTopic(connection, topic)
      const ask = async (resourceType: number, resourceName: string, keys: readonly string[] | null) => {
        const resources = [{ resourceType, resourceName, configurationKeys: keys }]
        const { results } = await call(connection, describeConfigs, 4, { resources, includeSynonyms: false })
        const { errorCode, configs } = results[0]
        return [
          named(errorCode),
          configs.map(({ name, value, configSource, configType }) => [name, value, configSource, configType]),
        ]
      }
      const all = await ask(2, topic, null)
      return [
        await ask(2, topic, ['retention.ms', 'cleanup.policy']),
        await ask(2, `${topic}-none`, null),
        (all[1] as unknown[][]).map(([name]) => name).sort(),
      ]
    },
  },
]
