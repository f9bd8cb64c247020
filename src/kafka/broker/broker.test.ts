/** Nodes, leaders, connections and faults. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { apiVersions, describeGroups, ErrorCodes, fetch, findCoordinator, metadata } from '../protocol/index.ts'
import { append, batch, call, read, settle, simulatedBroker } from './test-support.ts'

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
