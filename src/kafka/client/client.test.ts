import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { simulatedHost } from '../../base/simulated-host.ts'
import { startBroker } from '../broker/index.ts'
import { compressionTypes } from '../records/index.ts'
import { createPartitions, createTopics, deleteTopics } from './admin.ts'
import { KafkaClient } from './client.ts'
import { PartitionDiscovery } from './discovery.ts'
import { PartitionFetcher } from './fetcher.ts'
import { commitOffsets, committedOffsets, groupOffsets, listOffsets } from './offsets.ts'
import { KafkaProducer } from './producer.ts'
import { clientOf, fastHost, readTopic, readUntil, startsOf, write } from './test-cluster.ts'

const coded = (code: string, pattern?: RegExp) => (error: unknown) => {
  assert.ok(isRivuletError(error), String(error))
  assert.equal(error.code, code, error.message)
  if (pattern !== undefined) assert.match(`${error.message} ${error.hint}`, pattern)
  return true
}

describe('KafkaClient', () => {
  it('creates, lists, grows and deletes topics', async () => {
    await using broker = await startBroker({ brokers: 2 })
    await using client = clientOf(broker)
    assert.deepEqual(await createTopics(client, [{ name: 'b', partitions: 3, replicationFactor: 2 }, { name: 'a' }]), [
      'b',
      'a',
    ])
    assert.deepEqual(
      (await client.listTopics()).map(({ name, partitions }) => `${name} ${partitions.length}`),
      ['a 1', 'b 3'],
    )
    await assert.rejects(createTopics(client, [{ name: 'b' }]), coded('KAFKA_BROKER_ERROR', /TOPIC_ALREADY_EXISTS/))
    assert.deepEqual(await createTopics(client, [{ name: 'b' }], { ifNotExists: true }), [])
    await createPartitions(client, 'b', 5)
    assert.equal((await client.describeTopics(['b']))[0].partitions.length, 5)
    await deleteTopics(client, ['b'])
    assert.deepEqual(
      (await client.listTopics()).map(({ name }) => name),
      ['a'],
    )
  })

  it('names the nearest topics when one is missing', async () => {
    await using broker = await startBroker({ autoCreateTopics: false })
    await using client = new KafkaClient(fastHost(20, broker.network), { 'bootstrap.servers': broker.bootstrap })
    await createTopics(client, [{ name: 'payment_msg' }, { name: 'results' }])
    await assert.rejects(client.describeTopics(['paiment_msg']), coded('KAFKA_UNKNOWN_TOPIC', /'payment_msg'/))
    await assert.rejects(client.describeTopics(['zzz']), coded('KAFKA_UNKNOWN_TOPIC', /payment_msg, results/))
    await assert.rejects(
      listOffsets(client, [{ topic: 'results', partition: 4 }], 'latest'),
      coded('KAFKA_UNKNOWN_PARTITION', /only 0 to 0/),
    )
    await assert.rejects(new KafkaProducer(client).topic('resluts'), coded('KAFKA_UNKNOWN_TOPIC', /'results'/))
  })

  it('says within 10 s that no broker can be reached, and where', async () => {
    // Virtual time: nothing listens anywhere, and the clock moves only when everybody waits for it.
    const host = simulatedHost()
    await using client = new KafkaClient(host, { 'bootstrap.servers': '127.0.0.1:1,127.0.0.1:2' })
    let done = false
    const asked = client.listTopics().finally(() => {
      done = true
    })
    const rejected = assert.rejects(
      asked,
      coded('KAFKA_UNREACHABLE', /127\.0\.0\.1:1, 127\.0\.0\.1:2.*ECONNREFUSED.*bootstrap\.servers/s),
    )
    while (!done) {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      if (!done) host.clock.advance(10)
    }
    await rejected
    assert.ok(host.clock.monotonic() <= 10_000, `${host.clock.monotonic()} ms`)
  })

  it('says that what answers is silent, or not Kafka', async () => {
    for (const answer of [undefined, 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
      const server = createServer((socket) => {
        socket.on('error', () => {})
        if (answer !== undefined) socket.on('data', () => socket.write(answer))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as { port: number }
      const client = new KafkaClient(fastHost(20), { 'bootstrap.servers': `127.0.0.1:${port}` })
      await assert.rejects(
        client.listTopics(),
        coded('KAFKA_UNREACHABLE', answer === undefined ? undefined : /HTTP server/),
      )
      await client.close()
      server.close()
    }
  })

  it('commits and reads offsets of a group, and finds offsets by time', async () => {
    await using broker = await startBroker()
    await using client = clientOf(broker)
    await createTopics(client, [{ name: 't', partitions: 2 }])
    const [first, second] = [0, 1].map((partition) => ({ topic: 't', partition }))
    assert.deepEqual(await committedOffsets(client, 'g', [first, second]), [undefined, undefined])
    await commitOffsets(client, 'g', [{ ...second, offset: 7 }])
    assert.deepEqual(await committedOffsets(client, 'g', [first, second]), [undefined, 7])

    assert.deepEqual(await groupOffsets(client, 'g', [first, second]), [
      { ...first, offset: 0 },
      { ...second, offset: 7 },
    ])
    await using strict = clientOf(broker, { 'auto.offset.reset': 'none' })
    await assert.rejects(
      groupOffsets(strict, 'g', [second, first]),
      coded('KAFKA_NO_COMMITTED_OFFSET', /'g'.*partition 0/),
    )
    assert.equal((await groupOffsets(strict, 'g', [second]))[0].offset, 7)

    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    for (const timestamp of [1000, 2000, 3000]) {
      write(writer, 'x', { partition: 0, timestamp })
      await producer.flush()
    }
    const at = async (timestamp: number) => (await listOffsets(client, [first], { timestamp }))[0].offset
    assert.deepEqual([await at(0), await at(1500), await at(3000), await at(3001)], [0, 1, 2, 3])
    assert.equal((await listOffsets(client, [second], { timestamp: 5 }))[0].offset, 0)
    producer.close()
  })
})

describe('PartitionDiscovery', () => {
  const labels = (found: readonly { topic: string; partition: number }[]) =>
    found.map(({ topic, partition }) => `${topic}/${partition}`)

  it('reports each partition once, also of topics that a pattern matches later', async () => {
    await using broker = await startBroker()
    await using client = clientOf(broker)
    await createTopics(client, [{ name: 'in-1', partitions: 2 }, { name: 'other' }, { name: 'xin-3' }])
    for (const topics of [['in-1'], /in-\d/]) {
      const later: string[] = []
      const discovery = new PartitionDiscovery(client, {
        topics,
        intervalMs: 5,
        onNew: (found) => later.push(...labels(found)),
        onError: (error) => later.push(error.message),
      })
      const pattern = topics instanceof RegExp
      assert.deepEqual(
        labels(await discovery.current()),
        pattern ? ['in-1/0', 'in-1/1', 'in-1/2'] : ['in-1/0', 'in-1/1'],
      )
      if (pattern) await createTopics(client, [{ name: 'in-2' }])
      else await createPartitions(client, 'in-1', 3)
      while (later.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await broker.stopListening()
      await new Promise((resolve) => setTimeout(resolve, 30))
      await broker.restart()
      await new Promise((resolve) => setTimeout(resolve, 30))
      assert.deepEqual(later, pattern ? ['in-2/0'] : ['in-1/2'])
      discovery.close()
    }
  })

  it('names a topic that is missing', async () => {
    await using broker = await startBroker({ autoCreateTopics: false })
    await using client = new KafkaClient(fastHost(20, broker.network), { 'bootstrap.servers': broker.bootstrap })
    const discovery = new PartitionDiscovery(client, { topics: ['nope'], intervalMs: 5, onNew() {}, onError() {} })
    await assert.rejects(discovery.current(), coded('KAFKA_UNKNOWN_TOPIC', /'nope'/))
    discovery.close()
  })
})

describe('KafkaProducer and PartitionFetcher', () => {
  for (const compression of compressionTypes) {
    it(`carry keys, values, nulls, headers and timestamps (${compression})`, async () => {
      await using broker = await startBroker()
      await using client = clientOf(broker, { 'compression.type': compression, 'linger.ms': '0' })
      await createTopics(client, [{ name: 't', partitions: 1 }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic('t')
      const headers = [{ key: 'h', value: Uint8Array.of(1, 2) }]
      write(writer, 'value', { key: 'key', timestamp: 1_599_012_815_000, headers })
      write(writer, null, { timestamp: 5 })
      write(writer, 'long '.repeat(2000), { timestamp: 6 })
      await producer.flush()
      producer.close()
      const read = await readTopic(client, 't', 3)
      assert.deepEqual(
        read.map(({ offset, timestamp, key, value }) => [offset, timestamp, key, value]),
        [
          [0, 1_599_012_815_000, 'key', 'value'],
          [1, 5, null, null],
          [2, 6, null, 'long '.repeat(2000)],
        ],
      )
      assert.deepEqual(Uint8Array.from(read[0].headers[0].value ?? []), headers[0].value)
    })
  }

  it('keep the order per partition with many batches in flight', async () => {
    await using broker = await startBroker({ brokers: 3 })
    await using client = clientOf(broker, { 'batch.size': '500', 'linger.ms': '1' })
    await createTopics(client, [{ name: 't', partitions: 7 }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    for (let i = 0; i < 5000; i++) {
      write(writer, String(i), { key: `k${i % 50}` })
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await producer.flush()
    assert.equal(producer.bufferedBytes, 0)
    producer.close()
    const read = await readTopic(client, 't', 5000)
    const last = new Map<string, number>()
    const home = new Map<string | null, number>()
    for (const { key, value, partition } of read) {
      assert.equal(home.get(key) ?? partition, partition, 'a key stays in its partition')
      home.set(key, partition)
      assert.ok((last.get(String(key)) ?? -1) < Number(value))
      last.set(String(key), Number(value))
    }
    assert.equal(read.length, 5000)
  })

  it('spread records without a key over the partitions, batch by batch or in turn', async () => {
    await using broker = await startBroker()
    for (const roundRobin of [false, true]) {
      await using client = clientOf(broker, {
        'batch.size': '1000',
        ...(roundRobin && { 'partitioner.class': 'org.apache.kafka.clients.producer.RoundRobinPartitioner' }),
      })
      const topic = `spread${roundRobin}`
      await createTopics(client, [{ name: topic, partitions: 4 }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(topic)
      for (let i = 0; i < 4000; i++) write(writer, `value ${i}`)
      await producer.flush()
      producer.close()
      const ends = await startsOf(client, topic, 'latest')
      if (roundRobin)
        assert.deepEqual(
          ends.map(({ offset }) => offset),
          [1000, 1000, 1000, 1000],
        )
      else assert.ok(ends.every(({ offset }) => offset > 300))
    }
  })

  it('signal when the memory is full, and go on when there is room', async () => {
    await using broker = await startBroker()
    await using client = clientOf(broker, { 'buffer.memory': '20000', 'batch.size': '4000', 'linger.ms': '60000' })
    await createTopics(client, [{ name: 't' }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    let waits = 0
    for (let i = 0; i < 3000; i++) {
      write(writer, 'x'.repeat(100))
      if (producer.full) {
        waits++
        await producer.writable()
      }
      assert.ok(producer.bufferedBytes < 21_000)
    }
    await producer.flush()
    assert.ok(waits > 5)
    assert.equal((await startsOf(client, 't', 'latest'))[0].offset, 3000)
    producer.close()
  })

  it('end with the client that they belong to', async () => {
    await using broker = await startBroker()
    const client = clientOf(broker, { 'linger.ms': '60000' })
    await createTopics(client, [{ name: 't' }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    const fetcher = new PartitionFetcher(client)
    fetcher.assign([{ topic: 't', partition: 0, offset: 0 }])
    const reading = assert.rejects(readUntil(fetcher, 1), coded('KAFKA_CLOSED'))
    write(writer, 'never sent')
    await client.close()
    await assert.rejects(producer.flush(), coded('KAFKA_CLOSED'))
    assert.throws(() => write(writer, 'more'), coded('KAFKA_CLOSED'))
    await assert.rejects(client.listTopics(), coded('KAFKA_CLOSED'))
    await reading
  })

  it('stop fetching while chunks wait, and while all partitions are paused', async () => {
    const asked: number[] = []
    await using broker = await startBroker({
      faults: ({ api, sequence }) => {
        if (api === 'Fetch') asked.push(sequence)
        return undefined
      },
    })
    await using client = clientOf(broker, { 'max.partition.fetch.bytes': '1000', 'batch.size': '900' })
    await createTopics(client, [{ name: 't' }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    for (let i = 0; i < 500; i++) write(writer, 'x'.repeat(100))
    await producer.flush()
    producer.close()
    const fetcher = new PartitionFetcher(client, { bufferBytes: 3000 })
    fetcher.assign([{ topic: 't', partition: 0, offset: 0 }])
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.ok(fetcher.bufferedBytes >= 3000 && fetcher.bufferedBytes < 5000, String(fetcher.bufferedBytes))
    const before = asked.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(asked.length, before)
    fetcher.pause('t', 0)
    assert.equal(fetcher.poll(), undefined)
    fetcher.resume('t', 0)
    const read = await readUntil(fetcher, 500)
    assert.deepEqual(
      read.map(({ offset }) => offset),
      Array.from({ length: 500 }, (_, i) => i),
    )
    assert.equal(fetcher.highWatermark('t', 0), 500)
    fetcher.close()
  })

  it('wake up for records that are written while they wait at the end', async () => {
    await using broker = await startBroker()
    await using client = clientOf(broker, { 'linger.ms': '0' })
    await createTopics(client, [{ name: 't', partitions: 2 }])
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(await startsOf(client, 't'))
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    const found: Parameters<typeof readUntil>[2] = []
    for (let i = 1; i <= 5; i++) {
      const waiting = readUntil(fetcher, i, found, 3000)
      write(writer, `late ${i}`)
      await waiting
    }
    assert.deepEqual(
      found.map(({ value }) => value),
      [1, 2, 3, 4, 5].map((i) => `late ${i}`),
    )
    fetcher.close()
    producer.close()
  })

  it('do with an offset out of range what auto.offset.reset says', async () => {
    await using broker = await startBroker()
    for (const [policy, offset] of [
      ['earliest', 0],
      ['latest', 10],
    ] as const) {
      await using client = clientOf(broker, { 'auto.offset.reset': policy })
      const topic = `reset-${policy}`
      await createTopics(client, [{ name: topic }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(topic)
      for (let i = 0; i < 10; i++) write(writer, String(i))
      await producer.flush()
      const resets: string[] = []
      const fetcher = new PartitionFetcher(client, {
        onReset: ({ partition }, from, to) => resets.push(`${partition} ${from} ${to}`),
      })
      fetcher.assign([{ topic, partition: 0, offset: 99 }])
      while (resets.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      write(writer, 'new')
      assert.equal((await readUntil(fetcher, 11 - offset))[0].offset, offset)
      assert.deepEqual(resets, [`0 99 ${offset}`])
      fetcher.close()
      producer.close()
    }
    await using client = clientOf(broker, { 'auto.offset.reset': 'none' })
    const fetcher = new PartitionFetcher(client)
    fetcher.assign([{ topic: 'reset-latest', partition: 0, offset: 99 }])
    await assert.rejects(readUntil(fetcher, 1), coded('KAFKA_OFFSET_OUT_OF_RANGE', /99.*0 to 11/))
    fetcher.close()
  })

  it('refuse a record that is larger than a request may be, and a batch that the broker refuses', async () => {
    await using broker = await startBroker({ maxMessageBytes: 2000 })
    await using client = clientOf(broker, { 'max.request.size': '10000' })
    await createTopics(client, [{ name: 't' }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    assert.throws(() => write(writer, 'x'.repeat(20_000)), coded('KAFKA_RECORD_TOO_LARGE', /max\.request\.size/))
    write(writer, 'x'.repeat(5000))
    await assert.rejects(producer.flush(), coded('KAFKA_BATCH_TOO_LARGE', /partition 0/))
    assert.throws(() => write(writer, 'more'), coded('KAFKA_BATCH_TOO_LARGE'))
    producer.close()
  })
})
