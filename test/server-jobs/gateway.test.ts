/** The SQL Gateway of a server: sessions in a process of their own, INSERTs as jobs of the server. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type TestServer, testServer } from '../server/harness.ts'
import { send } from '../server/raw.ts'

interface Page {
  readonly resultType: string
  readonly jobID?: string
  readonly results?: { readonly data: readonly { readonly fields: readonly unknown[] }[] }
  readonly nextResultUri?: string
  readonly errors?: readonly string[]
}

let test: TestServer
let folder: string
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-gateway-'))
  test = await testServer()
})
after(async () => {
  await test.close()
  rmSync(folder, { recursive: true })
})

async function call<T = Page>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(test.server.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...authorization },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  return (await response.json()) as T
}

const open = async () =>
  (await call<{ sessionHandle: string }>('POST', '/v3/sessions', { properties: {} })).sessionHandle

/** All rows of a statement, and the id of its job; rejects with the statement's error. */
async function run(session: string, statement: string, token?: string) {
  const base = `/v3/sessions/${session}`
  const started = await call<{ operationHandle: string }>('POST', `${base}/statements`, { statement }, token)
  let next: string | undefined = `${base}/operations/${started.operationHandle}/result/0?rowFormat=JSON`
  const rows: (readonly unknown[])[] = []
  let job: string | undefined
  while (next !== undefined) {
    const page: Page = await call('GET', next)
    if (page.errors !== undefined) throw new Error(page.errors.join('\n'))
    job ??= page.jobID
    for (const row of page.results?.data ?? []) rows.push(row.fields)
    next = page.nextResultUri
  }
  return { rows, job }
}

const NUMBERS =
  "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100000')"
const NOWHERE = "CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')"

