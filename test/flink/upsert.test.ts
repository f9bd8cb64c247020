/**
 * The same SQL over tables by key, embedded and on Flink with its own upsert-kafka: the same records in the same order, deletions
 * too. One partition and one subtask, where the order of records is decided.
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

/** By name: the columns of a table by key, and what is written to it. */
const CASES: Readonly<Record<string, readonly [columns: string, query: string]>> = {
  aggregate: [
    'usr STRING, n BIGINT, total BIGINT, PRIMARY KEY (usr) NOT ENFORCED',
    'SELECT usr, COUNT(*), SUM(CAST(amount AS BIGINT)) FROM events GROUP BY usr',
  ],
  copy: ['id INT, name STRING, v INT, PRIMARY KEY (id) NOT ENFORCED', 'SELECT id, name, v FROM people'],
  computed: ['id INT, text STRING, PRIMARY KEY (id) NOT ENFORCED', 'SELECT id, UPPER(name) FROM people WHERE id <> 3'],
  filtered: ['id INT, v INT, PRIMARY KEY (id) NOT ENFORCED', 'SELECT id, v FROM people WHERE v >= 50'],
  metadata: ['id INT, topic STRING, PRIMARY KEY (id) NOT ENFORCED', 'SELECT id, topic FROM people'],
  regrouped: [
    'name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED',
    "SELECT COALESCE(name, '-'), COUNT(*) FROM people GROUP BY COALESCE(name, '-')",
  ],
  wider: ['id INT, v INT, PRIMARY KEY (id, v) NOT ENFORCED', 'SELECT id, COALESCE(v, 0) FROM people'],
  newest: [
    'usr STRING, amount INT, PRIMARY KEY (usr) NOT ENFORCED',
    'SELECT usr, amount FROM events ON CONFLICT DO DEDUPLICATE',
  ],
  ranked: [
    'id INT, v INT, PRIMARY KEY (id) NOT ENFORCED',
    'SELECT id, v FROM (SELECT id, v, ROW_NUMBER() OVER (ORDER BY v DESC) AS rn FROM people WHERE v IS NOT NULL) WHERE rn <= 2',
  ],
  versions: [
    'num INT, name STRING, v INT, PRIMARY KEY (num) NOT ENFORCED',
    `SELECT e.num, p.name, p.v FROM events AS e LEFT JOIN people FOR SYSTEM_TIME AS OF e.written AS p ON MOD(e.num, 5) = p.id
      ON CONFLICT DO DEDUPLICATE`,
  ],
  enriched: [
    'name STRING, n BIGINT, PRIMARY KEY (name) NOT ENFORCED',
    `SELECT COALESCE(p.name, '-'), COUNT(*) FROM events AS e LEFT JOIN people AS p ON MOD(e.num, 5) = p.id
      GROUP BY COALESCE(p.name, '-')`,
  ],
  joined: [
    'id INT, name STRING, other INT, PRIMARY KEY (id) NOT ENFORCED',
    'SELECT p.id, p.name, q.v FROM people AS p JOIN people AS q ON p.id = q.id',
  ],
}

/**
 * Where the order of two inputs, or of timers, is free; and `joined`, below which Flink does not normalise, so that it repeats
 * rows that did not change.
 */
const SAME_TABLE = ['joined', 'versions', 'enriched']

const PEOPLE: readonly (readonly [id: number, value: object | null])[] = [
  [1, { name: 'ann', v: 60 }],
  [2, { name: 'bob', v: 10 }],
  [3, { name: 'cid', v: 70 }],
  [9, null],
  [1, { name: 'ann', v: 60 }],
  [1, { name: 'ann', v: 80 }],
  [2, { name: 'bob', v: 55 }],
  [3, { name: 'cid', v: 7 }],
  [4, { v: 99 }],
  [2, { name: null, v: null }],
  [1, null],
  [4, { name: 'dan', v: 99 }],
  [1, null],
  [1, { name: 'eve', v: 51 }],
]

