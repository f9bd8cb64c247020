/** The core over direct connections and virtual time: topics, reading and waiting, leaders, faults. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrokerConnection } from '../../base/host.ts'
import {
  apiVersions,
  createPartitions,
  createTopics,
  deleteTopics,
  describeConfigs,
  describeGroups,
  ErrorCodes,
  fetch,
  findCoordinator,
  initProducerId,
  listOffsets,
  metadata,
  produce,
  ZERO_UUID,
} from '../protocol/index.ts'
import { batch, call, settle, simulatedBroker } from './test-support.ts'

async function append(connection: BrokerConnection, records: Uint8Array | null, topic = 't', partition = 0, acks = -1) {
  const answer = await call(connection, produce, 9, {
    acks,
    timeoutMs: 1_000,
    topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
  })
  return answer.responses[0].partitionResponses[0]
}

interface FetchOptions {
  readonly offset?: number
  readonly partition?: number
  readonly maxWaitMs?: number
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly epoch?: number
}

async function read(connection: BrokerConnection, options: FetchOptions = {}) {
  const partition = {
    partition: options.partition ?? 0,
    fetchOffset: options.offset ?? 0,
    currentLeaderEpoch: options.epoch ?? -1,
    partitionMaxBytes: 1_000_000,
  }
  const answer = await call(connection, fetch, 12, {
    maxWaitMs: options.maxWaitMs ?? 0,
    minBytes: options.minBytes ?? 1,
    maxBytes: options.maxBytes ?? 1_000_000,
    isolationLevel: 0,
    topics: [{ topic: 't', partitions: [partition] }],
  })
  return answer.responses[0].partitions[0]
}

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

describe('writing', () => {
  test('gives the first offset; bad batches do not stop other partitions', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t', { partitions: 2 })
    const connection = await connect()
    await append(connection, batch(['a', 'b']))
    assert.equal((await append(connection, batch(['c']))).baseOffset, 2)
    const bad = batch(['d'])
    bad[bad.length - 2] ^= 1
    const answer = await call(connection, produce, 3, {
      acks: 1,
      timeoutMs: 1,
      topicData: [
        {
          name: 't',
          partitionData: [
            { index: 0, records: bad },
            { index: 1, records: batch(['e']) },
          ],
        },
        { name: 'none', partitionData: [{ index: 0, records: batch(['f']) }] },
      ],
    })
    const codes = answer.responses.flatMap((each) => each.partitionResponses.map(({ errorCode }) => errorCode))
    assert.deepEqual(codes, [ErrorCodes.CORRUPT_MESSAGE, ErrorCodes.NONE, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION])
    assert.equal((await append(connection, null)).errorCode, ErrorCodes.INVALID_RECORD)
    assert.equal((await append(connection, batch(['g']), 't', 0, 2)).errorCode, ErrorCodes.INVALID_REQUIRED_ACKS)
  })

  test('an idempotent batch that is sent again is stored once', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const connection = await connect()
    const id = await call(connection, initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 })
    const records = batch(['a', 'b'], { producer: [id.producerId, id.producerEpoch, 0] })
    assert.equal((await append(connection, records)).baseOffset, 0)
    assert.deepEqual((await append(connection, records)).baseOffset, 0)
    assert.equal(broker.cluster.topics.partition('t', 0)!.log.endOffset, 2)
    const gap = await append(connection, batch(['c'], { producer: [id.producerId, id.producerEpoch, 3] }))
    assert.equal(gap.errorCode, ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER)
    assert.match(gap.errorMessage!, /expected 2/)
  })

  test('acks = 0 stores and does not answer', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const body = produce.encodeRequest(9, {
      acks: 0,
      timeoutMs: 1,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: batch(['a']) }] }],
    })
    const connection = await connect()
    const empty = await connection.request(0, 9, body, { flexible: true, responseFlexible: true }, false)
    assert.equal(empty.length, 0)
    assert.equal(broker.cluster.topics.partition('t', 0)!.log.endOffset, 1)
  })

  test('producer ids differ, a known one gets its next epoch, transactions are refused', async () => {
    const { connect, log } = simulatedBroker()
    const connection = await connect()
    const init = (request: object) =>
      call(connection, initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1, ...request })
    const [first, second] = [await init({}), await init({})]
    assert.notEqual(first.producerId, second.producerId)
    const next = await init({ producerId: second.producerId, producerEpoch: 4 })
    assert.deepEqual([next.producerId, next.producerEpoch], [second.producerId, 5])
    assert.equal((await init({ transactionalId: 'tx' })).errorCode, ErrorCodes.INVALID_REQUEST)
    assert.match(log[0], /'tx' refused: the dev broker has no transactions/)
    const coordinator = await call(connection, findCoordinator, 3, { key: 'tx', keyType: 1 })
    assert.match(coordinator.errorMessage!, /no transactions/)
  })

  test('a topic with retention forgets its oldest records', async () => {
    const { connect, broker } = simulatedBroker({ retentionRecords: 100 })
    broker.createTopic('t')
    const connection = await connect()
    for (let index = 0; index < 300; index++) await append(connection, batch([`row ${index}`]))
    const answer = await read(connection, { offset: 0 })
    assert.equal(answer.errorCode, ErrorCodes.OFFSET_OUT_OF_RANGE)
    assert.ok(answer.logStartOffset >= 150 && answer.logStartOffset <= 200, `${answer.logStartOffset}`)
  })
})

describe('reading', () => {
  test('waits for an append', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const reader = await connect()
    const writer = await connect()
    let answered = false
    const waiting = read(reader, { maxWaitMs: 5_000 }).then((answer) => {
      answered = true
      return answer
    })
    await settle()
    assert.equal(answered, false)
    const records = batch(['a'])
    await append(writer, records)
    assert.equal((await waiting).records!.length, records.length)
  })

  test('waits for as many bytes as asked, and no longer than asked', async () => {
    const { connect, broker, clock } = simulatedBroker()
    broker.createTopic('t')
    const [reader, writer] = [await connect(), await connect()]
    let answered = false
    const waiting = read(reader, { maxWaitMs: 500, minBytes: 10_000 }).then((answer) => {
      answered = true
      return answer
    })
    await append(writer, batch(['a']))
    clock.advance(499)
    await settle()
    assert.equal(answered, false)
    clock.advance(1)
    assert.ok((await waiting).records!.length > 0)
  })

  test('an empty partition answers empty at the end of the wait, and the broker keeps no waiter', async () => {
    const { connect, broker, clock } = simulatedBroker()
    broker.createTopic('t')
    const waiting = read(await connect(), { maxWaitMs: 500 })
    await settle()
    clock.advance(500)
    const answer = await waiting
    assert.equal(answer.records!.length, 0)
    assert.equal(answer.highWatermark, 0)
    assert.equal(clock.nextTimer, undefined)
  })

  test('ends with its connection', async () => {
    const { connect, broker, clock } = simulatedBroker()
    broker.createTopic('t')
    const connection = await connect()
    const waiting = read(connection, { maxWaitMs: 500 })
    await settle()
    await connection.close()
    await assert.rejects(waiting, { code: 'KAFKA_CONNECTION_LOST' })
    assert.equal(clock.nextTimer, undefined)
  })

  test('ends when its topic is deleted', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const waiting = read(await connect(), { maxWaitMs: 500 })
    await settle()
    broker.deleteTopic('t')
    assert.equal((await waiting).errorCode, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  })

  test('from a wrong offset or epoch is an error', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const connection = await connect()
    await append(connection, batch(['a']))
    assert.equal((await read(connection, { offset: 1 })).errorCode, ErrorCodes.NONE)
    assert.equal((await read(connection, { offset: 2 })).errorCode, ErrorCodes.OFFSET_OUT_OF_RANGE)
    assert.equal((await read(connection, { epoch: 3 })).errorCode, ErrorCodes.UNKNOWN_LEADER_EPOCH)
    const session = { maxWaitMs: 0, minBytes: 1, isolationLevel: 0, topics: [], sessionId: 5 }
    assert.equal((await call(connection, fetch, 12, session)).errorCode, ErrorCodes.FETCH_SESSION_ID_NOT_FOUND)
  })

  test('limits hold over partitions together, but the first records always come', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t', { partitions: 2 })
    const connection = await connect()
    const records = batch(['x'.repeat(1_000)])
    for (const partition of [0, 1]) await append(connection, records, 't', partition)
    const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1_000_000 }))
    const answer = await call(connection, fetch, 12, {
      maxWaitMs: 5_000,
      minBytes: 1_000_000,
      maxBytes: 500,
      isolationLevel: 0,
      topics: [{ topic: 't', partitions }],
    })
    const sizes = answer.responses[0].partitions.map((each) => each.records!.length)
    assert.deepEqual(sizes, [records.length, 0])
  })

  test('offsets: begin, end, largest timestamp, by time', async () => {
    const { connect, broker } = simulatedBroker()
    broker.createTopic('t')
    const connection = await connect()
    const find = async (timestamp: number) => {
      const partitions = [{ partitionIndex: 0, timestamp }]
      const answer = await call(connection, listOffsets, 7, { replicaId: -1, topics: [{ name: 't', partitions }] })
      const { errorCode, offset, timestamp: at } = answer.topics[0].partitions[0]
      return [errorCode, offset, at]
    }
    assert.deepEqual(await find(-3), [0, -1, -1])
    await append(connection, batch(['a', 'b', 'c'], { timestamps: [10, 30, 20] }))
    assert.deepEqual(await find(-1), [0, 3, -1])
    assert.deepEqual(await find(-2), [0, 0, -1])
    assert.deepEqual(await find(-3), [0, 1, 30])
    assert.deepEqual(await find(11), [0, 1, 30])
    assert.deepEqual(await find(31), [0, -1, -1])
    assert.deepEqual(await find(-9), [ErrorCodes.INVALID_REQUEST, -1, -1])
  })
})

describe('nodes', () => {
  test('only the leader serves a partition; another replica takes over with a new epoch, data stays', async () => {
    const { connect, broker } = simulatedBroker({ brokers: 2 })
    broker.createTopic('t', { replicationFactor: 2 })
    const [one, two] = [await connect(1), await connect(2)]
    assert.equal((await append(one, batch(['a']))).errorCode, ErrorCodes.NONE)
    assert.equal((await append(two, batch(['b']))).errorCode, ErrorCodes.NOT_LEADER_OR_FOLLOWER)
    broker.stopNode(1)
    assert.equal(one.closed, true)
    await assert.rejects(connect(1), { code: 'KAFKA_CONNECTION_LOST' })
    assert.equal((await append(two, batch(['b']))).baseOffset, 1)
    assert.equal((await read(two, { epoch: 0 })).errorCode, ErrorCodes.FENCED_LEADER_EPOCH)
    assert.equal((await read(two, { epoch: 1 })).errorCode, ErrorCodes.NONE)
    const described = await call(two, metadata, 12, { topics: null })
    assert.deepEqual(
      described.brokers.map(({ nodeId }) => nodeId),
      [2],
    )
    assert.deepEqual(described.topics[0].partitions[0].offlineReplicas, [1])
    broker.startNode(1)
    assert.equal((await read(await connect(1), { epoch: 2 })).errorCode, ErrorCodes.NONE)
  })

  test('a partition whose only replica is stopped has no leader', async () => {
    const { connect, broker } = simulatedBroker({ brokers: 2 })
    broker.createTopic('t')
    const two = await connect(2)
    broker.stopNode(1)
    const described = await call(two, metadata, 12, { topics: null })
    assert.equal(described.topics[0].partitions[0].errorCode, ErrorCodes.LEADER_NOT_AVAILABLE)
    assert.equal((await append(two, batch(['a']))).errorCode, ErrorCodes.LEADER_NOT_AVAILABLE)
  })

  test('groups are spread over the nodes, and each finds its own', async () => {
    const { connect } = simulatedBroker({ brokers: 3 })
    const connection = await connect()
    const nodes = new Set<number>()
    for (let index = 0; index < 30; index++) {
      const found = await call(connection, findCoordinator, 2, { key: `group-${index}`, keyType: 0 })
      nodes.add(found.nodeId)
      const groups = [`group-${index}`]
      const there = await call(await connect(found.nodeId), describeGroups, 5, { groups })
      assert.equal(there.groups[0].groupState, 'Dead')
      const elsewhere = await call(await connect((found.nodeId % 3) + 1), describeGroups, 5, { groups })
      assert.equal(elsewhere.groups[0].errorCode, ErrorCodes.NOT_COORDINATOR)
    }
    assert.equal(nodes.size, 3)
  })
})

describe('connections', () => {
  test('an unknown version of ApiVersions is answered in v0 with the ranges, another one ends the connection', async () => {
    const { connect, log } = simulatedBroker()
    const connection = await connect()
    const headers = { flexible: true, responseFlexible: false }
    const body = await connection.request(apiVersions.key, 4, new Uint8Array([2, 0x61, 2, 0x62, 0]), headers)
    const answer = apiVersions.decodeResponse(0, body)
    assert.equal(answer.errorCode, ErrorCodes.UNSUPPORTED_VERSION)
    assert.deepEqual(
      answer.apiKeys.find(({ apiKey }) => apiKey === fetch.key),
      { apiKey: 1, minVersion: 4, maxVersion: 12 },
    )
    assert.deepEqual(log, [])
    await assert.rejects(connection.request(fetch.key, 17, new Uint8Array(0), headers), {
      code: 'KAFKA_CONNECTION_LOST',
    })
    assert.match(log[0], /Fetch v17 is not offered/)
  })

  test('a request that cannot be read ends its connection and no other', async () => {
    const { connect, log } = simulatedBroker()
    const [bad, good] = [await connect(), await connect()]
    const headers = { flexible: true, responseFlexible: true }
    await assert.rejects(bad.request(metadata.key, 12, new Uint8Array([0x7f]), headers), {
      code: 'KAFKA_CONNECTION_LOST',
    })
    assert.match(log[0], /Malformed Kafka message \(Metadata v12 request\)/)
    assert.equal((await call(good, metadata, 12, { topics: [] })).brokers.length, 1)
  })

  test('faults: lost before, lost after, late', async () => {
    const faults = ['before', 'after', 'delay', 'none'].values()
    const { connect, broker, clock } = simulatedBroker({
      faults: ({ api }) => {
        if (api !== 'Produce') return undefined
        const next = faults.next().value
        if (next === 'before' || next === 'after') return { kind: 'drop', when: next }
        return next === 'delay' ? { kind: 'delay', ms: 1_000 } : undefined
      },
    })
    broker.createTopic('t')
    const stored = () => broker.cluster.topics.partition('t', 0)!.log.endOffset
    await assert.rejects(append(await connect(), batch(['a'])), { code: 'KAFKA_CONNECTION_LOST' })
    assert.equal(stored(), 0)
    await assert.rejects(append(await connect(), batch(['a'])), { code: 'KAFKA_CONNECTION_LOST' })
    assert.equal(stored(), 1)
    const connection = await connect()
    let answered = false
    const late = append(connection, batch(['b'])).then(() => {
      answered = true
    })
    await settle()
    assert.deepEqual([stored(), answered], [2, false])
    clock.advance(1_000)
    await late
    assert.equal((await append(connection, batch(['c']))).baseOffset, 2)
  })
})
