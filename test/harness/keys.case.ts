/**
 * Plain tables with keys against whichever broker the suite starts: written, read again, over a savepoint.
 *
 * Law: what a topic holds is judged from its records, never by the engine's own reading.
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
import { write } from '../../src/kafka/client/test-cluster.ts'
import { createTopics, KafkaClient, KafkaProducer } from '../../src/kafka/index.ts'
import { until } from './payment.case.ts'

const PARTITIONS = 3
const USERS = 8
let count = 0

export function keysCases(name: string, bootstrap: () => string): void {
  describe(`kafka with keys on ${name}`, { timeout: 120_000 }, () => {
    let folder: string
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'rivulet-keys-'))
    })
    after(() => rmSync(folder, { recursive: true, force: true }))

    /** Topics of a test of its own, and a session with tables over them. */
    async function fresh() {
      const n = ++count
      const tEnv = await session(n)
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap() })
      await createTopics(client, [
        { name: `sales_${n}`, partitions: PARTITIONS },
        { name: `seen_${n}`, partitions: 1 },
      ])
      return { n, tEnv, sales: `sales_${n}`, seen: `seen_${n}` }
    }

    async function session(n: number): Promise<TableEnvironment> {
      const tEnv = new TableEnvironment({ print: () => {} })
      const kafka = `'connector' = 'kafka', 'properties.bootstrap.servers' = '${bootstrap()}', 'properties.retry.backoff.ms' = '10'`
      const read = `'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'`
      const script = `
        CREATE TABLE numbers (i INT) WITH ('connector' = 'datagen', 'number-of-rows' = '200',
          'fields.i.kind' = 'sequence', 'fields.i.start' = '0', 'fields.i.end' = '199');
        CREATE TABLE sales (k_usr STRING, amount INT, k_shop INT, part INT METADATA FROM 'partition' VIRTUAL) WITH (${kafka}, ${read},
          'topic' = 'sales_${n}', 'key.format' = 'json', 'key.fields' = 'k_usr;k_shop', 'key.fields-prefix' = 'k_',
          'value.format' = 'json', 'value.fields-include' = 'EXCEPT_KEY', 'key.json.fail-on-missing-field' = 'true');
        CREATE TABLE seen (k_usr STRING, amount INT, k_shop INT, part INT) WITH (${kafka}, ${read}, 'topic' = 'seen_${n}', 'format' = 'json');`
      for await (const _ of tEnv.executeScript(script));
      return tEnv
    }

    async function put(topic: string, records: readonly (readonly [key: string | null, value: string | null])[]) {
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap() })
      const producer = new KafkaProducer(client)
      const writer = await producer.topic(topic)
      for (const [key, value] of records) write(writer, value, { ...(key !== null && { key }), timestamp: Date.now() })
      await producer.flush()
      producer.close()
    }

    async function recordsOf(topic: string) {
      const isolation = { 'isolation.level': 'read_committed' }
      await using client = new KafkaClient(nodeHost, { 'bootstrap.servers': bootstrap(), ...isolation })
      const found: { partition: number; key: string | null; value: string | null }[] = []
      const options = { from: 'earliest', idleMs: 700, signal: new AbortController().signal } as const
      const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))
      for await (const { partition, key, value } of readRecords(client, topic, options)) {
        found.push({ partition, key: text(key), value: text(value) })
      }
      return found
    }

    const expected = Array.from({ length: 200 }, (_, i) => ({ usr: `u${i % USERS}`, amount: i, shop: i % 3 }))
    const wholeRows = (rows: typeof expected) =>
      rows.map(({ usr, amount, shop }) => `{"k_usr":"${usr}","amount":${amount},"k_shop":${shop}`).sort()

    for (const guarantee of ['at-least-once', 'exactly-once']) {
      it(`writes keys where Kafka's clients do, and reads them again (${guarantee})`, async () => {
        const { n, tEnv, sales, seen } = await fresh()
        const hint = `/*+ OPTIONS('sink.delivery-guarantee' = '${guarantee}', 'sink.transactional-id-prefix' = 'keys-${n}') */`
        const insert = `INSERT INTO sales ${hint} SELECT CONCAT('u', CAST(MOD(i, ${USERS}) AS STRING)), i, MOD(i, 3) FROM numbers`
        await (await tEnv.executeSql(insert)).wait()
        const records = await recordsOf(sales)
        const partitionOf = Partitioners.DefaultPartitioner()
        const partitionMetadata = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 0 }) as never)
        for (const { key, partition } of records) {
          const message = { key, value: null }
          assert.equal(partition, partitionOf({ topic: sales, partitionMetadata, message }), `${key}`)
        }
        assert.deepEqual(
          records.map(({ key, value }) => `${key} ${value}`).sort(),
          expected.map(({ usr, amount, shop }) => `{"usr":"${usr}","shop":${shop}} {"amount":${amount}}`).sort(),
        )

        await (await tEnv.executeSql('INSERT INTO seen SELECT * FROM sales')).wait()
        const found = await recordsOf(seen)
        const byPlace = new Map(records.map(({ partition, value }) => [JSON.parse(value as string).amount, partition]))
        for (const { value } of found) {
          const { amount, part } = JSON.parse(value as string)
          assert.equal(part, byPlace.get(amount))
        }
        assert.deepEqual(found.map(({ value }) => `${value}`.replace(/,"part":\d}$/, '')).sort(), wholeRows(expected))
      })
    }

    it('counts keys that cannot be read, and says where one is', async () => {
      const { tEnv, seen, sales } = await fresh()
      await put(sales, [
        ['{"usr":"a","shop":1}', '{"amount":1}'],
        ['{"usr":', '{"amount":2}'],
        [null, '{"amount":3}'],
        ['{"usr":"b"}', '{"amount":4}'],
        ['{"usr":"c","shop":3}', '{"amount":5}'],
      ])
      const insert = (more = '') => tEnv.executeSql(`INSERT INTO seen SELECT * FROM sales${more}`)
      await assert.rejects(
        insert().then((result) => result.wait()),
        (error) => {
          assert.ok(isRivuletError(error))
          assert.match(error.message, /topic 'sales_\d+', partition \d, offset \d+: In the key of the record: /)
          return true
        },
      )
      const result = await insert(" /*+ OPTIONS('bad-records' = 'table') */")
      await result.wait()
      const bad = result.jobClient?.badRecords()
      assert.equal(bad?.total, 2)
      assert.deepEqual(
        [...new Set(bad.records.map(({ reason }) => reason.slice(0, 26)))],
        ['In the key of the record: '],
      )
      const users = (await recordsOf(seen)).map(({ value }) => JSON.parse(value as string).k_usr as string)
      assert.ok(users.includes('a') && users.includes('c'), `${users}`)
      assert.ok(!users.includes('b'))
    })

    it('goes on behind a savepoint with every record once', async () => {
      const { n, tEnv, seen, sales } = await fresh()
      const record = (i: number) => [`{"usr":"u${i}","shop":${i % 3}}`, `{"amount":${i}}`] as const
      await put(
        sales,
        Array.from({ length: 50 }, (_, i) => record(i)),
      )
      const insert = `INSERT INTO seen SELECT * FROM sales /*+ OPTIONS('scan.bounded.mode' = 'unbounded') */`
      const { jobClient } = await tEnv.executeSql(insert)
      assert.ok(jobClient)
      const rows = () =>
        jobClient.metrics().reduce((sum, { kind, rowsOut }) => sum + (kind === 'source-scan' ? rowsOut : 0), 0)
      await until(() => rows() === 50)
      const path = await jobClient.stopWithSavepoint(join(folder, `keys-${n}`))
      await put(
        sales,
        Array.from({ length: 30 }, (_, i) => record(50 + i)),
      )
      const next = await session(n)
      await next.executeSql(`SET 'execution.state-recovery.path' = '${path}'`)
      const resumed = await next.executeSql(insert)
      await until(async () => (await recordsOf(seen)).length >= 80)
      await resumed.jobClient?.cancel()
      const all = Array.from({ length: 80 }, (_, i) => ({ usr: `u${i}`, amount: i, shop: i % 3 }))
      const found = (await recordsOf(seen)).map(({ value }) => `${value}`.replace(/,"part":\d}$/, ''))
      assert.deepEqual(found.sort(), wholeRows(all))
    })
  })
}
