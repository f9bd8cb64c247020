/** What a program's calls become: steps in order, old syntax as today's, and refusals. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DataTypes } from '../engine/data-types.ts'
import { StreamTableEnvironment } from '../engine/environment.ts'
import { udf } from '../engine/functions/scalar.ts'
import { recordInto } from '../engine/recording.ts'
import { startRecording } from './record.ts'

async function record(run: (tEnv: StreamTableEnvironment) => Promise<void>) {
  const { recorder, finish } = startRecording()
  await recordInto(recorder, () => run(StreamTableEnvironment.create()))
  return finish('job.ts')
}

const PRINT = "CREATE TABLE p (a INT) WITH ('connector' = 'print')"

describe('recording a job for Flink', () => {
  it('keeps the order, and options as they are at the INSERT', async () => {
    const { steps } = await record(async (tEnv) => {
      tEnv.createTemporaryFunction(
        'f',
        udf((a) => a, { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() }),
      )
      await tEnv.executeSql(PRINT)
      tEnv.getConfig().set('pipeline.name', 'first')
      await tEnv.executeSql('INSERT INTO p SELECT f(1)')
    })
    assert.deepEqual(
      steps.map((step) => step.kind),
      ['function', 'statement', 'option', 'inserts'],
    )
  })

  it('writes Flink 1.10 as today, timestamps of the old JSON format as text', async () => {
    const { steps, findings, connectors } = await record(async (tEnv) => {
      tEnv.sqlUpdate(`CREATE TABLE sink (name VARCHAR, rowtime TIMESTAMP(3)) WITH ('connector.type' = 'kafka',
        'connector.version' = 'universal', 'connector.topic' = 'out',
        'connector.properties.bootstrap.servers' = '127.0.0.1:9092', 'format.type' = 'json')`)
      tEnv.sqlUpdate("INSERT INTO sink SELECT 'x', TIMESTAMP '2024-01-01 00:00:00'")
      await tEnv.execute('old')
    })
    const [table, inserts] = steps
    assert.equal(table.kind, 'statement')
    assert.equal(
      table.kind === 'statement' && table.sql,
      "CREATE TABLE sink (name VARCHAR, rowtime STRING) WITH ('connector' = 'kafka', 'topic' = 'out', 'properties.bootstrap.servers' = '127.0.0.1:9092', 'format' = 'json')",
    )
    assert.equal(inserts.kind, 'inserts')
    const [sql] = inserts.kind === 'inserts' ? inserts.sql : []
    assert.match(sql, /REGEXP_REPLACE\(DATE_FORMAT\(`rowtime`, 'yyyy-MM-dd''T''HH:mm:ss.SSS''Z'''\)/)
    assert.match(sql, /AS T\(`name`, `rowtime`\)$/)
    assert.equal(findings.length, 2)
    assert.deepEqual([...connectors], ['kafka'])
  })

  it('refuses rows that only a program reads', async () => {
    await assert.rejects(
      record(async (tEnv) => void (await tEnv.sqlQuery('SELECT 1').execute().collect())),
      { code: 'FLINK_QUERY_WITHOUT_SINK' },
    )
  })

  it('refuses a job without INSERT', async () => {
    await assert.rejects(
      record(async (tEnv) => void (await tEnv.executeSql(PRINT))),
      { code: 'FLINK_NO_JOB' },
    )
  })

  it('refuses forms of functions that do not run there', async () => {
    const later = udf(async (a: number | null) => a, { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })
    await assert.rejects(
      record(async (tEnv) => tEnv.createTemporaryFunction('later', later)),
      { code: 'FLINK_FUNCTION_FORM' },
    )
  })
})
