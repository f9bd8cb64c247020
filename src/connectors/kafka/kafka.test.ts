/** The Kafka connector against the dev broker: through the in-process network, and over sockets where connections die. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import type { Host } from '../../base/host.ts'
import { nodeHost } from '../../base/node-host.ts'
import { jsonFormat } from '../../formats/json/format.ts'
import { type RunningBroker, startBroker } from '../../kafka/broker/index.ts'
import { fastHost, readTopic } from '../../kafka/client/test-cluster.ts'
import { committedOffsets, createPartitions, KafkaClient, KafkaProducer, type RecordHeader } from '../../kafka/index.ts'
import { batchOf, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn, ReaderContext, SourceReader, SplitState } from '../contract.ts'
import { readerContext, request, rowsOf, writerContext } from '../test-support.ts'
import { kafka } from './connector.ts'
import { ownerOf } from './splits.ts'

const schema: Schema = [
  { name: 'id', type: t.INT },
  { name: 'name', type: t.STRING },
]
const hostOf = (broker: RunningBroker): Host => ({ ...nodeHost, network: broker.network })

function optionsOf(broker: RunningBroker, more: Record<string, string> = {}): Record<string, string> {
  return {
    topic: 'events',
    'properties.bootstrap.servers': broker.bootstrap,
    'scan.startup.mode': 'earliest-offset',
    format: 'json',
    ...more,
  }
}

const tableOf = (options: Record<string, string>, columns = schema) =>
  request(kafka, { schema: columns, options, formats: [jsonFormat], table: 'events_table' })

async function open(
  broker: RunningBroker,
  more: Record<string, string> = {},
  context: Partial<ReaderContext> = {},
  produced: readonly ProducedColumn[] = schema,
): Promise<SourceReader & { readonly counters: Map<string, number> }> {
  const source = kafka.source!(tableOf(optionsOf(broker, more)))
  const made = readerContext(produced, { host: hostOf(broker), ...context })
  const reader = source.createReader(made)
  await reader.open()
  return Object.assign(reader, { counters: made.counters })
}

type Rows = [string, ...Value[]][]

/** Read until 'end', or until `enough` rows are there. */
async function take(
  reader: SourceReader,
  enough = Number.POSITIVE_INFINITY,
  produced: readonly ProducedColumn[] = schema,
  maxRows = 4096,
): Promise<Rows> {
  const rows: Rows = []
  while (rows.length < enough) {
    const polled = reader.poll(Math.min(maxRows, enough - rows.length))
    if (polled === 'end') break
    if (polled !== 'empty') rows.push(...rowsOf(polled, produced))
    else {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${rows.length} of ${enough} rows came`)), 15_000)
        reader.onAvailable(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  return rows
}

async function produce(
  broker: RunningBroker,
  topic: string,
  values: readonly (string | null)[],
  more: { readonly partition?: number; readonly timestamp?: number; readonly headers?: RecordHeader[] } = {},
  properties: Record<string, string> = {},
): Promise<void> {
  const client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap, ...properties })
  const producer = new KafkaProducer(client)
  const writer = await producer.topic(topic)
  for (const value of values) {
    const bytes = value === null ? null : Buffer.from(value)
    const { partition = 0, timestamp = 1000, headers = null } = more
    writer.append(partition, timestamp, null, 0, 0, bytes, 0, bytes?.length ?? 0, headers)
  }
  await producer.flush()
  producer.close()
  await client.close()
}

const event = (id: number): string => `{"id":${id},"name":"n${id}"}`
const events = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => event(from + i))
const ids = (rows: Rows): Value[] => rows.map(([, id]) => id)
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

const coded = (code: string, pattern?: RegExp) => (error: unknown) => {
  assert.ok(isRivuletError(error), String(error))
  assert.equal(error.code, code, error.message)
  if (pattern !== undefined) assert.match(`${error.message} ${error.hint}`, pattern)
  return true
}

describe('kafka source', () => {
  it('reads a bounded topic of several partitions, batches of one partition each', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 3 })
    for (const partition of [0, 1, 2]) {
      await produce(broker, 'events', events(partition * 100, partition * 100 + 50), { partition })
    }
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual([...reader.splits()].sort(), ['events-0', 'events-1', 'events-2'])
    await produce(broker, 'events', events(900, 910), { partition: 1 })
    const bySplit = new Map<string, Value[]>()
    for (;;) {
      const polled = reader.poll(7)
      if (polled === 'end') break
      if (polled === 'empty') await new Promise<void>((resolve) => reader.onAvailable(resolve))
      else bySplit.set(polled.split, [...(bySplit.get(polled.split) ?? []), ...ids(rowsOf(polled, schema))])
    }
    assert.deepEqual(bySplit.get('events-0'), upTo(0, 50))
    assert.deepEqual(bySplit.get('events-1'), upTo(100, 150))
    assert.deepEqual(bySplit.get('events-2'), upTo(200, 250))
    assert.deepEqual(reader.splits(), [])
    assert.equal(reader.poll(7), 'end')
    await reader.close()
  })

  for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
    it(`reads ${compression}`, async () => {
      await using broker = await startBroker()
      broker.createTopic('events')
      await produce(broker, 'events', events(0, 300), {}, { 'compression.type': compression })
      const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
      assert.deepEqual(ids(await take(reader)), upTo(0, 300))
      await reader.close()
    })
  }

  it('goes on from a snapshot taken after any poll, with the ends of the first start', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', events(0, 10), { partition: 0 })
    await produce(broker, 'events', events(10, 20), { partition: 1 })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const first = await open(broker, bounded)
    const snapshots: { readonly before: Value[]; readonly positions: readonly SplitState[] }[] = []
    const before: Value[] = []
    for (;;) {
      snapshots.push({ before: [...before], positions: JSON.parse(JSON.stringify(first.snapshot())) })
      const rows = await take(first, 3)
      if (rows.length === 0) break
      before.push(...ids(rows))
    }
    await first.close()
    // What came later is behind the ends.
    await produce(broker, 'events', events(90, 95), { partition: 1 })
    assert.ok(snapshots.length > 5)
    for (const { before, positions } of snapshots) {
      const again = await open(broker, bounded, { restored: positions })
      const all = [...before, ...ids(await take(again))].map(Number).sort((a, b) => a - b)
      assert.deepEqual(all, upTo(0, 20))
      await again.close()
    }
  })

  it('deals partitions out to subtasks as Flink does, and again after a change of parallelism', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 5 })
    for (const partition of upTo(0, 5))
      await produce(broker, 'events', events(partition * 10, partition * 10 + 4), { partition })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const positions: SplitState[] = []
    const seen: Value[] = []
    for (const subtask of [0, 1, 2]) {
      const reader = await open(broker, bounded, { subtask, parallelism: 3 })
      for (const split of reader.splits()) {
        assert.equal(ownerOf({ topic: 'events', partition: Number(split.slice(7)) }, 3), subtask)
      }
      seen.push(...ids(await take(reader, 2)))
      positions.push(...reader.snapshot())
      await reader.close()
    }
    assert.equal(positions.length, 5)
    for (const subtask of [0, 1]) {
      const reader = await open(broker, bounded, { subtask, parallelism: 2, restored: positions })
      seen.push(...ids(await take(reader)))
      await reader.close()
    }
    assert.deepEqual(
      seen.map(Number).sort((a, b) => a - b),
      upTo(0, 5).flatMap((p) => upTo(p * 10, p * 10 + 4)),
    )
  })

  it('starts where it is told', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    for (const id of upTo(0, 6)) await produce(broker, 'events', [event(id)], { timestamp: 1000 + id })
    const bounded = { 'scan.bounded.mode': 'latest-offset' }
    const starts: [Record<string, string>, number][] = [
      [{ 'scan.startup.mode': 'earliest-offset' }, 0],
      [{ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '1003' }, 3],
      [{ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '9999' }, 6],
      [{ 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:4' }, 4],
      [{ 'scan.startup.mode': 'latest-offset' }, 6],
    ]
    for (const [options, from] of starts) {
      const reader = await open(broker, { ...bounded, ...options })
      assert.deepEqual(ids(await take(reader)), upTo(from, 6), JSON.stringify(options))
      await reader.close()
    }
    const ends: [Record<string, string>, number][] = [
      [{ 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '1002' }, 2],
      [{ 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:5' }, 5],
    ]
    for (const [options, to] of ends) {
      const reader = await open(broker, options)
      assert.deepEqual(ids(await take(reader)), upTo(0, to), JSON.stringify(options))
      await reader.close()
    }
  })

  it('group-offsets: from what the checkpoints committed, else as auto.offset.reset says', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', events(0, 6))
    const group = { 'scan.startup.mode': 'group-offsets', 'properties.group.id': 'g' }
    await assert.rejects(
      open(broker, group),
      coded('CONNECTOR_KAFKA_OPTION', /no committed offset.*auto.offset.reset/s),
    )
    const reader = await open(broker, { ...group, 'properties.auto.offset.reset': 'earliest' })
    assert.deepEqual(ids(await take(reader, 4)), upTo(0, 4))
    const positions = reader.snapshot()
    reader.checkpointComplete?.(positions)
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    const committed = () => committedOffsets(client, 'g', [{ topic: 'events', partition: 0 }])
    for (let tries = 0; tries < 100 && (await committed())[0] !== 4; tries++) await nodeHost.clock.sleep(20)
    assert.deepEqual(await committed(), [4])
    await reader.close()
    const next = await open(broker, { ...group, 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(next)), [4, 5])
    await next.close()
  })

  it('metadata columns, in any order among the others', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    const headers = [
      { key: 'h', value: Buffer.from('x') },
      { key: 'h', value: Buffer.from('y') },
      { key: 'n', value: null },
    ]
    await produce(broker, 'events', [event(1)], { partition: 1, timestamp: 1234, headers })
    await produce(broker, 'events', ['[{"id":2},{"id":3}]'], { partition: 1, timestamp: 1235 })
    const metadata = (key: string): ProducedColumn => ({
      name: `m_${key}`,
      metadata: key,
      type: kafka.source!(tableOf(optionsOf(broker))).metadata.find((m) => m.key === key)!.type,
    })
    const produced = [
      metadata('offset'),
      schema[0],
      ...['topic', 'partition', 'timestamp', 'timestamp-type', 'leader-epoch', 'headers'].map(metadata),
    ]
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' }, {}, produced)
    const rows = await take(reader, undefined, produced)
    const header = { keys: ['h', 'n'], values: [Uint8Array.from(Buffer.from('y')), null] }
    assert.deepEqual(
      rows.map((row) => row.slice(0, 6)),
      [
        ['+I', 0, 1, 'events', 1, 1234],
        ['+I', 1, 2, 'events', 1, 1235],
        ['+I', 1, 3, 'events', 1, 1235],
      ],
    )
    assert.deepEqual(
      rows.map((row) => row[6]),
      ['CreateTime', 'CreateTime', 'CreateTime'],
    )
    const found = rows[0][8] as unknown as { keys: string[]; values: (Uint8Array | null)[] }
    assert.deepEqual(
      { keys: found.keys, values: found.values.map((v) => (v === null ? null : Uint8Array.from(v))) },
      header,
    )
    assert.deepEqual(rows[1][8], { keys: [], values: [] })
    await reader.close()
  })

  it('passes over records without value and empty ones', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [event(1), null, '', event(2), null])
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(reader)), [1, 2])
    assert.deepEqual(reader.snapshot()[0].position, { offset: 5, end: 5 })
    await reader.close()
  })

  it('a bad record: the rows before it, then an error with topic, partition, offset, column and bytes', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', [event(1), event(2), '{"id": "many", "name": "x"}', event(4)], { partition: 1 })
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset' })
    assert.deepEqual(ids(await take(reader, 2)), [1, 2])
    const pattern =
      /topic 'events', partition 1, offset 2: .*column 'id' at byte 7: "many" is no INT.*⟪here⟫.*ignore-parse-errors/s
    assert.throws(() => reader.poll(10), coded('CONNECTOR_KAFKA_RECORD', pattern))
    assert.throws(() => reader.poll(10), coded('CONNECTOR_KAFKA_RECORD'))
    await reader.close()
  })

  it('bad records are skipped and counted with ignore-parse-errors', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', [event(1), '{"id": "x"}', '{"id": ', event(4)])
    const reader = await open(broker, { 'scan.bounded.mode': 'latest-offset', 'json.ignore-parse-errors': 'true' })
    assert.deepEqual(ids(await take(reader)), [1, null, 4])
    assert.equal(reader.counters.get('numRecordsInErrors'), 1)
    await reader.close()
  })

  it('finds new partitions, from their beginning', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const options = { 'scan.topic-partition-discovery.interval': '1 s', 'scan.startup.mode': 'latest-offset' }
    const reader = await open(broker, options, { host: fastHost(50, broker.network) })
    assert.deepEqual(reader.splits(), ['events-0'])
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    await createPartitions(client, 'events', 2)
    await produce(broker, 'events', events(7, 9), { partition: 1 })
    assert.deepEqual(ids(await take(reader, 2)), [7, 8])
    assert.deepEqual(reader.splits(), ['events-0', 'events-1'])
    await reader.close()
  })

  it('reads all topics that a pattern matches as a whole', async () => {
    await using broker = await startBroker()
    for (const [i, topic] of ['ev-1', 'ev-2', 'other-ev-1'].entries()) {
      broker.createTopic(topic)
      await produce(broker, topic, [event(i)])
    }
    const { topic: _, ...options } = optionsOf(broker, {
      'topic-pattern': 'ev-\\d',
      'scan.bounded.mode': 'latest-offset',
    })
    const source = kafka.source!(tableOf(options))
    const reader = source.createReader(readerContext(schema, { host: hostOf(broker) }))
    await reader.open()
    assert.deepEqual(
      ids(await take(reader))
        .map(Number)
        .sort((a, b) => a - b),
      [0, 1],
    )
    await reader.close()
  })

  it('stops at the limit, and reads no field where none is wanted', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    await produce(broker, 'events', events(0, 100))
    const limited = await open(broker, {}, { limit: 5 })
    assert.deepEqual(ids(await take(limited)), upTo(0, 5))
    await limited.close()
    const counting = await open(broker, { 'scan.bounded.mode': 'latest-offset' }, {}, [])
    assert.equal((await take(counting, undefined, [])).length, 100)
    await counting.close()
  })

  it('goes on over a broker that was killed and restarted, no record lost or twice', async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 2 })
    await produce(broker, 'events', events(0, 500), { partition: 0 })
    const properties = { 'properties.retry.backoff.ms': '10', 'properties.reconnect.backoff.ms': '10' }
    const reader = await open(broker, properties, { host: nodeHost })
    const rows = await take(reader, 100)
    await broker.stopListening()
    rows.push(...(await take(reader, 50)))
    await broker.restart()
    await produce(broker, 'events', events(500, 600), { partition: 1 })
    rows.push(...(await take(reader, 450)))
    assert.deepEqual(
      ids(rows)
        .map(Number)
        .sort((a, b) => a - b),
      upTo(0, 600),
    )
    await reader.close()
  })

  it('an unknown topic and an unreachable broker fail the start', async () => {
    await using broker = await startBroker()
    broker.createTopic('event')
    await assert.rejects(open(broker), coded('KAFKA_UNKNOWN_TOPIC', /Did you mean 'event'/))
    const nowhere = { 'properties.bootstrap.servers': '127.0.0.1:1' }
    await assert.rejects(open(broker, nowhere, { host: fastHost(50) }), coded('KAFKA_UNREACHABLE', /127.0.0.1:1/))
  })
})

describe('kafka sink', () => {
  const columns: Schema = [
    { name: 'province', type: t.STRING },
    { name: 'amount', type: t.DOUBLE },
    { name: 'rowtime', type: t.timestamp(3) },
  ]
  const rows: Value[][] = [
    ['beijing', 1101223.765261142, Date.UTC(2020, 8, 2, 10, 13, 35)],
    ['上海', 12345678.9, Date.UTC(2020, 8, 2, 10, 13, 40)],
  ]
  const sinkOf = (broker: RunningBroker, more: Record<string, string> = {}) =>
    kafka.sink!(
      tableOf({ topic: 'results', 'properties.bootstrap.servers': broker.bootstrap, format: 'json', ...more }, columns),
    )

  it('flush waits for the acknowledgements', async () => {
    await using broker = await startBroker()
    broker.createTopic('results')
    const writer = sinkOf(broker).createWriter(writerContext(columns, { host: hostOf(broker) }))
    await writer.open()
    writer.write(batchOf(columns, rows))
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    assert.deepEqual(
      (await readTopic(client, 'results', 2)).map(({ value, key }) => [key, value]),
      [
        [null, '{"province":"beijing","amount":1101223.765261142,"rowtime":"2020-09-02 10:13:35"}'],
        [null, '{"province":"上海","amount":1.23456789E7,"rowtime":"2020-09-02 10:13:40"}'],
      ],
    )
    await writer.close()
  })

  it('writes timestamp and headers, and with fixed one partition a subtask', async () => {
    await using broker = await startBroker()
    broker.createTopic('results', { partitions: 3 })
    const consumed: ProducedColumn[] = [
      columns[0],
      { name: 'ts', type: t.timestampLtz(3), metadata: 'timestamp' },
      { name: 'h', type: t.map(t.STRING, t.BYTES), metadata: 'headers' },
    ]
    const sink = sinkOf(broker, { 'sink.partitioner': 'fixed' })
    const writer = sink.createWriter(writerContext(consumed, { host: hostOf(broker), subtask: 4, parallelism: 5 }))
    await writer.open()
    const header = { keys: ['k'], values: [Uint8Array.of(65)] }
    writer.write(
      batchOf(
        consumed,
        [...Array(5)].map((_, i) => [`p${i}`, 5000 + i, header]),
      ),
    )
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    const found = await readTopic(client, 'results', 5)
    assert.deepEqual(
      found.map(({ partition, timestamp, value }) => [partition, timestamp, value]),
      upTo(0, 5).map((i) => [1, 5000 + i, `{"province":"p${i}"}`]),
    )
    assert.deepEqual(
      found[0].headers.map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
      [['k', 'A']],
    )
    await writer.close()
  })

  it('is full when buffer.memory is, and ready again when the brokers have answered', async () => {
    await using broker = await startBroker()
    broker.createTopic('results')
    const sink = sinkOf(broker, { 'properties.buffer.memory': '1000' })
    const writer = sink.createWriter(writerContext(columns, { host: hostOf(broker) }))
    await writer.open()
    const ready = new Promise<void>((resolve) => writer.onReady(resolve))
    writer.write(
      batchOf(
        columns,
        [...Array(100)].map(() => rows[0]),
      ),
    )
    assert.equal(writer.full, true)
    await ready
    assert.equal(writer.full, false)
    await writer.flush()
    await writer.close()
  })
})