describe('the SQL Gateway of a server', () => {
  it('runs an INSERT as a job of the server, which SHOW JOBS lists and STOP JOB stops with a savepoint', async () => {
    const session = await open()
    await run(session, NUMBERS)
    await run(session, NOWHERE)
    await run(session, `SET 'execution.checkpointing.savepoint-dir' = '${folder}'`)
    const { job, rows } = await run(session, 'INSERT INTO nowhere SELECT n * 2 FROM numbers')
    assert.match(job ?? '', /^[0-9a-f]{32}$/)
    assert.deepEqual(rows, [[job]])
    const details = await test.until(job as string, 'RUNNING')
    assert.match(details.name, /nowhere/)
    const listed = (await run(session, 'SHOW JOBS')).rows.find(([id]) => id === job)
    assert.equal(listed?.[2], 'RUNNING')
    const stopped = await run(session, `STOP JOB '${job}' WITH SAVEPOINT`)
    assert.match(String(stopped.rows[0][0]), new RegExp(`${folder}/savepoint-`))
    await test.until(job as string, 'FINISHED')
  })

  it('hands on what the session made: views, functions, CREATE TABLE AS, the database in use, several INSERTs', async () => {
    const session = await open()
    const token = test.server.token
    const module = join(folder, 'udfs.ts')
    const rivulet = new URL('../../src/index.ts', import.meta.url).pathname
    const types = '{ inputTypes: [DataTypes.BIGINT()], resultType: DataTypes.BIGINT() }'
    const twice = `export const twice = udf((n: bigint) => n * 2n, ${types})`
    writeFileSync(module, `import { DataTypes, udf } from '${rivulet}'\n${twice}\n`)
    await run(session, 'CREATE DATABASE other')
    await run(session, 'USE other')
    await run(session, NOWHERE)
    const create = `CREATE TEMPORARY FUNCTION twice AS '${module}#twice' LANGUAGE TYPESCRIPT`
    await assert.rejects(run(session, create), /token/)
    await run(session, create, token)
    await run(session, 'CREATE VIEW three AS SELECT * FROM (VALUES (1), (2), (3)) AS t(n)')
    const first = await run(session, "CREATE TABLE copy WITH ('connector' = 'blackhole') AS SELECT n FROM three")
    await test.until(first.job as string, 'FINISHED')
    const both = await run(
      session,
      'EXECUTE STATEMENT SET BEGIN INSERT INTO nowhere SELECT twice(n) FROM three; INSERT INTO copy SELECT n FROM three; END',
    )
    await test.until(both.job as string, 'FINISHED')
    const { operators } = await test.client.operators(both.job as string)
    const written = operators.filter(({ kind }) => kind === 'sink').map(({ rowsIn }) => rowsIn)
    assert.deepEqual(written, [3, 3])
  })

  it('waits for the end of an INSERT with table.dml-sync, and rejects with its error', async () => {
    const session = await open()
    await run(session, NOWHERE)
    await run(session, "SET 'table.dml-sync' = 'true'")
    const { job } = await run(session, 'INSERT INTO nowhere VALUES (1)')
    assert.equal((await test.client.details(job as string)).state, 'FINISHED')
    const broken = "INSERT INTO nowhere SELECT CAST(s AS BIGINT) FROM (VALUES ('x')) AS t(s)"
    await assert.rejects(run(session, broken), /Cannot parse|CAST/i)
  })

  it('checks and completes for the SQL page, with the tables of a session and of the text before', async () => {
    const session = await open()
    await run(session, NUMBERS)
    const complete = async (sql: string, more: object = {}) =>
      (
        await call<{ candidates: { text: string; kind: string }[] }>('POST', '/rivulet/v1/sql/complete', {
          sql,
          position: sql.length,
          ...more,
        })
      ).candidates
    assert.deepEqual(await complete('SELECT * FROM num'), [])
    assert.deepEqual(await complete('SELECT * FROM num', { session }), [{ text: 'numbers', kind: 'name' }])
    assert.deepEqual(await complete(`${NOWHERE}; SELECT * FROM nowh`), [{ text: 'nowhere', kind: 'name' }])
    const { errors } = await call<{ errors: { code: string; span: { start: number } }[] }>(
      'POST',
      '/rivulet/v1/sql/check',
      { sql: 'SELECT m FROM numbers', session },
    )
    assert.deepEqual(
      errors.map(({ code, span }) => [code, span.start]),
      [['PLAN_UNKNOWN_COLUMN', 7]],
    )
  })

  it('is in the OpenAPI document with all that it answers, as everything else is', async () => {
    const { paths } = await call<{ paths: Record<string, Record<string, object>> }>('GET', '/openapi.json')
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
    )
    assert.ok(documented.length > 80 && !documented.some(([, path]) => path.includes('*')))
    const session = (await open()).replace(/.*\//, '')
    const authorization = `Bearer ${test.server.token}`
    for (const [method, path] of documented) {
      const place = path
        .replace('{session}', session)
        .replace('{operation}', '00000000-0000-4000-8000-000000000000')
        .replace(/\{\w+\}/g, '0'.repeat(32))
      const { text, status } = await send(test.server.port, method, place, { headers: { authorization } })
      assert.doesNotMatch(text, /Unable to load requested file|Not found:/, `${method} ${path}: ${status}`)
    }
    const beside = await send(test.server.port, 'GET', `/v4/sessions/${session}/nothing`)
    assert.match(beside.text, /Not found:/)
  })

  it('loses its sessions when their process ends, and nothing else', async () => {
    const session = await open()
    await run(session, NUMBERS)
    await run(session, NOWHERE)
    const { job } = await run(session, 'INSERT INTO nowhere SELECT n FROM numbers')
    await test.until(job as string, 'RUNNING')
    const pid = test.server.gatewayPid
    assert.ok(pid !== undefined)
    process.kill(pid, 'SIGKILL')
    await assert.rejects(run(session, 'SELECT 1'))
    assert.deepEqual((await run(await open(), 'SELECT 1')).rows, [[1]])
    assert.equal((await test.client.details(job as string)).state, 'RUNNING')
    await test.client.cancel(job as string)
    await test.until(job as string, 'CANCELED')
  })
})
