/** Lost answers, cut connections, dead and moved brokers: nothing is lost, repeated or out of order. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import type { Network } from '../../base/host.ts'
import { nodeHost } from '../../base/node-host.ts'
import { type Fault, type FaultRequest, startBroker } from '../broker/index.ts'
import { ErrorCodes, errorCodeInfo, initProducerId, produce } from '../protocol/index.ts'
import { createPartitions, createTopics, deleteTopics } from './admin.ts'
import { KafkaClient } from './client.ts'
import { PartitionFetcher } from './fetcher.ts'
import { KafkaProducer } from './producer.ts'
import { clientOf, fastHost, readTopic, readUntil, startsOf, write } from './test-cluster.ts'

const quick = {
  'reconnect.backoff.ms': '1',
  'reconnect.backoff.max.ms': '5',
  'retry.backoff.ms': '1',
  'retry.backoff.max.ms': '10',
}

/** Faults by a seed, the same for the same sequence of requests. */
function seeded(seed: number, percent: number): (request: FaultRequest) => Fault | undefined {
  return ({ sequence }) => {
    let hash = Math.imul(seed ^ (sequence * 0x9e3779b1), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash = (hash ^ (hash >>> 16)) >>> 0
    if (hash % 100 >= percent) return undefined
    const kind = (hash >>> 8) % 3
    if (kind === 2) return { kind: 'delay', ms: (hash >>> 16) % 20 }
    return { kind: 'drop', when: kind === 0 ? 'before' : 'after' }
  }
}

describe('under faults', () => {
  it('an idempotent producer writes every record exactly once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e9 }),
        fc.constantFrom(5, 20, 40),
        fc.constantFrom(1, 2, 5),
        async (seed, percent, inFlight) => {
          const faults = seeded(seed, percent)
          let calm = false
          await using broker = await startBroker({
            brokers: 2,
            faults: (request) => (calm || request.api === 'ApiVersions' ? undefined : faults(request)),
          })
          broker.createTopic('t', { partitions: 3 })
          await using client = clientOf(broker, {
            ...quick,
            'batch.size': '300',
            'linger.ms': '0',
            'max.in.flight.requests.per.connection': String(inFlight),
          })
          const producer = new KafkaProducer(client)
          const writer = await producer.topic('t')
          const expected: string[][] = [[], [], []]
          for (let i = 0; i < 300; i++) {
            write(writer, `v${i}`, { partition: i % 3 })
            expected[i % 3].push(`v${i}`)
            if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, i % 4))
          }
          await producer.flush()
          producer.close()
          calm = true
          const read = await readTopic(client, 't', 300)
          assert.equal(read.length, 300)
          for (const partition of [0, 1, 2])
            assert.deepEqual(
              read.filter((record) => record.partition === partition).map(({ value }) => value),
              expected[partition],
            )
        },
      ),
      { numRuns: 12 },
    )
  })

  it('a fetcher hands out every record once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e9 }), async (seed) => {
        const faults = seeded(seed, 30)
        let calm = true
        await using broker = await startBroker({
          brokers: 2,
          faults: (request) => (calm || request.api !== 'Fetch' ? undefined : faults(request)),
        })
        broker.createTopic('t', { partitions: 3 })
        await using client = clientOf(broker, {
          ...quick,
          'batch.size': '200',
          'max.partition.fetch.bytes': '700',
          'fetch.max.wait.ms': '10',
        })
        const producer = new KafkaProducer(client)
        const writer = await producer.topic('t')
        for (let i = 0; i < 600; i++) write(writer, `v${i}`, { partition: i % 3 })
        await producer.flush()
        producer.close()
        calm = false
        const fetcher = new PartitionFetcher(client, { bufferBytes: 2000 })
        fetcher.assign(await startsOf(client, 't'))
        const read = await readUntil(fetcher, 600)
        for (const partition of [0, 1, 2])
          assert.deepEqual(
            read.filter((record) => record.partition === partition).map(({ offset }) => offset),
            Array.from({ length: 200 }, (_, i) => i),
          )
        fetcher.close()
      }),
      { numRuns: 12 },
    )
  })

  it('a running read and write survive the restart of every broker', async () => {
    await using broker = await startBroker({ brokers: 2 })
    await using client = clientOf(broker, { ...quick, 'linger.ms': '0' })
    await createTopics(client, [{ name: 't', partitions: 4 }])
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(await startsOf(client, 't'))
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    const reading = readUntil(fetcher, 400)
    for (let i = 0; i < 400; i++) {
      write(writer, `v${i}`, { partition: i % 4 })
      if (i === 100) await broker.stopListening(1)
      if (i === 150) await broker.stopListening()
      if (i === 250) await broker.restart()
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await producer.flush()
    const read = await reading
    for (const partition of [0, 1, 2, 3])
      assert.deepEqual(
        read.filter((record) => record.partition === partition).map(({ value }) => value),
        Array.from({ length: 100 }, (_, i) => `v${i * 4 + partition}`),
      )
    assert.equal(fetcher.trouble, undefined)
    fetcher.close()
    producer.close()
  })

  it('records that cannot be delivered in time are an error that names them', async () => {
    await using broker = await startBroker()
    await using client = new KafkaClient(fastHost(50, broker.network), {
      'bootstrap.servers': broker.bootstrap,
      'delivery.timeout.ms': '40000',
    })
    await createTopics(client, [{ name: 't', partitions: 1 }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    await broker.stopListening()
    for (let i = 0; i < 7; i++) write(writer, `v${i}`)
    await assert.rejects(producer.flush(), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'KAFKA_DELIVERY_TIMEOUT')
      assert.match(error.message, /7 records for topic 't', partition 0 .* 40000 ms/)
      return true
    })
    assert.throws(() => write(writer, 'x'), /could not be delivered/)
    await assert.rejects(producer.writable(), /could not be delivered/)
    producer.close()
  })

  it('a topic that is deleted under a reader ends it, by name', async () => {
    await using broker = await startBroker({ autoCreateTopics: false })
    await using client = new KafkaClient(fastHost(50, broker.network), { 'bootstrap.servers': broker.bootstrap })
    await createTopics(client, [{ name: 'gone' }, { name: 'stays' }])
    const fetcher = new PartitionFetcher(client)
    fetcher.assign(await startsOf(client, 'gone'))
    await deleteTopics(client, ['gone'])
    await assert.rejects(readUntil(fetcher, 1), (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'KAFKA_UNKNOWN_TOPIC')
      assert.match(`${error.message} ${error.hint}`, /'gone'.*stays/)
      return true
    })
    fetcher.close()
  })

  it('partitions whose creation was answered to nobody are there, which is no error', async () => {
    let asked = 0
    await using broker = await startBroker({
      faults: ({ api }) => (api === 'CreatePartitions' && asked++ === 0 ? { kind: 'drop', when: 'after' } : undefined),
    })
    await using client = new KafkaClient(fastHost(50, broker.network), { 'bootstrap.servers': broker.bootstrap })
    await createTopics(client, [{ name: 'grows', partitions: 1 }])
    await createPartitions(client, 'grows', 3)
    assert.equal(asked, 2)
    const [{ partitions }] = await client.describeTopics(['grows'])
    assert.equal(partitions.length, 3)
    await assert.rejects(createPartitions(client, 'grows', 2), /INVALID_PARTITIONS/)
  })

  for (const code of [ErrorCodes.UNKNOWN_PRODUCER_ID, ErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER]) {
    it(`a producer that the broker forgot goes on under a new id (${errorCodeInfo(code).name})`, async () => {
      await using broker = await startBroker()
      let produced = 0
      let identities = 0
      // The third write is refused, without having had an effect.
      const network: Network = {
        async connect(address, options) {
          const connection = await broker.network.connect(address, options)
          return {
            get closed() {
              return connection.closed
            },
            close: () => connection.close(),
            async request(api, version, body, headers, expectResponse) {
              if (api === initProducerId.key) identities++
              if (api !== produce.key || ++produced !== 3)
                return connection.request(api, version, body, headers, expectResponse)
              const { topicData } = produce.decodeRequest(version, body)
              return produce.encodeResponse(version, {
                responses: topicData.map(({ name, partitionData }) => ({
                  name,
                  partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: code, baseOffset: -1 })),
                })),
              })
            },
          }
        },
      }
      await using client = new KafkaClient(
        { ...nodeHost, network },
        {
          ...quick,
          'bootstrap.servers': broker.bootstrap,
          'batch.size': '200',
          // With more the refusal may overtake the answers before it, and is then only the shadow of a lost batch.
          'max.in.flight.requests.per.connection': '1',
        },
      )
      await createTopics(client, [{ name: 't', partitions: 2 }])
      const producer = new KafkaProducer(client)
      const writer = await producer.topic('t')
      for (let i = 0; i < 100; i++) write(writer, `v${i}`, { partition: i % 2 })
      await producer.flush()
      producer.close()
      assert.equal(identities, 2)
      assert.deepEqual(
        (await readTopic(client, 't', 100)).map(({ value }) => value),
        [0, 1].flatMap((partition) => Array.from({ length: 50 }, (_, i) => `v${i * 2 + partition}`)),
      )
    })
  }

  it('a request without an answer in time is given up and sent again', async () => {
    let delays = 3
    await using broker = await startBroker({
      faults: ({ api }) => (api === 'Produce' && delays-- > 0 ? { kind: 'delay', ms: 300 } : undefined),
    })
    await using client = clientOf(broker, { ...quick, 'request.timeout.ms': '50', 'batch.size': '100' })
    await createTopics(client, [{ name: 't' }])
    const producer = new KafkaProducer(client)
    const writer = await producer.topic('t')
    for (let i = 0; i < 40; i++) write(writer, `v${i}`)
    await producer.flush()
    producer.close()
    assert.deepEqual(
      (await readTopic(client, 't', 40)).map(({ value }) => value),
      Array.from({ length: 40 }, (_, i) => `v${i}`),
    )
  })
})
