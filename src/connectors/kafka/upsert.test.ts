/** The upsert connector against the dev broker: what it writes, what it reads, what it refuses. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Partitioners } from 'kafkajs'
import type { Format } from '../../formats/contract.ts'
import { csvFormat } from '../../formats/csv/format.ts'
import { jsonFormat } from '../../formats/json/format.ts'
import { rawFormat } from '../../formats/raw/format.ts'
import { type RunningBroker, startBroker } from '../../kafka/broker/index.ts'
import { readTopic } from '../../kafka/client/test-cluster.ts'
import { KafkaClient, KafkaProducer } from '../../kafka/index.ts'
import { batchOf, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { RETRACT, RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn, ReaderContext, WriterContext } from '../contract.ts'
import { readerContext, request, writerContext } from '../test-support.ts'
import { coded, hostOf, type Rows, take } from './test-topics.ts'
import { upsertKafka } from './upsert-connector.ts'

const { INSERT, UPDATE_AFTER, UPDATE_BEFORE, DELETE } = RowKind
const columns: Schema = [
  { name: 'k_shop', type: t.notNull(t.STRING) },
  { name: 'amount', type: t.notNull(t.INT) },
  { name: 'k_id', type: t.notNull(t.INT) },
  { name: 'note', type: t.STRING },
]
const PREFIXED = { 'key.fields-prefix': 'k_', 'value.fields-include': 'EXCEPT_KEY' }

const tableOf = (
  more: Record<string, string> = {},
  primaryKey = ['k_id', 'k_shop'],
  schema = columns,
  formats: readonly Format[] = [],
) =>
  request(upsertKafka, {
    schema,
    primaryKey,
    options: {
      topic: 'totals',
      'properties.bootstrap.servers': '127.0.0.1:1',
      'key.format': 'json',
      'value.format': 'json',
      ...more,
    },
    formats: [jsonFormat, csvFormat, rawFormat, ...formats],
    table: 'totals',
  })

const at = (broker: RunningBroker) => ({ 'properties.bootstrap.servers': broker.bootstrap })

async function written(
  broker: RunningBroker,
  more: Record<string, string>,
  rows: readonly Value[][],
  kinds: readonly number[],
  context: Partial<WriterContext> = {},
) {
  const sink = upsertKafka.sink!(tableOf({ ...at(broker), ...more }))
  const writer = sink.createWriter(writerContext(columns, { host: hostOf(broker), ...context }))
  await writer.open()
  writer.write(batchOf(columns, rows, kinds))
  return writer
}

async function records(broker: RunningBroker, count: number) {
  await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
  return (await readTopic(client, 'totals', count)).map(({ key, value }) => [key, value])
}

async function put(broker: RunningBroker, list: readonly (readonly [key: string | null, value: string | null])[]) {
  await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
  const producer = new KafkaProducer(client)
  const writer = await producer.topic('totals')
  for (const [key, value] of list) {
    const [k, v] = [key, value].map((text) => (text === null ? null : Buffer.from(text)))
    writer.append(0, 1000, k, 0, k?.length ?? 0, v, 0, v?.length ?? 0)
  }
  await producer.flush()
  producer.close()
}

async function read(
  broker: RunningBroker,
  more: Record<string, string> = {},
  produced: readonly ProducedColumn[] = columns,
  context: Partial<ReaderContext> = {},
): Promise<Rows> {
  const table = tableOf({ ...at(broker), 'scan.bounded.mode': 'latest-offset', ...more })
  const reader = upsertKafka.source!(table).createReader(readerContext(produced, { host: hostOf(broker), ...context }))
  await reader.open()
  try {
    return await take(reader, Number.POSITIVE_INFINITY, produced)
  } finally {
    await reader.close()
  }
}

const ROWS: Value[][] = [
  ['a', 1, 7, 'x'],
  ['a', 2, 7, null],
  ['b', 3, 7, 'y'],
  ['a', 2, 7, null],
]

describe('upsert-kafka sink', () => {
  it('writes the primary key as key, in its order, and deletions as tombstones', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const writer = await written(broker, {}, ROWS, [INSERT, UPDATE_AFTER, UPDATE_BEFORE, DELETE])
    await writer.flush()
    assert.deepEqual(await records(broker, 4), [
      ['{"k_id":7,"k_shop":"a"}', '{"k_shop":"a","amount":1,"k_id":7,"note":"x"}'],
      ['{"k_id":7,"k_shop":"a"}', '{"k_shop":"a","amount":2,"k_id":7,"note":null}'],
      ['{"k_id":7,"k_shop":"b"}', null],
      ['{"k_id":7,"k_shop":"a"}', null],
    ])
    await writer.close()
  })

  it('leaves key columns out of the value, and their prefix out of the key', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const writer = await written(broker, { ...PREFIXED, 'key.format': 'csv' }, ROWS.slice(0, 1), [INSERT])
    await writer.flush()
    assert.deepEqual(await records(broker, 1), [['7,a', '{"amount":1,"note":"x"}']])
    await writer.close()
  })

  it('one key is always in one partition, the one that Kafka chooses', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals', { partitions: 5 })
    const rows = Array.from({ length: 40 }, (_, i): Value[] => ['a', i, i % 8, null])
    const kinds = rows.map((_, i) => (i % 5 === 4 ? DELETE : UPDATE_AFTER))
    const writer = await written(broker, {}, rows, kinds)
    await writer.flush()
    await using client = new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })
    const found = await readTopic(client, 'totals', 40)
    assert.equal(new Set(found.map(({ key }) => key)).size, 8)
    // Another client that partitions as Kafka's own does (murmur2 of the key).
    const partitionOf = Partitioners.DefaultPartitioner()
    const partitionMetadata = [0, 1, 2, 3, 4].map((partitionId) => ({ partitionId, leader: 0 }) as never)
    for (const { key, partition } of found) {
      assert.equal(
        partition,
        partitionOf({ topic: 'totals', partitionMetadata, message: { key, value: null } }),
        `${key}`,
      )
    }
    assert.ok(new Set(found.map(({ partition }) => partition)).size > 1)
    await writer.close()
  })

  it('keeps the last row of a key until there are enough of them, or a barrier comes', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const buffer = { 'sink.buffer-flush.max-rows': '3', 'sink.buffer-flush.interval': '1 h' }
    const writer = await written(broker, buffer, ROWS, [INSERT, UPDATE_AFTER, INSERT, DELETE])
    writer.write(batchOf(columns, [['c', 9, 1, null]], [INSERT]))
    writer.write(batchOf(columns, [['d', 9, 1, null]], [INSERT]))
    await writer.flush()
    assert.deepEqual(await records(broker, 4), [
      ['{"k_id":7,"k_shop":"a"}', null],
      ['{"k_id":7,"k_shop":"b"}', '{"k_shop":"b","amount":3,"k_id":7,"note":"y"}'],
      ['{"k_id":1,"k_shop":"c"}', '{"k_shop":"c","amount":9,"k_id":1,"note":null}'],
      ['{"k_id":1,"k_shop":"d"}', '{"k_shop":"d","amount":9,"k_id":1,"note":null}'],
    ])
    await writer.close()
  })

  it('writes what it keeps into the transaction of the barrier that covers it', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const more = {
      'sink.buffer-flush.max-rows': '1000',
      'sink.buffer-flush.interval': '1 h',
      'sink.delivery-guarantee': 'exactly-once',
      'sink.transactional-id-prefix': 'totals',
    }
    const writer = await written(broker, more, ROWS, [INSERT, UPDATE_AFTER, INSERT, DELETE])
    const committables = await writer.transactions!.prepareCommit(1)
    writer.write(batchOf(columns, [['c', 9, 1, null]], [INSERT]))
    await writer.transactions!.commit(committables)
    assert.equal((await records(broker, 2)).length, 2)
    await writer.close()
  })

  it('writes what it keeps when the interval is over', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const buffer = { 'sink.buffer-flush.max-rows': '1000', 'sink.buffer-flush.interval': '20 ms' }
    const writer = await written(broker, buffer, ROWS, [INSERT, UPDATE_AFTER, INSERT, DELETE])
    assert.equal((await records(broker, 2)).length, 2)
    await writer.close()
  })
})

describe('upsert-kafka source', () => {
  const A = '{"k_id":7,"k_shop":"a"}'

  it('reads a record without value as the deletion of its key', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [
      [A, '{"k_shop":"a","amount":1,"k_id":7,"note":"x"}'],
      [A, null],
      ['{"k_id":8,"k_shop":"a"}', '{"k_shop":"a","amount":2,"k_id":8}'],
      [null, '{"k_shop":"no key","amount":2,"k_id":8}'],
      [null, null],
    ])
    assert.deepEqual(await read(broker), [
      ['+I', 'a', 1, 7, 'x'],
      ['-D', 'a', 0, 7, null],
      ['+I', 'a', 2, 8, null],
    ])
  })

  it('takes key columns from the key where the value has none, whatever columns are asked for', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [
      ['7,a', '{"amount":1,"note":"x"}'],
      ['8,b', null],
      ['9,c', '{"amount":3}'],
    ])
    const more = { ...PREFIXED, 'key.format': 'csv' }
    assert.deepEqual(await read(broker, more), [
      ['+I', 'a', 1, 7, 'x'],
      ['-D', 'b', 0, 8, null],
      ['+I', 'c', 3, 9, null],
    ])
    const some: ProducedColumn[] = [
      { name: 'offset', type: t.notNull(t.BIGINT), metadata: 'offset' },
      columns[3],
      columns[2],
    ]
    assert.deepEqual(await read(broker, more, some), [
      ['+I', 0, 'x', 7],
      ['-D', 1, null, 8],
      ['+I', 2, null, 9],
    ])
  })

  it('reads NULL in a key column, and nothing of a record without a key', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [
      ['{"k_id":null,"k_shop":"a"}', '{"k_shop":"a","amount":1}'],
      ['{"k_shop":"b"}', null],
      [null, null],
    ])
    assert.deepEqual(await read(broker), [
      ['+I', 'a', 1, null, null],
      ['-D', 'b', 0, null, null],
    ])
  })

  it('passes over a record whose key is broken, and a deletion in front of it stays one', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [
      [A, null],
      ['{"k_id":', '{"amount":1}'],
      ['{"k_id":', null],
      [A, '{"k_shop":"a","amount":'],
      [A, '{"k_shop":"a","amount":2,"k_id":7}'],
    ])
    const bad: string[] = []
    const badRecord: ReaderContext['badRecord'] = ({ offset, reason }) => bad.push(`${offset} ${reason}`)
    assert.deepEqual(await read(broker, { 'bad-records': 'table' }, columns, { badRecord }), [
      ['-D', 'a', 0, 7, null],
      ['+I', 'a', 2, 7, null],
    ])
    assert.deepEqual(
      bad.map((line) => line.slice(0, 24)),
      ['1 In the key of the reco', '2 In the key of the reco', '3 The record is not vali'],
    )
  })

  it('goes on behind a snapshot', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [
      [A, '{"k_shop":"a","amount":1,"k_id":7}'],
      [A, null],
    ])
    const reader = upsertKafka.source!(tableOf(at(broker))).createReader(
      readerContext(columns, { host: hostOf(broker) }),
    )
    await reader.open()
    assert.equal((await take(reader, 1, columns)).length, 1)
    const restored = reader.snapshot()
    await reader.close()
    assert.deepEqual(await read(broker, {}, columns, { restored }), [['-D', 'a', 0, 7, null]])
  })

  it('says that it is the key which cannot be read, and where', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    await put(broker, [['{"k_id":', '{"amount":1}']])
    await assert.rejects(read(broker), coded('CONNECTOR_KAFKA_RECORD', /totals.*key of the record/s))
  })

  it('tells rows from deletions in one batch, and behind the first growth of its columns', async () => {
    await using broker = await startBroker()
    broker.createTopic('totals')
    const many = Array.from(
      { length: 300 },
      (_, i) =>
        [`{"k_id":${i},"k_shop":"a"}`, i % 3 === 0 ? null : `{"k_shop":"a","amount":${i},"k_id":${i}}`] as const,
    )
    await put(broker, many)
    const rows = await read(broker)
    assert.deepEqual(
      rows.map(([kind, , amount, id]) => [kind, amount, id]),
      many.map(([, value], i) => (value === null ? ['-D', 0, i] : ['+I', i, i])),
    )
  })
})

describe('upsert-kafka options', () => {
  const refused = (direction: 'source' | 'sink', table: () => ReturnType<typeof tableOf>, code: string, text: RegExp) =>
    assert.throws(() => upsertKafka[direction]!(table()), coded(code, text))

  for (const direction of ['source', 'sink'] as const) {
    it(`tells what is missing or contradicts itself (${direction})`, () => {
      refused(
        direction,
        () => tableOf({}, []),
        'CONNECTOR_KAFKA_OPTION',
        /needs a PRIMARY KEY.*PRIMARY KEY \(…\) NOT ENF/s,
      )
      refused(direction, () => tableOf({ 'key.fields-prefix': 'k_' }), 'CONNECTOR_KAFKA_OPTION', /EXCEPT_KEY/)
      refused(
        direction,
        () => tableOf(PREFIXED, ['amount']),
        'CONNECTOR_KAFKA_OPTION',
        /'amount' does not begin.*'k_amount'/s,
      )
      refused(direction, () => tableOf({ topic: '' }), 'CONNECTOR_KAFKA_OPTION', /neither 'topic' nor/)
      for (const key of ['key.format', 'value.format']) {
        const changes = { ...jsonFormat, identifier: 'cdc-json', changelog: RETRACT }
        refused(
          direction,
          () => tableOf({ [key]: 'cdc-json' }, ['k_id'], columns, [changes]),
          'CONNECTOR_KAFKA_OPTION',
          new RegExp(`'${key}' = 'cdc-json' has kinds of changes of its own`),
        )

        assert.throws(
          () => {
            const table = tableOf()
            const format = (name: string) => (name === key ? undefined : table.format(name))
            upsertKafka[direction]!({ ...table, format })
          },
          coded('CONNECTOR_MISSING_OPTION', new RegExp(`'${key}' is required`)),
        )
      }
    })
  }

  it('tells what is missing or contradicts itself when writing', () => {
    refused(
      'sink',
      () => tableOf({ 'sink.buffer-flush.max-rows': '3' }),
      'CONNECTOR_KAFKA_OPTION',
      /needs 'sink.buffer-flush.interval'/,
    )
    refused(
      'sink',
      () => tableOf({ 'sink.delivery-guarantee': 'exactly-once' }),
      'CONNECTOR_KAFKA_OPTION',
      /transactional-id-prefix/,
    )
  })
})
