/**
 * Plain Kafka tables with keys, embedded and on Flink with its own connector: the same SQL writes the same records into the same
 * partitions and reads the same rows, from records that others wrote and from those of the other one.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { readRecords } from '../../src/cli/read-records.ts'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { write } from '../../src/kafka/client/test-cluster.ts'
import { KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'
import { runCli } from '../harness/cli.ts'
import { type RealFlink, startFlink } from '../harness/real-flink.ts'

type Table = readonly [columns: string, options: string]

const EXCEPT = `'value.fields-include' = 'EXCEPT_KEY'`

/** By name: a table, and what is written to it. */
const WRITTEN: Readonly<Record<string, readonly [...Table, query: string]>> = {
  all: ['usr STRING, num INT', `'key.format' = 'json', 'key.fields' = 'usr'`, 'SELECT usr, num FROM events'],
  order: [
    'usr STRING, num INT, amount INT',
    `'key.format' = 'json', 'key.fields' = 'amount;usr', ${EXCEPT}`,
    'SELECT usr, num, amount FROM events',
  ],
  prefix: [
    'num INT, k_num INT, k_usr STRING',
    `'key.format' = 'json', 'key.fields' = 'k_usr;k_num', 'key.fields-prefix' = 'k_', ${EXCEPT}`,
    'SELECT num, MOD(num, 5), usr FROM events',
  ],
  csv: [
    'usr STRING, num INT, amount INT',
    `'key.format' = 'csv', 'key.csv.field-delimiter' = '|', 'key.fields' = 'usr;amount'`,
    'SELECT usr, num, amount FROM events',
  ],
  raw: ['usr STRING, num INT', `'key.format' = 'raw', 'key.fields' = 'usr'`, 'SELECT usr, num FROM events'],
  number: [
    'num BIGINT, usr STRING',
    `'key.format' = 'raw', 'key.fields' = 'num', ${EXCEPT}`,
    'SELECT MOD(num, 7), usr FROM events',
  ],
  'every column': ['usr STRING', `'key.format' = 'json', 'key.fields' = 'usr', ${EXCEPT}`, 'SELECT usr FROM events'],
  fixed: [
    'usr STRING, num INT',
    `'key.format' = 'json', 'key.fields' = 'usr', 'sink.partitioner' = 'fixed'`,
    'SELECT usr, num FROM events',
  ],
  'nothing of a key': ['usr STRING, num INT', EXCEPT, `SELECT usr, num FROM events`],
}

/** By name: a table over records of the test, their topic, and what is asked of it (`t`). */
const READ: Readonly<Record<string, readonly [...Table, topic: string, columns: string, query: string]>> = {
  'value first': [
    'id INT, k STRING, v INT',
    `'key.format' = 'json', 'key.fields' = 'k;id'`,
    'mixed',
    'id INT, k STRING, v INT',
    'SELECT * FROM t',
  ],
  'key only': [
    'id INT, k STRING, v INT',
    `'key.format' = 'json', 'key.fields' = 'k;id', ${EXCEPT}`,
    'mixed',
    'id INT, k STRING, v INT',
    'SELECT * FROM t',
  ],
  'both under names': [
    "key_id INT, id INT, v INT, o BIGINT METADATA FROM 'offset' VIRTUAL",
    `'key.format' = 'json', 'key.fields' = 'key_id', 'key.fields-prefix' = 'key_', ${EXCEPT}`,
    'mixed',
    'key_id INT, id INT, v INT, o BIGINT',
    'SELECT key_id, id, v, o FROM t',
  ],
  'no column of the key': [
    'id INT, k STRING, v INT',
    `'key.format' = 'json', 'key.fields' = 'k;id', ${EXCEPT}`,
    'mixed',
    'v INT',
    'SELECT v FROM t',
  ],
  'raw key': [
    'k STRING, id INT, v INT',
    `'key.format' = 'raw', 'key.fields' = 'k', ${EXCEPT}`,
    'mixed',
    'k STRING, id INT, v INT',
    'SELECT * FROM t',
  ],
  'raw key, value first': [
    'k STRING, id INT, v INT',
    `'key.format' = 'raw', 'key.fields' = 'k'`,
    'mixed',
    'k STRING, id INT, v INT',
    'SELECT * FROM t',
  ],
  'raw both': [
    'v STRING, k STRING',
    `'value.format' = 'raw', 'key.format' = 'raw', 'key.fields' = 'k', ${EXCEPT}`,
    'mixed',
    'v STRING, k STRING',
    'SELECT * FROM t',
  ],
  'csv key': [
    'name STRING, v INT, id INT',
    `'key.format' = 'csv', 'key.fields' = 'id;name', ${EXCEPT}`,
    'lines',
    'name STRING, v INT, id INT',
    'SELECT * FROM t',
  ],
  'broken keys ignored': [
    'id INT, v INT',
    `'key.format' = 'json', 'key.json.ignore-parse-errors' = 'true', 'key.fields' = 'id', ${EXCEPT}`,
    'broken',
    'id INT, v INT',
    'SELECT * FROM t',
  ],
}

