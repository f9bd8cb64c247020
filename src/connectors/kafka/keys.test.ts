/** Plain tables with keys against the dev broker: what they write, what they read, what they refuse. */
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { Partitioners } from 'kafkajs'
import { csvFormat } from '../../formats/csv/format.ts'
import { jsonFormat } from '../../formats/json/format.ts'
import { rawFormat } from '../../formats/raw/format.ts'
import { type RunningBroker, startBroker } from '../../kafka/broker/index.ts'
import { readTopic, write } from '../../kafka/client/test-cluster.ts'
import { KafkaClient, KafkaProducer } from '../../kafka/index.ts'
import { batchOf, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { RETRACT, RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import type { ProducedColumn, ReaderContext } from '../contract.ts'
import { readerContext, request, writerContext } from '../test-support.ts'
import { kafka } from './connector.ts'
import { coded, hostOf, optionsOf, type Rows, take } from './test-topics.ts'

const columns: Schema = [
  { name: 'k_shop', type: t.STRING },
  { name: 'amount', type: t.INT },
  { name: 'k_id', type: t.INT },
  { name: 'note', type: t.STRING },
]
const KEYED = { 'key.format': 'json', 'key.fields': 'k_id;k_shop' }
const PREFIXED = { ...KEYED, 'key.fields-prefix': 'k_', 'value.fields-include': 'EXCEPT_KEY' }
const changes = { ...jsonFormat, identifier: 'cdc-json', changelog: RETRACT }

const tableOf = (options: Record<string, string>, schema = columns) =>
  request(kafka, { schema, options, formats: [jsonFormat, csvFormat, rawFormat, changes], table: 'sales' })

const clientOf = (broker: RunningBroker) => new KafkaClient(hostOf(broker), { 'bootstrap.servers': broker.bootstrap })

async function writes(
  broker: RunningBroker,
  more: Record<string, string>,
  rows: readonly Value[][],
  kinds = rows.map((): number => RowKind.INSERT),
) {
  const sink = kafka.sink!(tableOf(optionsOf(broker, more)))
  const writer = sink.createWriter(writerContext(columns, { host: hostOf(broker) }))
  await writer.open()
  writer.write(batchOf(columns, rows, kinds))
  await writer.flush()
  await writer.close()
  await using client = clientOf(broker)
  return await readTopic(client, 'events', rows.length)
}

async function put(broker: RunningBroker, list: readonly (readonly [key: string | null, value: string | null])[]) {
  broker.createTopic('events')
  await using client = clientOf(broker)
  const producer = new KafkaProducer(client)
  const writer = await producer.topic('events')
  for (const [key, value] of list) write(writer, value, { ...(key !== null && { key }), partition: 0 })
  await producer.flush()
  producer.close()
}

async function reads(
  broker: RunningBroker,
  more: Record<string, string>,
  produced: readonly ProducedColumn[] = columns,
  context: Partial<ReaderContext> = {},
  schema: Schema = columns,
): Promise<Rows> {
  const table = tableOf(optionsOf(broker, { 'scan.bounded.mode': 'latest-offset', ...more }), schema)
  const reader = kafka.source!(table).createReader(readerContext(produced, { host: hostOf(broker), ...context }))
  await reader.open()
  try {
    return await take(reader, Number.POSITIVE_INFINITY, produced)
  } finally {
    await reader.close()
  }
}

describe('a sink with keys', () => {
  const rows: Value[][] = [
    ['a', 1, 7, 'x'],
    [null, 2, null, null],
  ]

  it('writes the key columns in the order of key.fields, NULL too', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const found = await writes(broker, KEYED, rows)
    assert.deepEqual(
      found.map(({ key, value }) => [key, value]),
      [
        ['{"k_id":7,"k_shop":"a"}', '{"k_shop":"a","amount":1,"k_id":7,"note":"x"}'],
        ['{"k_id":null,"k_shop":null}', '{"k_shop":null,"amount":2,"k_id":null,"note":null}'],
      ],
    )
  })

  it('leaves them out of the value, and their prefix out of the key', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const found = await writes(broker, PREFIXED, rows.slice(0, 1))
    assert.deepEqual([found[0].key, found[0].value], ['{"id":7,"shop":"a"}', '{"amount":1,"note":"x"}'])
  })

  it('a NULL that is the whole raw key is a record without a key', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const found = await writes(broker, { 'key.format': 'raw', 'key.fields': 'k_shop' }, rows)
    assert.deepEqual(
      found.map(({ key }) => key),
      ['a', null],
    )
  })

  it('never makes a tombstone: what is taken back is told by the format of the value', async () => {
    await using broker = await startBroker()
    broker.createTopic('events')
    const found = await writes(broker, { ...KEYED, format: 'cdc-json' }, rows, [RowKind.DELETE, RowKind.UPDATE_BEFORE])
    assert.ok(found.every(({ value }) => value !== null))
  })

  it("goes to the partition that Kafka's own clients choose; with 'fixed' to one for each subtask", async () => {
    await using broker = await startBroker()
    broker.createTopic('events', { partitions: 5 })
    const many = Array.from({ length: 40 }, (_, i): Value[] => ['a', i, i % 8, null])
    const partitionOf = Partitioners.DefaultPartitioner()
    const partitionMetadata = [0, 1, 2, 3, 4].map((partitionId) => ({ partitionId, leader: 0 }) as never)
    const found = await writes(broker, KEYED, many)
    for (const { key, partition } of found) {
      assert.equal(partition, partitionOf({ topic: 'events', partitionMetadata, message: { key, value: null } }))
    }
    assert.ok(new Set(found.map(({ partition }) => partition)).size > 1)

    await using other = await startBroker()
    other.createTopic('events', { partitions: 5 })
    const fixed = await writes(other, { ...KEYED, 'sink.partitioner': 'fixed' }, many)
    assert.deepEqual(new Set(fixed.map(({ partition }) => partition)), new Set([0]))
  })
})

