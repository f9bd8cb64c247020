/** What the parity report tells of a job, what it does not, and what `--strict` makes of it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { packageFile } from '../cli/package-file.ts'
import { DataTypes } from '../engine/data-types.ts'
import { StreamTableEnvironment } from '../engine/environment.ts'
import { udf } from '../engine/functions/scalar.ts'
import { recordInto } from '../engine/recording.ts'
import type { Dialect } from './parity.ts'
import { startRecording } from './record.ts'

const TABLES = [
  `CREATE TABLE src (name STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'kafka', 'topic' = 't',
    'properties.bootstrap.servers' = '127.0.0.1:9092', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json')`,
  "CREATE TABLE sink (v STRING) WITH ('connector' = 'print')",
]

async function findings(insert: string, dialect?: Dialect, options: Readonly<Record<string, string>> = {}) {
  const { recorder, finish } = startRecording(dialect)
  await recordInto(recorder, async () => {
    const tEnv = StreamTableEnvironment.create()
    tEnv.createTemporaryFunction(
      'shout',
      udf((s) => s, { inputTypes: [DataTypes.STRING()], resultType: DataTypes.STRING() }),
    )
    for (const [key, value] of Object.entries(options)) tEnv.getConfig().set(key, value)
    for (const sql of [...TABLES, insert]) await tEnv.executeSql(sql)
  })
  return finish('job.ts').findings
}

const tells = (found: readonly string[], pattern: RegExp) =>
  assert.ok(
    found.some((each) => pattern.test(each)),
    found.join('\n') || 'nothing was found',
  )

describe('the parity report', () => {
  it('has nothing to say of a job that is the same on Flink', async () => {
    assert.deepEqual(await findings('INSERT INTO sink SELECT UPPER(shout(name)) FROM src'), [])
  })

  it('names functions whose answers differ, once', async () => {
    const found = await findings(
      'INSERT INTO sink SELECT CAST(TRUNCATE(amount, 1) AS STRING) FROM src WHERE TRUNCATE(amount, 0) > 1',
    )
    assert.deepEqual(found, ["The function TRUNCATE: Flink's fails on a DECIMAL column that is NULL."])
  })

  it('tells JSON where Flink refuses it, and not inside JSON_OBJECT', async () => {
    tells(await findings("INSERT INTO sink SELECT JSON('[1]') FROM src"), /^The function JSON: Flink refuses/)
    assert.deepEqual(await findings("INSERT INTO sink SELECT JSON_OBJECT(KEY 'k' VALUE JSON('[1]')) FROM src"), [])
  })

  it('tells options that Flink reads otherwise', async () => {
    const insert = 'INSERT INTO sink SELECT name FROM src'
    tells(await findings(insert, undefined, { 'table.local-time-zone': 'PST' }), /'table.local-time-zone' = 'PST'/)
    assert.deepEqual(await findings(insert, undefined, { 'table.local-time-zone': 'Europe/Berlin' }), [])
  })

  it('tells what Confluent Cloud will not run', async () => {
    const found = await findings('INSERT INTO sink SELECT shout(name) FROM src', 'confluent')
    tells(found, /no job jar/)
    tells(found, /The function 'shout'/)
    tells(found, /Table src: Confluent Cloud has no connector 'kafka'/)
    tells(found, /Table src: Confluent Cloud has no format 'json'/)
    tells(found, /Table sink: .*'print'/)
  })

  it('tells what Alibaba Cloud sets itself', async () => {
    const insert = 'INSERT INTO sink SELECT name FROM src'
    const found = await findings(insert, 'alibaba', { 'state.backend.type': 'rocksdb' })
    tells(found, /JAR draft/)
    tells(found, /'state.backend.type' is set by Alibaba Cloud/)
    assert.equal(found.length, 2)
  })

  it('is an error with --strict, with every finding', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-parity-'))
    try {
      const file = join(folder, 'job.sql')
      writeFileSync(file, `${TABLES.join(';\n')};\nINSERT INTO sink SELECT JSON('[1]') FROM src;\n`)
      const options = { args: [], signal: new AbortController().signal, configuration: {}, jars: [] }
      await assert.rejects(
        packageFile(file, { ...options, strict: true }),
        (error: { code: string; message: string }) => {
          assert.equal(error.code, 'FLINK_PARITY')
          assert.match(error.message, /\n {2}- The function JSON/)
          return true
        },
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
