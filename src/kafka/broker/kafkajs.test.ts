/** kafkajs as a client: admin, producers, a group of two, offsets. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import kafkajs from 'kafkajs'
import { type RunningBroker, startBroker } from './index.ts'

const { CompressionTypes, Kafka, logLevel } = kafkajs

/** Resolves when `done` holds, asked often; the test's own timeout ends a wait that is in vain. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10))
}

describe('kafkajs against a dev broker of two nodes', () => {
  let broker: RunningBroker
  const log: string[] = []
  const client = () =>
    new Kafka({ clientId: 'kafkajs-test', brokers: broker.bootstrap.split(','), logLevel: logLevel.NOTHING })

  before(async () => {
    broker = await startBroker({ brokers: 2, log: (line) => log.push(line) })
  })
  after(async () => {
    await broker.close()
    assert.deepEqual(log, [])
  })

  test('administers topics, settings and groups', async () => {
    const admin = client().admin()
    await admin.connect()
    const topics = [{ topic: 'admin', numPartitions: 3, replicationFactor: 2 }]
    assert.equal(await admin.createTopics({ topics }), true)
    assert.equal(await admin.createTopics({ topics }), false)
    assert.ok((await admin.listTopics()).includes('admin'))
    await admin.createPartitions({ topicPartitions: [{ topic: 'admin', count: 5 }] })
    const described = await admin.fetchTopicMetadata({ topics: ['admin'] })
    assert.equal(described.topics[0].partitions.length, 5)
    const configs = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: 'admin', configNames: ['cleanup.policy'] }],
    })
    assert.equal(configs.resources[0].configEntries[0].configValue, 'delete')
    const cluster = await admin.describeCluster()
    assert.equal(cluster.brokers.length, 2)
    assert.equal(cluster.controller, 1)
    await admin.deleteTopics({ topics: ['admin'] })
    assert.ok(!(await admin.listTopics()).includes('admin'))
    await admin.disconnect()
  })

  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    for (const idempotent of [false, true]) {
      const how = `${compression === CompressionTypes.GZIP ? 'gzip' : 'plain'}, ${idempotent ? '' : 'not '}idempotent`
      test(`writes and reads (${how})`, async () => {
        const topic = `write-${compression}-${idempotent}`
        broker.createTopic(topic, { partitions: 3 })
        const producer = client().producer({ idempotent })
        await producer.connect()
        const sent = Array.from({ length: 300 }, (_, index) => `${index}-${'v'.repeat(index % 50)}`)
        for (let at = 0; at < sent.length; at += 50) {
          const messages = sent.slice(at, at + 50).map((value) => ({ key: value, value, headers: { h: 'x' } }))
          await producer.send({ topic, compression, messages })
        }
        await producer.disconnect()

        const consumer = client().consumer({ groupId: `group-${topic}`, maxWaitTimeInMs: 100 })
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        const read: string[] = []
        const offsets = new Map<number, number>()
        await consumer.run({
          eachMessage: async ({ partition, message }) => {
            const expected = (offsets.get(partition) ?? -1) + 1
            assert.equal(Number(message.offset), expected)
            offsets.set(partition, expected)
            read.push(message.value!.toString())
          },
        })
        await until(() => read.length >= sent.length)
        await consumer.disconnect()
        assert.deepEqual(read.sort(), [...sent].sort())
      })
    }
  }

  test('two members share partitions, the one that stays takes over, and offsets are committed', async () => {
    const topic = 'shared'
    broker.createTopic(topic, { partitions: 4 })
    const producer = client().producer()
    await producer.connect()
    let next = 0
    const send = (count: number) =>
      producer.send({
        topic,
        messages: Array.from({ length: count }, () => ({ value: String(next), partition: next++ % 4 })),
      })

    const start = async () => {
      const consumer = client().consumer({
        groupId: 'pair',
        heartbeatInterval: 100,
        sessionTimeout: 6_000,
        maxWaitTimeInMs: 100,
      })
      const seen: string[] = []
      const shares: number[] = []
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        shares.push(payload.memberAssignment[topic]?.length ?? 0)
      })
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ message }) => {
          seen.push(message.value!.toString())
        },
      })
      return { consumer, seen, shares }
    }

    const first = await start()
    await send(40)
    await until(() => first.seen.length === 40)
    const second = await start()
    await until(() => first.shares.at(-1) === 2 && second.shares.at(-1) === 2)
    await send(40)
    await until(() => first.seen.length + second.seen.length >= 80)
    assert.equal(new Set([...first.seen, ...second.seen]).size, 80)
    assert.equal(second.seen.length, 20)

    await first.consumer.disconnect()
    await until(() => second.shares.at(-1) === 4)
    await send(40)
    await until(() => second.seen.length >= 60)
    await second.consumer.disconnect()
    await producer.disconnect()

    const admin = client().admin()
    await admin.connect()
    const [{ partitions }] = await admin.fetchOffsets({ groupId: 'pair', topics: [topic] })
    assert.deepEqual(
      partitions.map(({ offset }) => Number(offset)),
      [30, 30, 30, 30],
    )
    const { groups } = await admin.describeGroups(['pair'])
    assert.equal(groups[0].state, 'Empty')
    assert.ok((await admin.listGroups()).groups.some(({ groupId }) => groupId === 'pair'))
    await admin.deleteGroups(['pair'])
    assert.ok(!(await admin.listGroups()).groups.some(({ groupId }) => groupId === 'pair'))
    await admin.disconnect()
  })

  test('offsets by time', async () => {
    broker.createTopic('timed')
    const producer = client().producer()
    await producer.connect()
    await producer.send({
      topic: 'timed',
      messages: [10, 20, 30].map((time) => ({ value: String(time), timestamp: String(time) })),
    })
    await producer.disconnect()
    const admin = client().admin()
    await admin.connect()
    const offsets = await admin.fetchTopicOffsetsByTimestamp('timed', 11)
    assert.deepEqual(offsets, [{ partition: 0, offset: '1' }])
    const [range] = await admin.fetchTopicOffsets('timed')
    assert.deepEqual([range.low, range.high], ['0', '3'])
    await admin.disconnect()
  })
})