describe('a source with keys', () => {
  it('takes key columns from the value where the value has them', async () => {
    await using broker = await startBroker()
    await put(broker, [
      ['{"k_id":7,"k_shop":"a"}', '{"k_shop":"b","amount":1}'],
      ['{}', '{"k_shop":"c","amount":2,"k_id":8}'],
    ])
    assert.deepEqual(await reads(broker, KEYED), [
      ['+I', 'b', 1, null, null],
      ['+I', 'c', 2, 8, null],
    ])
  })

  it('takes them from the key else; a record without a key or without a value has no JSON row', async () => {
    await using broker = await startBroker()
    await put(broker, [
      ['{"id":7,"shop":"a"}', '{"amount":1,"note":"x"}'],
      [null, '{"amount":null}'],
      ['{"id":8}', '{"amount":2}'],
      ['{"id":9}', null],
      [null, null],
      ['{"shop":"e"}', '{"amount":5}'],
    ])
    assert.deepEqual(await reads(broker, PREFIXED), [
      ['+I', 'a', 1, 7, 'x'],
      ['+I', null, 2, 8, null],
      ['+I', 'e', 5, null, null],
    ])
    const some: ProducedColumn[] = [{ name: 'offset', type: t.notNull(t.BIGINT), metadata: 'offset' }, columns[1]]
    // Which records are rows does not depend on the columns that are asked for.
    assert.deepEqual(await reads(broker, PREFIXED, some), [
      ['+I', 0, 1],
      ['+I', 2, 2],
      ['+I', 5, 5],
    ])
  })

  const RAW = { 'key.format': 'raw', 'key.fields': 'k_shop', 'value.fields-include': 'EXCEPT_KEY' }

  it('reads an absent raw key as NULL', async () => {
    await using broker = await startBroker()
    await put(broker, [
      ['a', '{"amount":1}'],
      [null, '{"amount":2}'],
      ['', '{"amount":3}'],
    ])
    const produced = columns.slice(0, 2)
    assert.deepEqual(await reads(broker, RAW, produced), [
      ['+I', 'a', 1],
      ['+I', null, 2],
      ['+I', '', 3],
    ])
  })

  it('says where a key is that a NOT NULL column wants, or passes over it', async () => {
    await using broker = await startBroker()
    await put(broker, [
      ['a', '{"amount":1}'],
      [null, '{"amount":2}'],
      ['c', '{"amount":3}'],
    ])
    const strict: Schema = [{ name: 'k_shop', type: t.notNull(t.STRING) }, ...columns.slice(1)]
    const produced = strict.slice(0, 2)
    await assert.rejects(
      reads(broker, RAW, produced, {}, strict),
      coded(
        'CONNECTOR_KAFKA_RECORD',
        /topic 'events', partition 0, offset 1: In the key of the record: The field 'k_shop' has no value, and its column is NOT NULL/,
      ),
    )
    const bad: string[] = []
    const badRecord: ReaderContext['badRecord'] = ({ code, offset }) => bad.push(`${code} ${offset}`)
    assert.deepEqual(await reads(broker, { ...RAW, 'bad-records': 'table' }, produced, { badRecord }, strict), [
      ['+I', 'a', 1],
      ['+I', 'c', 3],
    ])
    assert.deepEqual(bad, ['FORMAT_KEY_NULL 1'])
  })

  it('says that it is the key which cannot be read, or passes over it', async () => {
    await using broker = await startBroker()
    await put(broker, [
      ['{"id":', '{"amount":1}'],
      ['{"id":2}', '{"amount":'],
      ['{"id":3}', '{"amount":3}'],
    ])
    // Also where no column of the key is asked for.
    await assert.rejects(
      reads(broker, PREFIXED, [columns[1]]),
      coded('CONNECTOR_KAFKA_RECORD', /In the key of the record/),
    )
    const bad: string[] = []
    const badRecord: ReaderContext['badRecord'] = ({ reason }) => bad.push(reason.slice(0, 24))
    assert.deepEqual(await reads(broker, { ...PREFIXED, 'bad-records': 'table' }, columns, { badRecord }), [
      ['+I', null, 3, 3, null],
    ])
    assert.deepEqual(bad, ['In the key of the record', 'The record is not valid '])
  })

  it('derives a time in the key as in the value', () => {
    const derives = (more: Record<string, string>) =>
      kafka.source!(
        tableOf({
          topic: 'a',
          'properties.bootstrap.servers': 'h:1',
          'scan.startup.mode': 'earliest-offset',
          format: 'json',
          ...more,
        }),
      ).derives
    assert.deepEqual(derives(KEYED), derives({}))
    assert.deepEqual(derives({ 'key.format': 'raw', 'key.fields': 'note' }), [])
  })
})

