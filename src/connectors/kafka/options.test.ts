/** Options of today and of Flink 1.10, without a broker. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { jsonFormat } from '../../formats/json/format.ts'
import * as t from '../../types/logical-type.ts'
import { request } from '../test-support.ts'
import { kafka, sinkSettings, sourceSettings } from './connector.ts'
import { translateLegacy } from './legacy.ts'
import { ownerOf, partitionOfName } from './splits.ts'

const base = {
  topic: 'a',
  'properties.bootstrap.servers': 'h:9092',
  'scan.startup.mode': 'earliest-offset',
  format: 'json',
}
const tableOf = (options: Record<string, string>) =>
  request(kafka, { schema: [{ name: 'x', type: t.INT }], options, formats: [jsonFormat], table: 'tbl' })

test('defaults and families', () => {
  const settings = sourceSettings(
    tableOf({
      ...base,
      topic: 'a; b',
      'properties.fetch.max.bytes': '1000',
      'properties.commit.offsets.on.checkpoint': 'false',
    }),
  )
  assert.deepEqual(settings.topics, ['a', 'b'])
  assert.equal(settings.discoveryInterval, 300_000)
  assert.equal(settings.commitOnCheckpoint, false)
  assert.deepEqual(settings.bounded, { mode: 'unbounded' })
  assert.equal(settings.properties['fetch.max.bytes'], '1000')
  assert.equal(settings.properties['auto.offset.reset'], 'earliest')
  assert.equal(sinkSettings(tableOf(base)).partitioner, 'default')
  assert.equal(kafka.source!(tableOf({ ...base, 'scan.bounded.mode': 'latest-offset' })).bounded, true)
  assert.equal(kafka.source!(tableOf({ ...base, 'scan.parallelism': '3' })).parallelism, 3)
  assert.equal(kafka.sink!(tableOf({ ...base, 'sink.parallelism': '2' })).parallelism, 2)
})

const wrong: [string, Record<string, string>, string, RegExp][] = [
  ['no topic', { topic: '' }, 'CONNECTOR_KAFKA_OPTION', /neither 'topic' nor 'topic-pattern'/],
  ['topic and pattern', { 'topic-pattern': 'x' }, 'CONNECTOR_KAFKA_OPTION', /not both/],
  ['a broken pattern', { topic: '', 'topic-pattern': '(' }, 'CONNECTOR_KAFKA_OPTION', /no regular expression/],
  [
    'no group',
    { 'scan.startup.mode': 'group-offsets' },
    'CONNECTOR_KAFKA_OPTION',
    /needs 'properties.group.id'.*earliest-offset/s,
  ],
  [
    'bad records that nobody sees',
    { 'bad-records': 'skip', 'json.ignore-parse-errors': 'true' },
    'CONNECTOR_KAFKA_OPTION',
    /'bad-records' = 'skip' would never see a record.*json.ignore-parse-errors/s,
  ],
  [
    'a topic for bad records that are not kept',
    { 'bad-records.topic': 'bad', 'bad-records': 'skip' },
    'CONNECTOR_KAFKA_OPTION',
    /'bad-records.topic' needs 'bad-records' = 'table'/,
  ],
  [
    'bad records in a circle',
    { 'bad-records.topic': 'ab', 'bad-records': 'table', topic: '', 'topic-pattern': 'a.*' },
    'CONNECTOR_KAFKA_OPTION',
    /'ab', which the table itself reads/,
  ],
  ['no time', { 'scan.startup.mode': 'timestamp' }, 'CONNECTOR_KAFKA_OPTION', /needs 'scan.startup.timestamp-millis'/],
  [
    'no offsets',
    { 'scan.bounded.mode': 'specific-offsets' },
    'CONNECTOR_KAFKA_OPTION',
    /needs 'scan.bounded.specific-offsets'/,
  ],
  [
    'broken offsets',
    { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': '0:42' },
    'CONNECTOR_WRONG_OPTION_VALUE',
    /partition:0,offset:42/,
  ],
  [
    'a misspelt property',
    { 'properties.fetch.max.byte': '1' },
    'KAFKA_UNKNOWN_PROPERTY',
    /Did you mean 'fetch.max.bytes'/,
  ],
  ['a bad property', { 'properties.fetch.max.bytes': 'x' }, 'KAFKA_BAD_PROPERTY', /fetch.max.bytes/],
  ['no format', { format: '' }, 'CONNECTOR_MISSING_OPTION', /format/],
]
for (const [name, options, code, text] of wrong) {
  test(`a source with ${name} is an error`, () => {
    const all = Object.fromEntries(Object.entries({ ...base, ...options }).filter(([, value]) => value !== ''))
    assert.throws(
      () => kafka.source!(tableOf(all)),
      (e) => isRivuletError(e) && e.code === code && text.test(`${e.message} ${e.hint}`),
    )
  })
}

test('what a sink cannot do yet is said', () => {
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ 'sink.delivery-guarantee': 'exactly-once' }, 'CONNECTOR_KAFKA_OPTION', /needs 'sink.transactional-id-prefix'/],
    [{ 'sink.partitioner': 'com.example.P' }, 'CONNECTOR_NOT_YET', /com.example.P/],
    [{ topic: 'a;b' }, 'CONNECTOR_KAFKA_OPTION', /exactly one topic/],
  ]
  for (const [options, code, text] of cases) {
    assert.throws(
      () => kafka.sink!(tableOf({ ...base, ...options })),
      (e) => isRivuletError(e) && e.code === code && text.test(`${e.message} ${e.hint}`),
    )
  }
})

const entriesOf = (options: Record<string, string>) =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value }]))
const valuesOf = (entries: Record<string, { readonly value: string }>) =>
  Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value]))

test('options of Flink 1.10 become those of today', () => {
  const legacy = {
    'connector.type': 'kafka',
    'connector.version': 'universal',
    'connector.topic': 'payment_msg',
    'connector.properties.bootstrap.servers': 'h:9092',
    'connector.properties.zookeeper.connect': 'z:2181',
    'connector.properties.group.id': 'g',
    'connector.startup-mode': 'latest-offset',
    'update-mode': 'append',
    'format.type': 'json',
    'format.derive-schema': 'true',
    'format.fail-on-missing-field': 'true',
  }
  const today = valuesOf(translateLegacy(entriesOf(legacy)))
  assert.deepEqual(today, {
    connector: 'kafka',
    topic: 'payment_msg',
    'properties.bootstrap.servers': 'h:9092',
    'properties.zookeeper.connect': 'z:2181',
    'properties.group.id': 'g',
    'scan.startup.mode': 'latest-offset',
    format: 'json',
    'json.fail-on-missing-field': 'true',
  })
  const { connector: _, ...options } = today
  assert.equal(sourceSettings(tableOf(options)).startup.mode, 'latest-offset')
})

test('numbered properties and offsets of Flink 1.10', () => {
  const today = valuesOf(
    translateLegacy(
      entriesOf({
        'connector.type': 'kafka',
        'connector.properties.0.key': 'bootstrap.servers',
        'connector.properties.0.value': 'h:9092',
        'connector.properties.1.value': 'g',
        'connector.properties.1.key': 'group.id',
        'connector.specific-offsets.0.partition': '0',
        'connector.specific-offsets.0.offset': '42',
        'connector.specific-offsets.1.partition': '1',
        'connector.specific-offsets.1.offset': '300',
      }),
    ),
  )
  assert.equal(today['properties.bootstrap.servers'], 'h:9092')
  assert.equal(today['properties.group.id'], 'g')
  assert.equal(today['scan.startup.specific-offsets'], 'partition:0,offset:42;partition:1,offset:300')
})

test('unknown and impossible options of Flink 1.10 are errors', () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ 'connector.topik': 'x' }, /Did you mean 'connector.topic'/],
    [{ 'update-mode': 'upsert' }, /appended rows only/],
    [{ 'format.json-schema': '{}' }, /CREATE TABLE/],
    [{ 'connector.properties.0.key': 'group.id' }, /'value' is missing/],
    [{ 'connector.sink-partitioner': 'custom' }, /fixed/],
  ]
  for (const [options, text] of cases) {
    assert.throws(
      () => translateLegacy(entriesOf({ 'connector.type': 'kafka', ...options })),
      (e) => isRivuletError(e) && text.test(`${e.message} ${e.hint}`),
      JSON.stringify(options),
    )
  }
})

test('partitions belong to the subtasks that Flink gives them to', () => {
  // "a".hashCode() is 97 in Java, and 97 × 31 mod 4 is 3.
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((partition) => ownerOf({ topic: 'a', partition }, 4)),
    [3, 0, 1, 2, 3, 0],
  )
  assert.deepEqual(partitionOfName('my-topic-12'), { topic: 'my-topic', partition: 12 })
})
