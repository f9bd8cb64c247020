/** Writing, reading and waiting, on virtual time. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ErrorCodes, fetch, findCoordinator, initProducerId, listOffsets, produce } from '../protocol/index.ts'
import { append, batch, call, read, settle, simulatedBroker } from './test-support.ts'

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

  test('producer ids differ, a known one gets its next epoch, a transactional id has a coordinator', async () => {
    const { connect } = simulatedBroker()
    const connection = await connect()
    const init = (request: object) =>
      call(connection, initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1, ...request })
    const [first, second] = [await init({}), await init({})]
    assert.notEqual(first.producerId, second.producerId)
    const next = await init({ producerId: second.producerId, producerEpoch: 4 })
    assert.deepEqual([next.producerId, next.producerEpoch], [second.producerId, 5])
    const transactional = await init({ transactionalId: 'tx' })
    assert.deepEqual([transactional.errorCode, transactional.producerEpoch], [ErrorCodes.NONE, 0])
    const coordinator = await call(connection, findCoordinator, 3, { key: 'tx', keyType: 1 })
    assert.equal(coordinator.errorCode, ErrorCodes.NONE)
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
