/**
 * Tables by key against whichever broker the suite starts: written, read again, over savepoints and killed jobs.
 *
 * Law: what a topic holds is judged from its records (the newest of each key, computed here), never by the engine's own reading.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Partitioners } from 'kafkajs'
import { isRivuletError } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { readRecords } from '../../src/cli/read-records.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import type { JobClient } from '../../src/engine/job-client.ts'
import { createTopics, KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'
import { until } from './payment.case.ts'

interface KeyedRecord {
  readonly partition: number
  readonly key: string | null
  readonly value: string | null
}

const USERS = 7
const PARTITIONS = 3
let count = 0

/** Event number i; sums differ by user and in every step. */
const event = (i: number) => ({ usr: `u${i % USERS}`, amount: (i * 37) % 101 })

export function upsertCases(name: string, bootstrap: () => string): void {
  describe(`upsert-kafka on ${name}`, { timeout: 120_000 }, () => {
    let folder: string
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'rivulet-upsert-'))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))

    /** Topics of a test of its own, and a session with tables over them. */
    async function tables(configuration: Record<string, string> = {}, n = ++count) {
      const tEnv = new TableEnvironment({ print: () => {}, configuration })
      const kafka = `'properties.bootstrap.servers' = '${bootstrap()}', 'properties.retry.backoff.ms' = '10'`
      const keyed = `'connector' = 'upsert-kafka', ${kafka}, 'key.format' = 'json', 'value.format' = 'json'`
      const script = `
        CREATE TABLE events (usr STRING, amount INT) WITH ('connector' = 'kafka', ${kafka}, 'topic' = 'events_${n}',
          'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
        CREATE TABLE plain (usr STRING, n BIGINT, total BIGINT) WITH ('connector' = 'kafka', ${kafka}, 'topic' = 'totals_${n}', 'format' = 'json');
        CREATE TABLE totals (usr STRING, n BIGINT, total BIGINT, PRIMARY KEY (usr) NOT ENFORCED) WITH (${keyed}, 'topic' = 'totals_${n}');
        CREATE TABLE few (key_usr STRING, total BIGINT, PRIMARY KEY (key_usr) NOT ENFORCED) WITH (${keyed}, 'topic' = 'few_${n}',
          'key.fields-prefix' = 'key_', 'value.fields-include' = 'EXCEPT_KEY');
        CREATE TABLE sizes (n BIGINT, users BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH (${keyed}, 'topic' = 'sizes_${n}');`
      for await (const _ of tEnv.executeScript(script));
      return { tEnv, n, topic: (table: string) => `${table}_${n}` }
    }

    async function topics(n: number): Promise<void> {
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap() })
      const names = ['events', 'totals', 'few', 'sizes'].map((table) => `${table}_${n}`)
      await createTopics(
        client,
        names.map((topic) => ({ name: topic, partitions: PARTITIONS })),
      )
    }

    async function fresh(configuration: Record<string, string> = {}) {
      const made = await tables(configuration)
      await topics(made.n)
      return made
    }

    async function produce(topic: string, records: readonly (readonly [key: string | null, value: string | null])[]) {
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap() })
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(topic)
      const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))
      for (const [i, [key, value]] of records.entries()) {
        const [k, v] = [bytes(key), bytes(value)]
        // Records without a key in turn; those with one where its hash says.
        const partition = k === null ? i % PARTITIONS : -1
        writer.append(partition, Date.now(), k, 0, k?.length ?? 0, v, 0, v?.length ?? 0)
      }
      await producer.flush()
      producer.close()
    }

    const produceEvents = (topic: string, from: number, to: number) =>
      produce(
        topic,
        Array.from({ length: to - from }, (_, i) => [null, JSON.stringify(event(from + i))]),
      )

    /** All committed records, until none comes for a moment; those of a partition in order. */
    async function recordsOf(topic: string): Promise<KeyedRecord[]> {
      const isolation = { 'isolation.level': 'read_committed' }
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap(), ...isolation })
      const found: KeyedRecord[] = []
      const options = { from: 'earliest', idleMs: 700, signal: new AbortController().signal } as const
      const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))
      for await (const { partition, key, value } of readRecords(client, topic, options)) {
        found.push({ partition, key: text(key), value: text(value) })
      }
      return found
    }

    it('takes what the advice for a table without keys says, and is read again as a table', async () => {
      const { tEnv, topic } = await fresh()
      await produceEvents(topic('events'), 0, 300)
      const query = 'SELECT usr, COUNT(*), SUM(CAST(amount AS BIGINT)) FROM events GROUP BY usr'
      const bounded = query.replace('events', `events /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */`)
      await assert.rejects(tEnv.executeSql(`INSERT INTO plain ${bounded}`), (error) => {
        assert.ok(isRivuletError(error))
        assert.equal(error.code, 'PLAN_SINK_CHANGES')
        assert.match(error.hint ?? '', /a PRIMARY KEY with upsert-kafka/)
        return true
      })
      await (await tEnv.executeSql(`INSERT INTO totals ${bounded}`)).wait()

      const records = await recordsOf(topic('totals'))
      assert.equal(records.length, 300)
      const partitionOf = Partitioners.DefaultPartitioner()
      const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 0 }) as never)
      for (const { key, partition } of records) {
        const message = { key, value: null }
        assert.equal(partition, partitionOf({ topic: topic('totals'), partitionMetadata, message }))
      }
      assert.deepEqual(newest(records), totalsOf(300))

      const again = "totals /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */"
      await (await tEnv.executeSql(`INSERT INTO sizes SELECT n, COUNT(*) FROM ${again} GROUP BY n`)).wait()
      // 300 events of 7 users: six have 43, one has 42; on the way every count was there, and went.
      const sizes = await recordsOf(topic('sizes'))
      assert.deepEqual(
        newest(sizes),
        new Map([42, 43].map((n) => [`{"n":${n}}`, `{"n":${n},"users":${n === 42 ? 1 : 6}}`])),
      )
      assert.ok(sizes.some(({ value }) => value === null))
    })

    it('reads tombstones as deletions, and writes them where a row leaves a condition', async () => {
      const { tEnv, topic } = await fresh()
      const row = (usr: string, n: number, total: number) =>
        [`{"usr":"${usr}"}`, JSON.stringify({ usr, n, total })] as const
      await produce(topic('totals'), [
        row('a', 1, 60),
        row('b', 1, 10),
        row('c', 1, 70),
        [`{"usr":"nobody"}`, null],
        row('a', 2, 80),
        row('b', 2, 55),
        row('c', 2, 7),
        row('d', 1, 99),
        [`{"usr":"a"}`, null],
      ])
      const again = "totals /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */"
      await (await tEnv.executeSql(`INSERT INTO few SELECT usr, total FROM ${again} WHERE total >= 50`)).wait()
      const records = await recordsOf(topic('few'))
      assert.deepEqual(
        newest(records),
        new Map(Object.entries({ '{"usr":"b"}': '{"total":55}', '{"usr":"d"}': '{"total":99}' })),
      )
      const of = (usr: string) => records.filter(({ key }) => key === `{"usr":"${usr}"}`).map(({ value }) => value)
      assert.deepEqual(of('a'), ['{"total":60}', '{"total":80}', null])
      assert.deepEqual(of('c'), ['{"total":70}', null])
      assert.deepEqual(of('nobody'), [])
    })

    it('a table by key into a table by key: record by record, deletions too', async () => {
      const { tEnv, topic } = await fresh()
      const value = '{"usr":"a","n":1,"total":5}'
      await produce(topic('totals'), [
        ['{"usr":"a"}', value],
        ['{"usr":"a"}', value],
        ['{"usr":"b"}', null],
        ['{"usr":"a"}', null],
      ])
      const again = "totals /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */"
      await (await tEnv.executeSql(`INSERT INTO few SELECT usr, total + 1 FROM ${again}`)).wait()
      const of = (records: readonly KeyedRecord[], usr: string) =>
        records.filter(({ key }) => key === `{"usr":"${usr}"}`).map((each) => each.value)
      const records = await recordsOf(topic('few'))
      assert.deepEqual(of(records, 'a'), ['{"total":6}', '{"total":6}', null])
      assert.deepEqual(of(records, 'b'), [null])
    })

    for (const [first, second] of [
      [1, 1],
      [2, 1],
      [1, 3],
    ] as const) {
      it(`is read on behind a savepoint, at parallelism ${first} and then ${second}`, async () => {
        const { tEnv, n, topic } = await fresh({ 'parallelism.default': String(first) })
        const path = join(folder, `saved-${n}`)
        const rows = (from: number, to: number) =>
          Array.from({ length: to - from }, (_, j) => {
            const { usr, amount } = event(from + j)
            return [`{"usr":"${usr}"}`, JSON.stringify({ usr, n: amount % 3, total: amount })] as const
          })
        await produce(topic('totals'), rows(0, 50))
        const insert = (table: string) => `INSERT INTO sizes SELECT n, COUNT(*) FROM ${table} GROUP BY n`
        const job = await started(tEnv, insert('totals'))
        await until(() => rowsRead(job) === 50)
        await job.stopWithSavepoint(path)
        await produce(topic('totals'), [...rows(50, 80), ['{"usr":"u3"}', null]])
        const next = await tables({ 'parallelism.default': String(second), 'execution.state-recovery.path': path }, n)
        const resumed = await started(next.tEnv, insert('totals'))
        await until(() => rowsRead(resumed) === 31)
        await resumed.stopWithSavepoint(`${path}-2`)
        const last = new Map(rows(0, 80))
        last.delete('{"usr":"u3"}')
        const sizes = new Map<number, number>()
        for (const value of last.values()) {
          const { n: size } = JSON.parse(value) as { n: number }
          sizes.set(size, (sizes.get(size) ?? 0) + 1)
        }
        const expected = [...sizes].map(([size, users]) => [`{"n":${size}}`, `{"n":${size},"users":${users}}`] as const)
        assert.deepEqual(newest(await recordsOf(topic('sizes'))), new Map(expected.sort()))
      })
    }

    for (const buffered of [false, true]) {
      it(`exactly once over a job that is killed${buffered ? ', with a buffer' : ''}: every count of a key ${buffered ? 'at most once' : 'once'} and in order`, async () => {
        const configuration = {
          'parallelism.default': '2',
          'execution.checkpointing.interval': '40 ms',
          'execution.checkpointing.dir': join(folder, `checkpoints-${buffered}`),
          'execution.state-recovery.from-last-checkpoint': 'true',
        }
        const { tEnv, n, topic } = await fresh(configuration)
        const buffer = buffered ? `, 'sink.buffer-flush.max-rows' = '20', 'sink.buffer-flush.interval' = '50 ms'` : ''
        const insert = `INSERT INTO totals /*+ OPTIONS('sink.delivery-guarantee' = 'exactly-once',
          'sink.transactional-id-prefix' = 'upsert-${n}'${buffer}) */
          SELECT usr, COUNT(*), SUM(CAST(amount AS BIGINT)) FROM events GROUP BY usr`
        let produced = 0
        const more = async (events: number) => {
          await produceEvents(topic('events'), produced, produced + events)
          produced += events
        }
        await more(200)
        const job = await started(tEnv, insert)
        await until(() => job.checkpoints().counts.completed >= 2 && rowsRead(job) === 200)
        await more(300)
        await until(() => rowsRead(job) === 500)
        await job.cancel()
        await more(100)
        const next = await tables(configuration, n)
        const resumed = await started(next.tEnv, insert)
        await until(() => resumed.metrics().length > 0)
        await more(100)
        const done = totalsOf(produced)
        await until(async () => {
          const now = newest(await recordsOf(topic('totals')))
          return [...done].every(([key, value]) => now.get(key) === value)
        })
        await resumed.cancel()
        const records = await recordsOf(topic('totals'))
        assert.deepEqual(newest(records), done)
        for (const [key, list] of Map.groupBy(records, (record) => record.key)) {
          const counts = list.map(({ value }) => (JSON.parse(value as string) as { n: number }).n)
          const upTo = Array.from({ length: counts.at(-1) as number }, (_, i) => i + 1)
          if (buffered)
            assert.deepEqual(
              counts,
              [...new Set(counts)].sort((a, b) => a - b),
              `${key}`,
            )
          else assert.deepEqual(counts, upTo, `${key}`)
        }
        if (buffered) assert.ok(records.length < produced, `${records.length} records`)
      })
    }
  })
}

/** The newest value of each key that was not deleted, by key. */
function newest(records: readonly KeyedRecord[]): Map<string | null, string> {
  const table = new Map<string | null, string>()
  for (const { key, value } of records) {
    if (value === null) table.delete(key)
    else table.set(key, value)
  }
  return new Map([...table].sort())
}

function totalsOf(events: number): Map<string | null, string> {
  const totals = new Map<string, { n: number; total: number }>()
  for (let i = 0; i < events; i++) {
    const { usr, amount } = event(i)
    const { n, total } = totals.get(usr) ?? { n: 0, total: 0 }
    totals.set(usr, { n: n + 1, total: total + amount })
  }
  const rows = [...totals].map(
    ([usr, { n, total }]) => [`{"usr":"${usr}"}`, JSON.stringify({ usr, n, total })] as const,
  )
  return new Map(rows.sort())
}

async function started(tEnv: TableEnvironment, insert: string): Promise<JobClient> {
  const { jobClient } = await tEnv.executeSql(insert)
  assert.ok(jobClient)
  return jobClient
}

function rowsRead(client: JobClient): number {
  return client
    .metrics()
    .filter(({ kind }) => kind === 'source-scan')
    .reduce((sum, { rowsOut }) => sum + rowsOut, 0)
}