const refused: [string, Record<string, string>, RegExp][] = [
  ['key.fields without key.format', { 'key.fields': 'k_id' }, /'key.fields' needs 'key.format'/],
  ['key.format without key.fields', { 'key.format': 'json' }, /needs 'key.fields'.*k_shop, amount, k_id, note/s],
  [
    'a misspelt column',
    { ...KEYED, 'key.fields': 'k_ib' },
    /'k_ib', which is no physical column.*Did you mean 'k_id'/s,
  ],
  ['a column far from all', { ...KEYED, 'key.fields': 'zzzzzz' }, /can be in the key: k_shop, amount, k_id, note/],
  ['columns with commas', { ...KEYED, 'key.fields': 'k_id,k_shop' }, /separated by ';'/],
  ['a column twice', { ...KEYED, 'key.fields': 'k_id;amount;k_id' }, /'k_id' twice/],
  ['a prefix with ALL', { ...KEYED, 'key.fields-prefix': 'k_' }, /needs 'value.fields-include' = 'EXCEPT_KEY'/],
  ['a prefix with ALL and no key', { 'key.fields-prefix': 'k_' }, /needs 'value.fields-include' = 'EXCEPT_KEY'/],
  ['a column without the prefix', { ...PREFIXED, 'key.fields': 'k_id;note' }, /'note' does not begin.*'k_note'/s],
  ['changes in the key', { ...KEYED, 'key.format': 'cdc-json' }, /'cdc-json' has kinds of changes/],
]
const BASE = {
  topic: 'a',
  'properties.bootstrap.servers': 'h:9092',
  'scan.startup.mode': 'earliest-offset',
  format: 'json',
}
for (const direction of ['source', 'sink'] as const) {
  for (const [name, more, text] of refused) {
    test(`${name} is an error of a ${direction}`, () => {
      assert.throws(() => kafka[direction]!(tableOf({ ...BASE, ...more })), coded('CONNECTOR_KAFKA_OPTION', text))
    })
  }
}

test('changes in the value beside a key cannot be read, and round-robin is for records without keys', () => {
  assert.throws(
    () => kafka.source!(tableOf({ ...BASE, ...KEYED, format: 'cdc-json' })),
    coded('CONNECTOR_KAFKA_OPTION', /'format' = 'cdc-json' has kinds/),
  )
  assert.throws(
    () => kafka.sink!(tableOf({ ...BASE, ...KEYED, 'sink.partitioner': 'round-robin' })),
    coded('CONNECTOR_KAFKA_OPTION', /'round-robin' is for records without keys/),
  )
  kafka.sink!(tableOf({ ...BASE, 'sink.partitioner': 'round-robin' }))
})

test('EXCEPT_KEY without a key is every column, as in Flink', () => {
  const settings = { ...BASE, 'value.fields-include': 'EXCEPT_KEY', 'key.fields-prefix': 'k_' }
  kafka.source!(tableOf(settings))
  kafka.sink!(tableOf(settings))
})