const newest = (records: readonly string[]) => new Map(records.map((record) => record.split(' ') as [string, string]))

/** Of record timestamps, which are the event time. */
const START = Date.parse('2026-01-01T00:00:00Z')

describe('tables by key embedded and on Flink', { timeout: 300_000 }, () => {
  let folder: string
  let broker: RunningBroker
  let flink: RealFlink
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rivulet-flink-upsert-'))
    broker = await startBroker()
    await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap })
    const producer = new KafkaProducer(client)
    for (const topic of ['events', 'people']) broker.createTopic(topic)
    const events = await producer.topic('events')
    for (let i = 0; i < 60; i++) {
      write(events, JSON.stringify({ num: i, usr: `u${i % 4}`, amount: (i * 37) % 11 }), { timestamp: START + i * 500 })
    }
    const people = await producer.topic('people')
    for (const [i, [id, value]] of PEOPLE.entries()) {
      const more = { key: JSON.stringify({ id }), timestamp: START + i * 2_000 }
      write(people, value === null ? null : JSON.stringify(value), more)
    }
    await producer.flush()
    producer.close()
    flink = await startFlink(1)
    const embedded = await runCli(['run', script('embedded')])
    assert.equal(embedded.code, 0, embedded.err)
    const target = ['--target', 'flink', '--flink-url', flink.url, '--strict']
    const remote = await runCli(['submit', ...target, script('flink')])
    assert.equal(remote.code, 0, remote.err)
  })
  after(async () => {
    flink?.stop()
    await broker?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function script(where: string): string {
    const kafka = `'properties.bootstrap.servers' = '${broker.bootstrap}'`
    const keyed = `'connector' = 'upsert-kafka', ${kafka}, 'key.format' = 'json', 'value.format' = 'json'`
    const sql = [
      `CREATE TABLE events (num INT, usr STRING, amount INT, written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
        WATERMARK FOR written AS written) WITH ('connector' = 'kafka', ${kafka}, 'topic' = 'events', 'format' = 'json',
        'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');`,
      `CREATE TABLE people (id INT, name STRING, v INT, topic STRING METADATA VIRTUAL,
        written TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL, WATERMARK FOR written AS written, PRIMARY KEY (id) NOT ENFORCED) WITH (${keyed},
        'topic' = 'people', 'value.fields-include' = 'EXCEPT_KEY', 'scan.bounded.mode' = 'latest-offset');`,
    ]
    for (const [name, [columns]] of Object.entries(CASES)) {
      broker.createTopic(`${where}_${name}`)
      sql.push(`CREATE TABLE ${name} (${columns}) WITH (${keyed}, 'topic' = '${where}_${name}');`)
    }
    sql.push('EXECUTE STATEMENT SET BEGIN')
    for (const [name, [, query]] of Object.entries(CASES)) sql.push(`INSERT INTO ${name} ${query};`)
    sql.push('END;')
    const file = join(folder, `${where}.sql`)
    writeFileSync(file, sql.join('\n'))
    return file
  }

  async function recordsOf(topic: string): Promise<string[]> {
    await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': broker.bootstrap })
    const found: string[] = []
    const text = (bytes: Uint8Array | null) => (bytes === null ? 'null' : Buffer.from(bytes).toString('utf8'))
    const options = { from: 'earliest', idleMs: 300, signal: new AbortController().signal } as const
    for await (const { key, value } of readRecords(client, topic, options)) found.push(`${text(key)} ${text(value)}`)
    return found
  }

  for (const name of Object.keys(CASES)) {
    it(name, async () => {
      const remote = await recordsOf(`flink_${name}`)
      assert.ok(remote.length > 0)
      const embedded = await recordsOf(`embedded_${name}`)
      if (SAME_TABLE.includes(name)) assert.deepEqual(newest(embedded), newest(remote))
      else assert.deepEqual(embedded, remote)
    })
  }
})