const RECORDS: Readonly<Record<string, readonly (readonly [key: string | null, value: string | null])[]>> = {
  mixed: [
    ['{"id":1,"k":"a"}', '{"id":11,"v":10}'],
    [null, '{"id":2,"v":20}'],
    ['{"id":3}', '{"v":30}'],
    ['{"id":4,"k":"d"}', null],
    [null, null],
    ['{}', '{"id":5,"v":50}'],
    ['{"id":6,"k":"f"}', '{"id":null,"k":"F"}'],
    [null, '{}'],
    ['{"k":"g","id":7}', '{"id":7,"v":70}'],
  ],
  lines: [
    ['1,a', '{"v":1}'],
    [null, '{"v":2}'],
    ['3,', '{"v":3}'],
    ['4,d', null],
    ['"5","e, f"', '{}'],
  ],
  // A key that is no JSON at all is a NullPointerException of Flink's, and gives no row here.
  broken: [
    ['{"id":"x"}', '{"v":2}'],
    ['{"id":3}', '{"v":3}'],
    [null, '{"v":4}'],
  ],
}

const topicOf = (where: string, kind: string, name: string) => `${where}-${kind}-${name.replaceAll(/[ ,]+/g, '-')}`

describe('tables with keys embedded and on Flink', { timeout: 300_000 }, () => {
  let folder: string
  let broker: RunningBroker
  let flink: RealFlink
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rivulet-flink-keys-'))
    broker = await startBroker()
    await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap })
    const producer = new KafkaProducer(client)
    broker.createTopic('events')
    const events = await producer.topic('events')
    for (let i = 0; i < 60; i++) {
      const usr = i % 9 === 8 ? null : `u${i % 4}`
      write(events, JSON.stringify({ num: i, usr, amount: (i * 37) % 11 }))
    }
    for (const [topic, records] of Object.entries(RECORDS)) {
      broker.createTopic(topic)
      const writer = await producer.topic(topic)
      for (const [key, value] of records) write(writer, value, { ...(key !== null && { key }), partition: 0 })
    }
    await producer.flush()
    producer.close()
    for (const where of ['embedded', 'flink']) {
      for (const name of Object.keys(WRITTEN)) {
        broker.createTopic(topicOf(where, 'written', name), { partitions: 3 })
        broker.createTopic(topicOf(where, 'again', name))
      }
      for (const name of Object.keys(READ)) broker.createTopic(topicOf(where, 'read', name))
    }
    flink = await startFlink(1)
    await run(first('embedded'), first('flink'))
    await run(again('embedded', 'flink'), again('flink', 'embedded'))
  })
  after(async () => {
    flink?.stop()
    await broker?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function run(embedded: readonly string[], remote: readonly string[]): Promise<void> {
    const file = join(folder, 'script.sql')
    writeFileSync(file, embedded.join('\n'))
    const here = await runCli(['run', file])
    assert.equal(here.code, 0, here.err)
    writeFileSync(file, remote.join('\n'))
    const there = await runCli(['submit', '--target', 'flink', '--flink-url', flink.url, '--strict', file])
    assert.equal(there.code, 0, there.err)
  }

  function table(name: string, [columns, options]: Table, topic: string, scan = false): string {
    const format = options.includes("'value.format'") ? '' : ", 'format' = 'json'"
    const bounds = scan ? ", 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'" : ''
    const more = options === '' ? '' : `, ${options}`
    return `CREATE TABLE \`${name}\` (${columns}) WITH ('connector' = 'kafka', 'topic' = '${topic}',
      'properties.bootstrap.servers' = '${broker.bootstrap}'${format}${bounds}${more});`
  }

  function first(where: string): string[] {
    const tables = [table('events', ['num INT, usr STRING, amount INT', ''], 'events', true)]
    const inserts: string[] = []
    for (const [name, [columns, options, query]] of Object.entries(WRITTEN)) {
      tables.push(table(name, [columns, options], topicOf(where, 'written', name)))
      inserts.push(`INSERT INTO \`${name}\` ${query};`)
    }
    for (const [name, [columns, options, topic, results, query]] of Object.entries(READ)) {
      tables.push(table(`from ${name}`, [columns, options], topic, true))
      tables.push(table(`of ${name}`, [results, ''], topicOf(where, 'read', name)))
      inserts.push(`INSERT INTO \`of ${name}\` ${query.replace('FROM t', `FROM \`from ${name}\``)};`)
    }
    return [...tables, 'EXECUTE STATEMENT SET BEGIN', ...inserts, 'END;']
  }

  /** What the other one wrote, read. */
  function again(where: string, other: string): string[] {
    const tables: string[] = []
    const inserts: string[] = []
    for (const [name, [columns, options]] of Object.entries(WRITTEN)) {
      tables.push(table(name, [columns, options], topicOf(other, 'written', name), true))
      tables.push(table(`of ${name}`, [columns, ''], topicOf(where, 'again', name)))
      inserts.push(`INSERT INTO \`of ${name}\` SELECT * FROM \`${name}\`;`)
    }
    return [...tables, 'EXECUTE STATEMENT SET BEGIN', ...inserts, 'END;']
  }

  async function recordsOf(topic: string) {
    await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap })
    const found: { partition: number; key: string | null; value: string | null }[] = []
    const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('latin1'))
    const options = { from: 'earliest', idleMs: 300, signal: new AbortController().signal } as const
    for await (const { partition, key, value } of readRecords(client, topic, options)) {
      found.push({ partition, key: text(key), value: text(value) })
    }
    return found
  }

  /** By key: its partition, and its values in order; a record without a key may be in any partition. */
  async function byKey(topic: string): Promise<Map<string, string[]>> {
    const records = await recordsOf(topic)
    const place = ({ key, partition }: (typeof records)[number]) => (key === null ? 'none' : `${partition} ${key}`)
    const groups = [...Map.groupBy(records, place)].map(([key, list]): [string, string[]] => {
      const values = list.map(({ value }) => `${value}`)
      return [key, key === 'none' ? values.sort() : values]
    })
    return new Map(groups.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  const values = async (topic: string) => (await recordsOf(topic)).map(({ value }) => value)

  for (const name of Object.keys(WRITTEN)) {
    it(`writes: ${name}`, async () => {
      const remote = await byKey(topicOf('flink', 'written', name))
      assert.equal([...remote.values()].flat().length, 60)
      assert.equal(remote.has('none'), name === 'raw' || name === 'nothing of a key')
      assert.deepEqual(await byKey(topicOf('embedded', 'written', name)), remote)
    })

    it(`reads what the other one wrote: ${name}`, async () => {
      const remote = (await values(topicOf('flink', 'again', name))).sort()
      // A key of JSON or CSV is never absent where this SQL wrote it.
      assert.equal(remote.length, 60)
      assert.deepEqual((await values(topicOf('embedded', 'again', name))).sort(), remote)
    })
  }

  for (const name of Object.keys(READ)) {
    it(`reads: ${name}`, async () => {
      const remote = await values(topicOf('flink', 'read', name))
      assert.ok(remote.length > 0)
      assert.deepEqual(await values(topicOf('embedded', 'read', name)), remote)
    })
  }
})
