/** Whatever a job's DDL and configuration keep secret is in no answer and no log. */
import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { JobDetails } from '../../src/server/api-types.ts'
import { testServer } from '../server/harness.ts'

const SECRET = 'hunter2-hunter2'
const LOGIN = `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="${SECRET}";`
const OPTIONS = `'connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = '127.0.0.1:1', 'format' = 'json',
  'properties.security.protocol' = 'SASL_PLAINTEXT', 'properties.sasl.mechanism' = 'PLAIN',
  'properties.sasl.jaas.config' = '${LOGIN}'`
const TABLES = [
  `CREATE TABLE k (a INT) WITH (${OPTIONS})`,
  `CREATE TABLE s (a INT) WITH (${OPTIONS}, 'scan.startup.mode' = 'earliest-offset')`,
]
const SCRIPT = `${TABLES.join(';\n')};\nINSERT INTO k SELECT a FROM s;`
const RUNS = `${TABLES[0]};
CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE h (a INT) WITH ('connector' = 'blackhole');
INSERT INTO h SELECT a FROM g WHERE CAST(a AS STRING) <> 'password=${SECRET}';`
const rivulet = import.meta.resolve('rivulet')
const MODULE = `
  import { StreamTableEnvironment } from ${JSON.stringify(rivulet)}
  const tEnv = StreamTableEnvironment.create()
  for (const sql of ${JSON.stringify(TABLES)}) await tEnv.executeSql(sql)
  console.log('sasl.jaas.config=', ${JSON.stringify(LOGIN)})
  console.log(JSON.stringify({ 'ssl.key.password': ${JSON.stringify(SECRET)} }))
  await tEnv.executeSql(${JSON.stringify(`CREATE TABLE b (a INT) WITH ('connector' = 'kafka', 'nosuch' = 'x', 'properties.ssl.key.password' = '${SECRET}')`)})
  await tEnv.executeSql('INSERT INTO b SELECT a FROM s')`

/** Every GET of the OpenAPI document, with the job's ids filled in. */
async function sweep(t: Awaited<ReturnType<typeof testServer>>, id: string): Promise<Map<string, string>> {
  const details = await t.client.details(id)
  const [vertex] = (details as JobDetails).vertices
  const document = await t.client.call<{ paths: Record<string, { get?: object }> }>('GET', '/openapi.json')
  const answers = new Map<string, string>()
  for (const [path, { get }] of Object.entries(document.paths)) {
    if (get === undefined) continue
    const values: Record<string, string> = { id, vertex: vertex?.id ?? '', subtask: '0', checkpoint: '1', node: '1' }
    const url = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x')
    answers.set(url, await textOf(await fetch(t.server.url + url)))
  }
  return answers
}

/** A stream of events goes on as long as its job: of that, the first two seconds. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text()
  let text = ''
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  const timer = setTimeout(() => void reader?.cancel(), 2000)
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) text += part.value
  clearTimeout(timer)
  return text
}

describe('secrets', { timeout: 180_000 }, () => {
  it('of a job that runs or cannot start are in no answer and in no log', async () => {
    const t = await testServer({ configuration: { 's3.secret-key': SECRET, 'properties.ssl.keystore.key': SECRET } })
    try {
      const configuration = {
        'restart-strategy.type': 'none',
        'properties.sasl.jaas.config': LOGIN,
        'security.token': SECRET,
      }
      const sql = await t.submit(SCRIPT, { configuration })
      const module = await t.submit(MODULE, { kind: 'module', file: 'job.ts', configuration })
      await t.until(sql, 'FAILED')
      await t.until(module, 'FAILED')
      for (const id of [sql, module]) {
        const answers = await sweep(t, id)
        assert.ok(answers.size > 30, String(answers.size))
        for (const [url, text] of answers) assert.ok(!text.includes(SECRET), `${url}: ${text}`)
        assert.match(answers.get(`/jobs/${id}/config`) ?? '', /"properties.sasl.jaas.config":"\*{6}"/)
        assert.match(answers.get(`/jobs/${id}/exceptions`) ?? '', /\[?KAFKA_|CATALOG_|CONNECTOR_/)
      }
      const runs = await t.submit(RUNS, { configuration })
      await t.until(runs, 'RUNNING')
      const plans = await sweep(t, runs)
      for (const [url, text] of plans) assert.ok(!text.includes(SECRET), `${url}: ${text}`)
      for (const url of [`/rivulet/v1/jobs/${runs}/plan`, `/jobs/${runs}/plan`, `/jobs/${runs}`]) {
        assert.match(plans.get(url) ?? '', /password=\*{15}/, `${url} is there, and masked`)
      }
      // What a job prints is its own affair; what is shown of it is ours.
      const log = await t.client.logs(module, 0)
      assert.match(log.text, /password="?\*+/)
      assert.match(log.text, /"ssl.key.password":\*+/)
      const check = JSON.stringify({ sql: `${SCRIPT.replace("'json'", "'nosuch'")} SELECT` })
      const headers = { 'content-type': 'application/json' }
      const checked = await fetch(`${t.server.url}/rivulet/v1/sql/check`, { method: 'POST', body: check, headers })
      assert.ok(!(await checked.text()).includes(SECRET))
      assert.ok(!readFileSync(join(t.data, 'server.log'), 'utf8').includes(SECRET))
      // The code and the record of a job hold them: they are the owner's alone, behind a folder that is.
      assert.equal(statSync(t.data).mode & 0o077, 0)
      const holds = globSync('jobs/*/*', { cwd: t.data }).filter((file) =>
        readFileSync(join(t.data, file), 'utf8').includes(SECRET),
      )
      assert.ok(holds.length >= 4, holds.join())
      for (const file of holds) assert.equal(statSync(join(t.data, file)).mode & 0o077, 0, file)
    } finally {
      await t.close()
    }
  })
})
