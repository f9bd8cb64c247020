/** Topics as clients see them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrokerConnection } from '../../base/host.ts'
import {
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  ErrorCodes,
  metadata,
  ZERO_UUID,
} from '../protocol/index.ts'
import { call, simulatedBroker } from './test-support.ts'

const plainTopic = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }

async function create(connection: BrokerConnection, topic: object, validateOnly = false) {
  const topics = [{ ...plainTopic, name: 't', ...topic }]
  return (await call(connection, createTopics, 7, { topics, validateOnly })).topics[0]
}

describe('topics', () => {
  test('are created, described with a stable id, and deleted by name or id', async () => {
    const { connect } = simulatedBroker({ brokers: 2 })
    const connection = await connect()
    const created = await create(connection, { numPartitions: 3, replicationFactor: 2 })
    assert.equal(created.errorCode, ErrorCodes.NONE)
    assert.notEqual(created.topicId, ZERO_UUID)
    const described = await call(connection, metadata, 12, {
      topics: [{ name: null, topicId: created.topicId }],
      allowAutoTopicCreation: false,
    })
    assert.equal(described.topics[0].name, 't')
    assert.deepEqual(
      described.topics[0].partitions.map(({ leaderId, replicaNodes }) => [leaderId, replicaNodes]),
      [
        [1, [1, 2]],
        [2, [2, 1]],
        [1, [1, 2]],
      ],
    )
    const remove = (topic: { name: string | null; topicId: string }) =>
      call(connection, deleteTopics, 6, { topics: [topic], timeoutMs: 1 })
    assert.equal((await remove({ name: null, topicId: created.topicId })).responses[0].name, 't')
    const again = await remove({ name: 't', topicId: ZERO_UUID })
    assert.equal(again.responses[0].errorCode, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  })

  test('only validated ones do not come into being', async () => {
    const { connect, broker } = simulatedBroker()
    assert.equal((await create(await connect(), {}, true)).errorCode, ErrorCodes.NONE)
    assert.deepEqual(broker.cluster.topics.all(), [])
  })

  test('are refused with the reason', async () => {
    const { connect, broker } = simulatedBroker({ brokers: 2 })
    broker.createTopic('there')
    const connection = await connect()
    const codes: Record<string, object> = {
      TOPIC_ALREADY_EXISTS: { name: 'there' },
      INVALID_TOPIC_EXCEPTION: { name: 'a b' },
      INVALID_PARTITIONS: { numPartitions: 0 },
      INVALID_REPLICATION_FACTOR: { replicationFactor: 3 },
      INVALID_REPLICA_ASSIGNMENT: {
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 1, brokerIds: [1] }],
      },
      INVALID_CONFIG: { configs: [{ name: 'retention.sm', value: '1' }] },
      INVALID_REQUEST: { assignments: [{ partitionIndex: 0, brokerIds: [1] }] },
    }
    for (const [name, topic] of Object.entries(codes)) {
      const answer = await create(connection, topic)
      assert.equal(answer.errorCode, ErrorCodes[name as keyof typeof ErrorCodes], name)
      assert.ok(answer.errorMessage !== null && answer.errorMessage.length > 10, name)
    }
    const twice = await call(connection, createTopics, 7, {
      topics: [
        { ...plainTopic, name: 'twin' },
        { ...plainTopic, name: 'twin' },
      ],
      validateOnly: false,
    })
    assert.deepEqual(
      twice.topics.map(({ errorCode }) => errorCode),
      [ErrorCodes.INVALID_REQUEST],
    )
    assert.throws(() => broker.createTopic('there'), { code: 'KAFKA_BROKER_ERROR' })
  })

  test('come into being when a client asks for them, where both sides allow it', async () => {
    const ask = async (autoCreateTopics: boolean, allowAutoTopicCreation: boolean) => {
      const { connect } = simulatedBroker({ autoCreateTopics, defaultPartitions: 4 })
      const answer = await call(await connect(), metadata, 9, { topics: [{ name: 'new' }], allowAutoTopicCreation })
      return [answer.topics[0].errorCode, answer.topics[0].partitions.length]
    }
    assert.deepEqual(await ask(true, true), [ErrorCodes.NONE, 4])
    assert.deepEqual(await ask(true, false), [ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, 0])
    assert.deepEqual(await ask(false, true), [ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, 0])
  })

  test('an empty list of topics is all in v0 and none later', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const connection = await connect()
    const count = async (version: number) => (await call(connection, metadata, version, { topics: [] })).topics.length
    assert.deepEqual([await count(0), await count(1), await count(12)], [1, 0, 0])
  })

  test('grow, and do not shrink', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t', { partitions: 2 })
    const connection = await connect()
    const grow = async (count: number) =>
      (
        await call(connection, createPartitions, 3, {
          topics: [{ name: 't', count, assignments: null }],
          timeoutMs: 1,
          validateOnly: false,
        })
      ).results[0].errorCode
    assert.equal(await grow(5), ErrorCodes.NONE)
    assert.equal(broker.cluster.topics.get('t')!.partitions.length, 5)
    assert.equal(await grow(5), ErrorCodes.INVALID_PARTITIONS)
    assert.equal(await grow(3), ErrorCodes.INVALID_PARTITIONS)
  })

  test('show their settings, own ones marked', async () => {
    const { connect, broker } = simulatedBroker({ retentionBytes: 5_000 })
    broker.createTopic('t', { configs: { 'retention.ms': '60000' } })
    const resources = [
      { resourceType: 2, resourceName: 't', configurationKeys: ['retention.ms', 'retention.bytes'] },
      { resourceType: 2, resourceName: 'none', configurationKeys: null },
      { resourceType: 4, resourceName: '1', configurationKeys: ['num.partitions'] },
    ]
    const { results } = await call(await connect(), describeConfigs, 4, { resources, includeSynonyms: false })
    const [own, unknown, node] = results
    assert.deepEqual(
      own.configs.map(({ name, value, configSource }) => [name, value, configSource]),
      [
        ['retention.bytes', '5000', 5],
        ['retention.ms', '60000', 1],
      ],
    )
    assert.equal(unknown.errorCode, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
    assert.deepEqual(
      node.configs.map(({ name, value }) => [name, value]),
      [['num.partitions', '1']],
    )
  })
})
