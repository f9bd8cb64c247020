/** @platformatic/kafka as a client: admin, producers with every codec, a group, committed offsets. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { type RunningBroker, startBroker } from './index.ts'

describe('@platformatic/kafka against a dev broker of two nodes', () => {
  let broker: RunningBroker
  const log: string[] = []
  const base = () => ({ clientId: 'platformatic-test', bootstrapBrokers: broker.bootstrap.split(',') })

  before(async () => {
    broker = await startBroker({ brokers: 2, log: (line) => log.push(line) })
  })
  after(async () => {
    await broker.close()
    assert.deepEqual(log, [])
  })

  const newConsumer = (groupId: string) =>
    new Consumer({ ...base(), groupId, deserializers: stringDeserializers, maxWaitTime: 100 })

  async function read(consumer: ReturnType<typeof newConsumer>, topic: string, count: number): Promise<string[]> {
    const stream = await consumer.consume({
      topics: [topic],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: 'earliest',
      autocommit: true,
    })
    const values: string[] = []
    for await (const message of stream) {
      values.push(message.value)
      if (values.length === count) break
    }
    await stream.close()
    return values
  }

  test('administers topics and groups', async () => {
    const admin = new Admin(base())
    const [created] = await admin.createTopics({ topics: ['admin'], partitions: 3, replicas: 2 })
    assert.equal(created.name, 'admin')
    assert.equal(created.partitions, 3)
    assert.ok((await admin.listTopics()).includes('admin'))
    await admin.createPartitions({ topics: [{ name: 'admin', count: 4, assignments: null }] })
    const described = await admin.metadata({ topics: ['admin'], forceUpdate: true })
    assert.equal(described.topics.get('admin')!.partitionsCount, 4)
    await admin.deleteTopics({ topics: ['admin'] })
    assert.ok(!(await admin.listTopics()).includes('admin'))
    await admin.close()
  })

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    test(`writes and reads (${compression}, idempotent)`, async () => {
      const topic = `write-${compression}`
      broker.createTopic(topic, { partitions: 2 })
      const producer = new Producer({ ...base(), serializers: stringSerializers, idempotent: true, compression })
      const sent = Array.from({ length: 100 }, (_, index) => `${index} ${'v'.repeat(40)}`)
      for (let at = 0; at < sent.length; at += 25) {
        await producer.send({ messages: sent.slice(at, at + 25).map((value) => ({ topic, key: value, value })) })
      }
      await producer.close()
      const consumer = newConsumer(`group-${topic}`)
      assert.deepEqual((await read(consumer, topic, sent.length)).sort(), [...sent].sort())
      await consumer.close(true)
    })
  }

  test('a group goes on where it stopped', async () => {
    const topic = 'goes-on'
    broker.createTopic(topic)
    const producer = new Producer({ ...base(), serializers: stringSerializers })
    const send = (values: string[]) => producer.send({ messages: values.map((value) => ({ topic, value })) })
    await send(['a', 'b', 'c'])
    const first = newConsumer('resumes')
    assert.deepEqual(await read(first, topic, 3), ['a', 'b', 'c'])
    await first.commit({ offsets: [{ topic, partition: 0, offset: 3n, leaderEpoch: 0 }] })
    await first.close(true)
    await send(['d', 'e'])
    const second = newConsumer('resumes')
    assert.deepEqual(await read(second, topic, 2), ['d', 'e'])
    await second.close(true)
    await producer.close()
    const admin = new Admin(base())
    const groups = await admin.describeGroups({ groups: ['resumes'] })
    assert.equal(groups.get('resumes')!.state, 'Empty')
    await admin.deleteGroups({ groups: ['resumes'] })
    await admin.close()
  })
})
