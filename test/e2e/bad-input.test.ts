/** What a person sees when something is wrong: what, where, and what to do. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { StreamTableEnvironment } from '../../src/engine/environment.ts'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { runCli, startCli } from '../harness/cli.ts'
import { until } from '../harness/payment.case.ts'
import { paymentEvents, produceEvents, readTopic } from '../harness/payment.ts'

let broker: RunningBroker
let folder: string
before(async () => {
  broker = await startBroker({ autoCreateTopics: false })
  folder = mkdtempSync(join(tmpdir(), 'rivulet-bad-input-'))
})
after(async () => {
  await broker.close()
  rmSync(folder, { recursive: true, force: true })
})

let count = 0
async function topicWith(events: readonly string[]): Promise<string> {
  const topic = `bad_input_${++count}`
  broker.createTopic(topic, { partitions: 1 })
  await produceEvents(broker.bootstrap, topic, events)
  return topic
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const kafkaTable = (
  name: string,
  columns: string,
  topic: string,
  more = '',
) => `CREATE TABLE ${name} (${columns}) WITH (
  'connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${broker.bootstrap}',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset', 'format' = 'json'${more});\n`

const job = (body: string, eventTopic: string) => `
import { DataTypes, defineJob, udf } from 'rivulet'

const provinces = ['beijing', 'shanghai']
export const name = udf((id: number | null) => {
  ${body}
}, { inputTypes: [DataTypes.INT()], resultType: DataTypes.STRING(), name: 'provinceName' })

export const job = defineJob(async ({ tEnv }) => {
  tEnv.createTemporaryFunction('province_name', name)
  await tEnv.executeSql(\`${kafkaTable('events', 'id INT, amount DOUBLE', eventTopic).replace(/;\n$/, '')}\`)
  await tEnv.executeSql("CREATE TABLE printed (name STRING, amount DOUBLE) WITH ('connector' = 'print')")
  return tEnv.executeSql('INSERT INTO printed SELECT province_name(id), amount FROM events')
})
`

describe('a function of the user', () => {
  it('that throws fails the job with its name, the row and the TypeScript line', async () => {
    const topic = await topicWith(['{"id":0,"amount":1.5}', '{"id":7,"amount":2.5}'])
    const path = file(
      'throws.ts',
      job("if (id === 7) throw new Error('no such province')\n  return provinces[id as number]", topic),
    )
    const { code, err } = await runCli(['run', path])
    assert.equal(code, 1)
    assert.match(err, /FUNCTION_FAILED/)
    assert.match(err, /province_name/)
    assert.match(err, /row: .*id = 7\b.*amount = 2\.5/)
    assert.match(err, /no such province/)
    assert.match(err, /throws\.ts:6/)
  })

  it('that returns undefined fails the job and says that NULL is null', async () => {
    const topic = await topicWith(['{"id":9,"amount":1.5}'])
    const path = file('undefined.ts', job('return provinces[id as number]', topic))
    const { code, err } = await runCli(['run', path])
    assert.equal(code, 1)
    assert.match(err, /FUNCTION_RETURNED_UNDEFINED/)
    assert.match(err, /province_name/)
    assert.match(err, /\(9\)/)
    assert.match(err, /null/)
    assert.match(err, /undefined\.ts:5/)
  })
})

describe('bad JSON', () => {
  const events = ['{"id":1,"amount":1.5}', '{"id":2,"amount":oops}', '{"id":3,"amount":3}']

  it('names topic, partition, offset and column and shows the bytes', async () => {
    const topic = await topicWith(events)
    const path = file('bad.sql', `${kafkaTable('t', 'id INT, amount DOUBLE', topic)}SELECT * FROM t;`)
    const { code, err } = await runCli(['run', path])
    assert.equal(code, 1)
    assert.match(err, new RegExp(topic))
    assert.match(err, /partition 0/)
    assert.match(err, /offset 1/)
    assert.match(err, /amount/)
    assert.match(err, /oops/)
  })

  it('is skipped and counted with json.ignore-parse-errors', async () => {
    const topic = await topicWith(events)
    const tEnv = StreamTableEnvironment.create()
    const ddl = kafkaTable('t', 'id INT, amount DOUBLE', topic, ", 'json.ignore-parse-errors' = 'true'")
    await tEnv.executeSql(ddl.replace(/;\n$/, ''))
    const result = tEnv.sqlQuery('SELECT id, amount FROM t').execute()
    const rows = await result.collect()
    assert.deepEqual(
      rows.map((row) => row.get('id')),
      [1, 3],
    )
    const [scan] = result.jobClient?.metrics().filter(({ kind }) => kind === 'source-scan') ?? []
    assert.equal(scan.counters.numRecordsInErrors, 1)
  })
})

describe('mistakes in SQL are shown at their place, with cause and hint', () => {
  const cases = [
    {
      name: 'missing topic',
      sql: () => `${kafkaTable('t', 'id INT', 'bad_inpt_1')}SELECT * FROM t;`,
      code: 1,
      expect: [/KAFKA_UNKNOWN_TOPIC/, /bad_inpt_1/, /bad_input_1/],
    },
    {
      name: 'unknown option',
      sql: () =>
        `${kafkaTable('t', 'id INT', 'bad_input_1', ",\n  'scan.startup.mod' = 'latest-offset'")}SELECT * FROM t;`,
      code: 2,
      expect: [/scan\.startup\.mod\b/, /Did you mean 'scan\.startup\.mode'/, /\.sql:4:/],
    },
    {
      name: 'unknown property of Kafka',
      sql: () =>
        `${kafkaTable('t', 'id INT', 'bad_input_1', ",\n  'properties.fetch.min.byte' = '1'")}SELECT * FROM t;`,
      code: 2,
      expect: [/fetch\.min\.byte\b/, /fetch\.min\.bytes/],
    },
    {
      name: 'unknown column',
      sql: () => `${kafkaTable('t', 'id INT, payAmount DOUBLE', 'bad_input_1')}SELECT payAmont FROM t;`,
      code: 2,
      expect: [/PLAN_UNKNOWN_COLUMN/, /Did you mean 'payAmount'/, /\.sql:4:8/, /\^{8}/],
    },
    {
      name: 'wrong type for TUMBLE',
      sql: () =>
        `${kafkaTable('t', 'id INT, ts STRING', 'bad_input_1')}SELECT COUNT(*) FROM t GROUP BY TUMBLE(ts, INTERVAL '5' SECOND);`,
      code: 2,
      expect: [/ts/, /STRING/, /WATERMARK/, /\.sql:4:/],
    },
    {
      name: 'missing watermark',
      sql: () =>
        `${kafkaTable('t', 'id INT, ts TIMESTAMP(3)', 'bad_input_1')}SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end;`,
      code: 2,
      expect: [/ts/, /WATERMARK FOR/, /\.sql:4:/],
    },
    {
      name: 'a misspelt keyword',
      sql: () => 'SELCT 1;',
      code: 2,
      expect: [/SELCT/, /SELECT/, /\.sql:1:1/],
    },
  ]
  for (const { name, sql, code, expect } of cases) {
    it(name, async () => {
      const result = await runCli(['run', file(`${name.replaceAll(' ', '-')}.sql`, sql())])
      assert.equal(result.code, code, result.err)
      for (const pattern of expect) assert.match(result.err, pattern)
    })
  }

  it('several mistakes of one script are reported together, without those that only follow', async () => {
    const sql = [
      "CREATE TABLE good (id INT) WITH ('connector' = 'datagen');",
      "CREATE TABLE broken (id INTT) WITH ('connector' = 'datagen');",
      'SELECT idd FROM good;',
      'SELECT id FROM broken;',
      'SELECT COUNTT(id) FROM good;',
    ].join('\n')
    const { code, err } = await runCli(['run', file('several.sql', sql)])
    assert.equal(code, 2)
    assert.equal(err.match(/^error /gm)?.length, 3, err)
    for (const place of [/several\.sql:2:25/, /several\.sql:3:8/, /several\.sql:5:8/]) assert.match(err, place)
    const syntax = await runCli(['run', file('syntax.sql', 'SELCT 1;\nSELECT 1;\nSELECT FROM;\n')])
    assert.equal(syntax.err.match(/^error /gm)?.length, 2, syntax.err)
  })

  it('an error of a row points into the statement that runs, not into that of a view', async () => {
    const view = "CREATE VIEW words AS SELECT w, CAST(w AS INT) AS n FROM (VALUES ('1'), ('two')) AS v(w);\n"
    const own = await runCli(['run', file('row-error.sql', `${view}SELECT w, CAST(w AS BIGINT) FROM words;`)])
    assert.equal(own.code, 1)
    assert.match(own.err, /FUNCTION_CAST_FAILED.*'two'/)
    assert.match(own.err, /row-error\.sql:2:11/)
    const inner = await runCli(['run', file('view-error.sql', `${view}SELECT n FROM words;`)])
    assert.match(inner.err, /FUNCTION_CAST_FAILED.*'two'/)
    assert.doesNotMatch(inner.err, /view-error\.sql:2/)
  })

  it('unknown command, flag and file', async () => {
    const command = await runCli(['rnu'])
    assert.equal(command.code, 2)
    assert.match(command.err, /Did you mean 'run'/)
    const flag = await runCli(['consume', '--topik', 'x'])
    assert.equal(flag.code, 2)
    assert.match(flag.err, /--topic/)
    const missing = await runCli(['run', 'examples/payment/jbo.ts'])
    assert.equal(missing.code, 2)
    assert.match(missing.err, /job\.ts/)
  })
})

describe('a broker', () => {
  it('that cannot be reached is named within 10 seconds', async () => {
    const sql = kafkaTable('t', 'id INT', 'x').replace(broker.bootstrap, '127.0.0.1:1')
    const { code, err } = await runCli(['run', file('unreachable.sql', `${sql}SELECT * FROM t;`)])
    assert.equal(code, 1)
    assert.match(err, /KAFKA_UNREACHABLE/)
    assert.match(err, /127\.0\.0\.1:1/)
    assert.match(err, /bootstrap\.servers/)
    assert.doesNotMatch(err, /Unhandled|UnhandledPromise/)
    assert.match(err, /within [1-9] s/)
  })

  it('that is written to exactly once without checkpoints: a warning says that nothing commits, and what to set', async () => {
    const table = (name: string, more: string) =>
      kafkaTable(name, 'id INT', 'x')
        .replace(broker.bootstrap, '127.0.0.1:1')
        .replace(", 'scan.bounded.mode' = 'latest-offset'", more)
    const exactly = ", 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'x'"
    const insert = `${table('o', exactly)}${table('i', '')}INSERT INTO o SELECT * FROM i;`
    const { err } = await runCli(['run', file('no-commits.sql', insert)])
    assert.match(err, /^warning ENGINE_NEVER_COMMITS: Table .*\.o writes exactly once, but no checkpoints are taken/m)
    assert.match(err, /after 900000 ms the broker gives the transaction up/)
    assert.match(err, /^hint: SET 'execution\.checkpointing\.interval' = '10 s';/m)
    assert.doesNotMatch(err, /trace-warnings/)
  })

  it('that goes away and comes back under a running job loses no row', async () => {
    broker.createTopic('steady_in', { partitions: 2 })
    broker.createTopic('steady_out', { partitions: 2 })
    const columns = 'orderId BIGINT, payAmount DOUBLE'
    const table = (name: string, topic: string) =>
      kafkaTable(name, columns, topic).replace(", 'scan.bounded.mode' = 'latest-offset'", '')
    const path = file(
      'steady.sql',
      `${table('i', 'steady_in')}${table('o', 'steady_out')}INSERT INTO o SELECT * FROM i;`,
    )
    const running = startCli(['run', path])
    const written = async () =>
      (await readTopic(broker.bootstrap, 'steady_out')).map((line) => JSON.parse(line).orderId)
    await produceEvents(broker.bootstrap, 'steady_in', paymentEvents.slice(0, 500))
    await until(async () => (await written()).length >= 500)
    await broker.stopListening()
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await broker.restart()
    await produceEvents(broker.bootstrap, 'steady_in', paymentEvents.slice(500, 1000))
    await until(async () => new Set(await written()).size >= 1000)
    running.child.kill('SIGTERM')
    const { code, err } = await running.done
    assert.equal(code, 143, err)
    const expected = paymentEvents.slice(0, 1000).map((line) => JSON.parse(line).orderId as number)
    assert.deepEqual([...new Set(await written())].sort(), expected.sort())
  })
})
