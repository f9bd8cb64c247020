/** The SQL Gateway behind the server: nobody talks himself into running code, and no request ends the process of the sessions. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type TestServer, testServer } from '../server/harness.ts'
import { bytes, send } from '../server/raw.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const MODULE = '/nosuch/module.ts#f'
const CODE = [
  `CREATE FUNCTION f AS '${MODULE}' LANGUAGE TYPESCRIPT`,
  `/* */ create temporary system function if not exists f as '${MODULE}' language typescript;`,
  `ALTER FUNCTION f AS '${MODULE}' LANGUAGE TYPESCRIPT`,
  `ALTER TEMPORARY SYSTEM FUNCTION IF EXISTS f AS '${MODULE}' LANGUAGE TYPESCRIPT`,
]

describe('the SQL Gateway refuses', { timeout: 180_000 }, () => {
  let t: TestServer
  let session: string
  let pid: number | undefined
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    send(t.server.port, 'POST', path, { headers: { ...JSON_TYPE, ...headers }, body })
  before(async () => {
    t = await testServer()
    session = `/v4/sessions/${JSON.parse((await post('/v4/sessions', '{}')).text).sessionHandle}`
    pid = t.server.gatewayPid
  })
  after(() => t.close())

  it('code without the token, whatever the headers say', async () => {
    for (const headers of [
      {},
      { 'rivulet-trusted': 'true' },
      { 'Rivulet-Trusted': 'true', 'rivulet-gateway': '0'.repeat(64) },
      { authorization: 'Bearer 0123456789abcdef' },
      { connection: 'rivulet-trusted, close', 'rivulet-trusted': 'true' },
    ] as Record<string, string>[]) {
      for (const statement of CODE) {
        const { status, text } = await post(`${session}/configure-session`, JSON.stringify({ statement }), headers)
        assert.equal(status, 403, `${statement}: ${text}`)
        assert.match(text, /needs the token/)
      }
    }
    const authorization = `Bearer ${t.server.token}`
    for (const statement of CODE) {
      const allowed = await post(`${session}/configure-session`, JSON.stringify({ statement }), { authorization })
      assert.match(allowed.text, /ENGINE_FUNCTION_MODULE/, 'it tries to load the module')
    }
  })

  it('bodies that are no JSON of its own, and goes on', async () => {
    const nested = (depth: number) => `{"properties":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const bad: (string | Buffer)[] = [
      '{',
      '[]',
      'null',
      '"x"',
      '{"properties":7}',
      '{"properties":["x"]}',
      '{"properties":{"table.local-time-zone":7}}',
      '{"properties":{"__proto__":{"admin":true}}}',
      '{"__proto__":{"properties":{}}}',
      nested(1000),
      nested(200_000),
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    ]
    for (const body of bad) {
      const { status, text } = await post('/v4/sessions', body)
      assert.equal(status, 400, `${body.toString('utf8').slice(0, 60)}: ${text.slice(0, 300)}`)
      assert.ok(JSON.parse(text).errors.length > 0)
    }
    const large = await post('/v4/sessions', `{"properties":{"x":"${'x'.repeat(17 << 20)}"}}`).catch((error) => error)
    // The close can overtake the answer.
    assert.ok(large.status === 413 || ['EPIPE', 'ECONNRESET'].includes(large.code), `${large.status} ${large.text}`)
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    const head =
      'POST /v4/sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n'
    const chunked = `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(17)}0\r\n\r\n`
    // Empty: the close has overtaken the answer.
    assert.match(await bytes(t.server.port, chunked), /^HTTP\/1.1 413[\s\S]*SERVER_BODY_TOO_LARGE|^$/)
    assert.equal(t.server.gatewayPid, pid, 'the process of the sessions is the same')
  })

  it('statements that are made to break a parser or a planner, and goes on', async () => {
    for (const statement of [
      `SELECT ${'('.repeat(100_000)}1`,
      `SELECT 1${' + 1'.repeat(50_000)}`,
      `SELECT ${'NOT '.repeat(99_000)}TRUE`,
      `SELECT * FROM ${'(SELECT * FROM '.repeat(20_000)}`,
      `SELECT CASE ${'WHEN 1 = 1 THEN CASE '.repeat(10_000)}`,
      "'".repeat(900_001),
      '\0',
      'SELECT \ud800',
    ]) {
      const { text } = await post(`${session}/statements`, JSON.stringify({ statement }))
      const { operationHandle } = JSON.parse(text)
      for (let token = 0; token < 3; ) {
        const page = await send(t.server.port, 'GET', `${session}/operations/${operationHandle}/result/${token}`)
        assert.ok(page.status === 200 || page.status === 500, `${statement.slice(0, 30)}: ${page.status}`)
        if (page.status === 500) assert.match(page.text, /Caused by/, statement.slice(0, 30))
        if (page.status === 500 || JSON.parse(page.text).resultType === 'EOS') break
        if (JSON.parse(page.text).resultType !== 'NOT_READY') token++
      }
      const check = await post('/rivulet/v1/sql/check', JSON.stringify({ sql: statement }))
      assert.ok(check.status === 200 || check.status === 400, `${statement.slice(0, 30)}: ${check.text.slice(0, 200)}`)
    }
    assert.equal(t.server.gatewayPid, pid, 'the process of the sessions is the same')
    assert.equal((await send(t.server.port, 'GET', session)).status, 200, 'and so are the sessions')
  })

  it('paths and handles that are not its own', async () => {
    for (const path of [
      '/v4/sessions/..%2f..%2ftoken',
      '/v4/sessions/../../token',
      '/v5/sessions',
      `${session}/operations/x/result/0`,
      `${session}/operations/00000000-0000-4000-8000-000000000000/result/0`,
      `${session}/operations/00000000-0000-4000-8000-000000000000/result/-1`,
    ]) {
      const { status, text } = await send(t.server.port, 'GET', path)
      assert.ok(status >= 400, `${path}: ${status}`)
      assert.ok(!text.includes(t.server.token))
    }
  })
})
