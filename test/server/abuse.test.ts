import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ErrorBody } from '../../src/server/api-types.ts'
import { type TestServer, testServer } from './harness.ts'

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

describe('the server refuses', { timeout: 30_000 }, () => {
  let t: TestServer
  before(async () => {
    t = await testServer()
  })
  after(() => t.close())

  /** Raw HTTP: paths are not normalized, headers are sent as given. */
  function send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: t.server.port, method, path, headers, agent: false },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
  const json = { 'content-type': 'application/json' }
  const unknown = 'deadbeefdeadbeefdeadbeefdeadbeef'

  it('a foreign Host and a foreign Origin', async () => {
    assert.equal((await send('GET', '/overview')).status, 200)
    assert.equal((await send('GET', '/overview', { host: 'evil.example' })).status, 403)
    assert.equal((await send('GET', '/overview', { origin: 'http://evil.example' })).status, 403)
    assert.equal((await send('GET', '/overview', { origin: 'null' })).status, 403)
    const own = `127.0.0.1:${t.server.port}`
    const answer = await send('GET', '/overview', { host: own, origin: `http://${own}` })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    assert.equal((await send('OPTIONS', '/overview')).status, 404)
  })

  it('code without the token, also on loopback', async () => {
    const body = JSON.stringify({ kind: 'sql', text: 'SELECT 1', file: 'x.sql' })
    assert.equal((await send('POST', '/rivulet/v1/jobs', json, body)).status, 401)
    const wrong = { ...json, authorization: 'Bearer 0000000000000000' }
    assert.equal((await send('POST', '/rivulet/v1/jobs', wrong, body)).status, 401)
    const token = { ...json, authorization: `Bearer ${readFileSync(join(t.data, 'token'), 'utf8').trim()}` }
    assert.equal((await send('POST', '/rivulet/v1/jobs', token, body)).status, 202)
    assert.equal(statSync(join(t.data, 'token')).mode & 0o777, 0o600)
  })

  it('unknown and malformed ids, as Flink does', async () => {
    assert.equal((await send('GET', `/jobs/${unknown}`)).status, 404)
    assert.equal((await send('GET', '/jobs/xyz')).status, 400)
    const canceled = await send('PATCH', `/jobs/${unknown}?mode=cancel`)
    assert.equal(canceled.status, 404)
    assert.deepEqual(Object.keys(JSON.parse(canceled.text)), ['errors'], 'else Flink takes it for a success')
    assert.match(String(canceled.headers['rivulet-error']), /SERVER_UNKNOWN_JOB/)
    assert.equal((await send('GET', `/jobs/${unknown}/vertices/..%2f..%2ftoken`)).status, 400)
    const { status, text } = await send('GET', '/nosuchpath')
    assert.equal(status, 404)
    assert.deepEqual(JSON.parse(text), { errors: ['Unable to load requested file /nosuchpath.'] })
    const asked = await send('POST', `/jobs/${unknown}/savepoints`, json, '{"target-directory":"/x"}')
    assert.equal(asked.status, 202, 'the operation fails, not the call')
    const { 'request-id': trigger } = JSON.parse(asked.text)
    const result = JSON.parse((await send('GET', `/jobs/${unknown}/savepoints/${trigger}`)).text)
    assert.match(result.operation['failure-cause']['stack-trace'], /Could not find Flink job/)
    assert.ok(result.operation['failure-cause']['serialized-throwable'].startsWith('rO0ABXNy'))
  })

  it('paths that leave the folder', async () => {
    for (const path of ['/../token', '/..%2ftoken', '/%2e%2e/token', '//etc/passwd', '/v1/../../token']) {
      const { status, text } = await send('GET', path)
      assert.ok(status === 404 || status === 400, `${path}: ${status}`)
      assert.ok(!text.includes(t.server.token))
    }
  })

  it('JSON that is none, too much, unknown or aims at prototypes', async () => {
    const path = `/jobs/${unknown}/savepoints`
    for (const body of ['{bad', '[]', '{"nosuchfield":1}', '{"__proto__":{"polluted":1}}', '"x"', 'null']) {
      const { status, text } = await send('POST', path, json, body)
      assert.equal(status, 400, body)
      assert.ok((JSON.parse(text) as ErrorBody).errors[0].length > 0)
    }
    assert.equal((await send('POST', path, json, '['.repeat(200_000))).status, 400)
    assert.equal((await send('POST', path, json, `{"a":"${'x'.repeat(2 << 20)}"}`)).status, 413)
    assert.equal((await send('POST', path, { 'content-type': 'text/xml' }, '<a/>')).status, 415)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  it('headers beyond measure', async () => {
    // Node answers 431 and closes; the close can overtake the answer.
    const answer = await send('GET', '/overview', { 'x-long': 'x'.repeat(40_000) }).catch((error) => error)
    assert.ok(answer.status === 431 || answer.code === 'ECONNRESET', String(answer.status ?? answer.code))
    assert.equal((await send('GET', '/overview')).status, 200, 'and goes on')
  })

  it('a GET with a body is answered (Flink’s clients always send one)', async () => {
    const answer = await send('GET', '/v1/jobs/overview', { ...json, 'content-length': '2', connection: 'close' }, '{}')
    assert.equal(answer.status, 200)
    assert.match(String(answer.headers['content-type']), /^application\/json; charset=utf-8$/i)
  })

  it('to listen beyond loopback without a token, and token files that others can read', async () => {
    await assert.rejects(testServer({ host: '0.0.0.0' }), { code: 'SERVER_NOT_LOOPBACK' })
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-token-'))
    const tokenFile = join(folder, 'token')
    writeFileSync(tokenFile, '0123456789abcdef0123456789abcdef')
    chmodSync(tokenFile, 0o644)
    await assert.rejects(testServer({ host: '0.0.0.0', tokenFile }), { code: 'SERVER_TOKEN_FILE' })
    chmodSync(tokenFile, 0o600)
    const open = await testServer({ host: '0.0.0.0', tokenFile })
    const url = `http://127.0.0.1:${open.server.port}/overview`
    assert.equal((await fetch(url)).status, 401)
    const headers = { authorization: 'Bearer 0123456789abcdef0123456789abcdef' }
    assert.equal((await fetch(url, { headers })).status, 200)
    await open.close()
    rmSync(folder, { recursive: true })
  })

  it('to show rows and state to other sites, of unknown jobs, for keys that are no keys', async () => {
    const operator = `/rivulet/v1/jobs/${unknown}/operators/1`
    for (const path of [`${operator}/rows`, `${operator}/state?key=1`]) {
      assert.equal((await send('GET', path, { host: 'evil.example' })).status, 403)
      assert.equal((await send('GET', path, { origin: 'http://evil.example' })).status, 403)
      const { status, text } = await send('GET', path)
      assert.deepEqual([status, (JSON.parse(text) as ErrorBody).rivulet?.code], [404, 'SERVER_UNKNOWN_JOB'])
    }
    assert.equal((await send('GET', `${operator}/state`)).status, 400)
    assert.equal((await send('GET', `${operator}/state?key=${'1'.repeat(9000)}`)).status, 400)
    assert.equal((await send('GET', `/rivulet/v1/jobs/${unknown}/operators/..%2f1/rows`)).status, 400)
  })

  it('and what it cannot do says so', async () => {
    const { status, headers } = await send('POST', '/jobs', json, '{}')
    assert.equal(status, 501)
    assert.match(decodeURIComponent(String(headers['rivulet-error'])), /SERVER_NOT_YET/)
  })
})
