/** The client against a real Kafka: what Java wrote is read, what it wrote Java reads, and a crash of the broker loses nothing. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import kafkajs from 'kafkajs'
import { isRivuletError } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { readTopic, readUntil, startsOf, write } from '../../src/kafka/client/test-cluster.ts'
import {
  commitOffsets,
  committedOffsets,
  createPartitions,
  createTopics,
  deleteTopics,
  KafkaClient,
  KafkaProducer,
  listOffsets,
  PartitionFetcher,
} from '../../src/kafka/index.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

const PRODUCER = 'org.apache.kafka.tools.ConsoleProducer'
const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
const GROUPS = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const

describe('the client against a real Kafka', () => {
  let kafka: RealKafka
  const clientOf = (properties: Record<string, string> = {}) =>
    new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap, ...properties })
  const succeed = async (className: string, args: readonly string[], input?: string) => {
    const { code, stdout, stderr } = await kafka.tool(className, args, { input })
    assert.equal(code, 0, `${className} ${args.join(' ')}\n${stdout}\n${stderr}`)
    return stdout
  }
  const sentence = (i: number) => `record ${i}: ${'the same words again and '.repeat(i % 7)}end`

  before(async () => {
    kafka = await startKafka()
  })
  after(async () => {
    await kafka?.stop()
  })

  it("writes every compression so that Java's consumer reads it", async () => {
    for (const codec of codecs) {
      await using client = clientOf({ 'compression.type': codec, 'batch.size': '200000' })
      const topic = `ours-${codec}`
      await createTopics(client, [{ name: topic, partitions: 1 }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(topic)
      const headers = [{ key: 'codec', value: Buffer.from(codec) }]
      // More than a block of each codec, so that block borders are in it.
      for (let i = 0; i < 3000; i++)
        write(writer, sentence(i), { key: `${codec}-${i}`, timestamp: 1_599_012_815_000, headers })
      await producer.flush()
      producer.close()
    }
    const printed = await succeed(CONSUMER, [
      ...['--include', 'ours-.*', '--from-beginning', '--max-messages', String(3000 * codecs.length)],
      ...['--property', 'print.key=true', '--property', 'print.headers=true'],
      ...['--property', 'print.timestamp=true'],
    ])
    const expected = codecs.flatMap((codec) =>
      Array.from({ length: 3000 }, (_, i) => `CreateTime:1599012815000\tcodec:${codec}\t${codec}-${i}\t${sentence(i)}`),
    )
    assert.deepEqual(printed.trimEnd().split('\n').sort(), expected.sort())
  })

  it("reads every compression that Java's producer writes", async () => {
    await using client = clientOf()
    for (const codec of codecs) {
      const topic = `java-${codec}`
      await createTopics(client, [{ name: topic, partitions: 1 }])
      const sentences = Array.from({ length: 3000 }, (_, i) => sentence(i))
      await succeed(
        PRODUCER,
        ['--topic', topic, '--compression-codec', codec, '--batch-size', '100000'],
        `${sentences.join('\n')}\n`,
      )
      const read = await readTopic(client, topic, 3000)
      assert.deepEqual(
        read.map(({ value }) => value),
        sentences,
      )
    }
  })

  it('hides the records of aborted transactions under read_committed, as long as a transaction is open those behind too', async () => {
    await using committed = clientOf({ 'isolation.level': 'read_committed' })
    await using uncommitted = clientOf()
    await createTopics(committed, [{ name: 'tx', partitions: 1 }])
    const kafkaJs = new kafkajs.Kafka({ brokers: [kafka.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
    const producers = await Promise.all(
      ['a', 'b'].map(async (transactionalId) => {
        const producer = kafkaJs.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 })
        await producer.connect()
        return producer
      }),
    )
    const send = (sender: { send: (record: kafkajs.ProducerRecord) => Promise<unknown> }, value: string) =>
      sender.send({ topic: 'tx', messages: [{ value }] })
    const first = await producers[0].transaction()
    const second = await producers[1].transaction()
    await send(first, 'a1 aborted')
    await send(second, 'b1')
    await send(first, 'a2 aborted')
    await first.abort()
    const third = await producers[0].transaction()
    await send(third, 'a3')
    await third.commit()
    const values = async (client: KafkaClient, count: number) =>
      (await readTopic(client, 'tx', count)).map(({ value }) => value)
    // b is still open: its first record is the end of what may be seen.
    assert.equal((await listOffsets(committed, [{ topic: 'tx', partition: 0 }], 'latest'))[0].offset, 1)
    await second.commit()
    assert.deepEqual(await values(committed, 2), ['b1', 'a3'])
    assert.deepEqual(await values(uncommitted, 4), ['a1 aborted', 'b1', 'a2 aborted', 'a3'])
    const end = (await startsOf(committed, 'tx', 'latest'))[0].offset
    assert.equal(end, 7, 'four records and three markers')
    // From the middle of an aborted transaction, and the position behind the last marker.
    const fetcher = new PartitionFetcher(committed)
    fetcher.assign([{ topic: 'tx', partition: 0, offset: 2 }])
    const rest = await readUntil(fetcher, 1)
    assert.deepEqual(
      rest.map(({ value }) => value),
      ['a3'],
    )
    fetcher.close()
    for (const producer of producers) await producer.disconnect()
  })

  it('finds offsets by time, commits offsets that Java sees, grows and deletes topics', async () => {
    await using client = clientOf()
    await createTopics(client, [{ name: 'times', partitions: 2, configs: { 'retention.ms': '-1' } }])
    const [first, second] = [0, 1].map((partition) => ({ topic: 'times', partition }))
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('times')
    for (let i = 0; i < 10; i++) write(writer, String(i), { partition: 0, timestamp: 1000 * i })
    await producer.flush()
    const at = async (timestamp: number) =>
      (await listOffsets(client, [first, second], { timestamp })).map((o) => o.offset)
    assert.deepEqual(
      [await at(0), await at(4500), await at(9000), await at(9001)],
      [
        [0, 0],
        [5, 0],
        [9, 0],
        [10, 0],
      ],
    )

    await commitOffsets(client, 'group', [{ ...first, offset: 4 }])
    assert.deepEqual(await committedOffsets(client, 'group', [first, second]), [4, undefined])
    const described = await succeed(GROUPS, ['--describe', '--group', 'group'])
    assert.match(described, /group\s+times\s+0\s+4\s+10\s+6/)

    await createPartitions(client, 'times', 3)
    write(writer, 'late', { partition: 2 })
    await producer.flush()
    producer.close()
    assert.equal((await listOffsets(client, [{ topic: 'times', partition: 2 }], 'latest'))[0].offset, 1)
    await deleteTopics(client, ['times'])
    assert.ok(!(await client.listTopics()).some(({ name }) => name === 'times'))
  })

  it('writes with every acks', async () => {
    for (const acks of ['0', '1', 'all']) {
      await using client = clientOf({ acks, 'linger.ms': '0' })
      await createTopics(client, [{ name: `acks-${acks}`, partitions: 2 }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(`acks-${acks}`)
      for (let i = 0; i < 100; i++) write(writer, String(i), { partition: i % 2 })
      await producer.flush()
      producer.close()
      assert.equal((await readTopic(client, `acks-${acks}`, 100)).length, 100)
    }
  })

  it('a refusal that is final ends the producer and names the partition', async () => {
    await using client = clientOf()
    await createTopics(client, [{ name: 'compacted', configs: { 'cleanup.policy': 'compact' } }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('compacted')
    write(writer, 'a record without a key')
    await assert.rejects(producer.flush(), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'KAFKA_WRITE_REFUSED')
      assert.match(error.message, /1 records for topic 'compacted', partition 0: INVALID_RECORD/)
      return true
    })
    producer.close()
  })

  it('goes on after a crash of the broker under a running read and write: every record once, in order', async () => {
    await using client = clientOf({ 'linger.ms': '1', 'batch.size': '2000' })
    await createTopics(client, [{ name: 'crash', partitions: 3 }])
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(await startsOf(client, 'crash'))
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('crash')
    const count = 30_000
    const reading = readUntil(fetcher, count, [], 90_000)
    let crash: Promise<void> | undefined
    for (let i = 0; i < count; i++) {
      // Of today: a broker that starts again forgets producers whose last record is older than producer.id.expiration.ms.
      write(writer, `v${i}`, { partition: i % 3, timestamp: nodeHost.clock.now() })
      if (i % 30 === 0) await nodeHost.clock.sleep(1)
      if (producer.full) await producer.writable()
      if (i === 9000) crash = kafka.kill().then(() => kafka.restart())
    }
    await crash
    await producer.flush()
    const read = await reading
    assert.equal(read.length, count)
    for (const partition of [0, 1, 2])
      assert.deepEqual(
        read.filter((record) => record.partition === partition).map(({ value }) => value),
        Array.from({ length: count / 3 }, (_, i) => `v${i * 3 + partition}`),
      )
    fetcher.close()
    producer.close()
  })
})
