/** Who gets in: TLS and client certificates, hosts and origins, tokens; and what a dashboard, a body, a header cannot be made to do. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { certificate } from '../harness/certificate.ts'
import { type TestServer, testServer } from './harness.ts'
import { bytes, type Sent, send } from './raw.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const SUBMIT = JSON.stringify({ kind: 'sql', text: 'SELECT nosuch', file: 'x.sql' })
const UNKNOWN = 'deadbeefdeadbeefdeadbeefdeadbeef'

describe('TLS', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-tls-'))
  const ca = certificate('rivulet test CA')
  const client = certificate('a client', ca)
  const stranger = certificate('a client', certificate('rivulet test CA'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const own = certificate('localhost', ca)
  const tls = { cert: file('cert.pem', own.cert), key: file('key.pem', own.key) }
  const clientCa = file('ca.pem', ca.cert)
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('serves HTTPS only, and the token works as it does without', async () => {
    const t = await testServer({ tls })
    try {
      const { port, url, token } = t.server
      assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/)
      assert.equal((await send(port, 'GET', '/overview', { tls: { ca: ca.cert } })).status, 200)
      await assert.rejects(send(port, 'GET', '/overview', { tls: { ca: stranger.cert } }), /certificate/)
      await assert.rejects(send(port, 'GET', '/overview'), /socket hang up|ECONNRESET/, 'plain HTTP')
      const submit = (more: Sent) => send(port, 'POST', '/rivulet/v1/jobs', { body: SUBMIT, ...more })
      const bearer = { ...JSON_TYPE, authorization: `Bearer ${token}` }
      assert.equal((await submit({ tls: { ca: ca.cert }, headers: JSON_TYPE })).status, 401)
      assert.equal((await submit({ tls: { ca: ca.cert }, headers: bearer })).status, 202)
      // No client CA was named: a certificate, whoever signed it, proves nothing.
      assert.equal((await submit({ tls: { ...client, ca: ca.cert }, headers: JSON_TYPE })).status, 401)
      const origin = (scheme: string) => ({ origin: `${scheme}://127.0.0.1:${port}` })
      const from = (scheme: string) => send(port, 'GET', '/overview', { tls: { ca: ca.cert }, headers: origin(scheme) })
      assert.equal((await from('https')).status, 200)
      assert.equal((await from('http')).status, 403, 'a page that came over plain HTTP is another site')
    } finally {
      await t.close()
    }
  })

  it('takes client certificates of --client-ca for the token, and no others', async () => {
    // Beyond loopback without a token file: the CA alone is enough.
    const t = await testServer({ host: '0.0.0.0', tls: { ...tls, clientCa } })
    try {
      const { port, token } = t.server
      const get = (more: Sent) => send(port, 'GET', '/overview', more)
      assert.equal((await get({ tls: { ca: ca.cert } })).status, 401)
      assert.equal((await get({ tls: { cert: client.cert, key: client.key, ca: ca.cert } })).status, 200)
      assert.equal((await get({ tls: { cert: stranger.cert, key: stranger.key, ca: ca.cert } })).status, 401)
      const itself = certificate('a client')
      assert.equal((await get({ tls: { cert: itself.cert, key: itself.key, ca: ca.cert } })).status, 401)
      const headers = { authorization: `Bearer ${token}` }
      assert.equal((await get({ tls: { ca: ca.cert }, headers })).status, 200, 'the token as well')
      const submit = { tls: { cert: client.cert, key: client.key, ca: ca.cert }, headers: JSON_TYPE, body: SUBMIT }
      assert.equal((await send(port, 'POST', '/rivulet/v1/jobs', submit)).status, 202)
    } finally {
      await t.close()
    }
  })
})

describe('names of the server', { timeout: 60_000 }, () => {
  it('are its own, whatever the port; a rebound name, another site and tricks are refused', async () => {
    const t = await testServer({ allowHosts: ['Box.Example:8081'] })
    try {
      const { port } = t.server
      const get = (headers: Record<string, string>) => send(port, 'GET', '/jobs', { headers })
      const names = ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'box.example']
      // A port that is forwarded from elsewhere keeps its name there.
      for (const host of names.flatMap((name) => [name, `${name}:`, `${name}:${port}`, `${name}:9`])) {
        assert.equal((await get({ host })).status, 200, host)
        assert.equal((await get({ host, origin: `http://${host.toLowerCase()}` })).status, 200, host)
        assert.equal((await get({ host, origin: `https://${host.toLowerCase()}` })).status, 403, host)
        assert.equal((await get({ host, origin: 'http://evil.example' })).status, 403, host)
      }
      for (const host of [
        'evil.example',
        `evil.example:${port}`,
        'localhost.evil.example',
        'evil.example#localhost',
        'evil.example@localhost',
        'localhost:1:2',
        'localhost.',
        '::1',
        '[::1',
        '[::2]',
        '[::ffff:127.0.0.1]',
        '0.0.0.0',
        '127.1',
        '2130706433',
        'localhost, evil.example',
      ]) {
        const { status, code } = await get({ host })
        assert.ok(status === 400 || (status === 403 && code === 'SERVER_FORBIDDEN_HOST'), `${host}: ${status}`)
      }
      const local = `localhost:${port}`
      for (const origin of [
        'null',
        '',
        'http://localhost',
        `http://127.0.0.1:${port}`,
        `http://${local}.evil.example`,
      ]) {
        assert.equal((await get({ host: local, origin })).status, 403, origin)
      }
      assert.match(await bytes(port, 'GET /jobs HTTP/1.1\r\nconnection: close\r\n\r\n'), /^HTTP\/1.1 400/)
      assert.match(await bytes(port, 'GET /jobs HTTP/1.0\r\n\r\n'), /^HTTP\/1.1 403/)
      assert.match(await bytes(port, 'GET /jobs HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n'), /^HTTP\/1.1 403/)
      const twice = `GET /jobs HTTP/1.1\r\nhost: evil.example\r\nhost: ${local}\r\nconnection: close\r\n\r\n`
      assert.match(await bytes(port, twice), /^HTTP\/1.1 40[03]/)
      const absolute = `GET http://evil.example/jobs HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n`
      assert.match(await bytes(port, absolute), /^HTTP\/1.1 40[034]/)
    } finally {
      await t.close()
    }
  })

  it('on IPv6 loopback', async (test) => {
    const t = await testServer({ host: '::1' }).catch((error: NodeJS.ErrnoException) => error)
    if (t instanceof Error) {
      if (t.code !== 'EADDRNOTAVAIL' && t.code !== 'EAFNOSUPPORT') throw t
      test.skip('this machine has no IPv6')
      return
    }
    try {
      const { port, url } = t.server
      assert.equal(url, `http://[::1]:${port}`)
      assert.equal((await t.client.jobs()).length, 0)
      const headers = { host: `[::1]:${port}`, origin: `http://[::1]:${port}` }
      assert.equal((await send(port, 'GET', '/jobs', { host: '::1', headers })).status, 200)
      assert.equal((await send(port, 'GET', '/jobs', { host: '::1', headers: { host: '[::2]' } })).status, 403)
    } finally {
      await t.close()
    }
  })
})

describe('tokens and files', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-page-'))
  const dashboard = join(folder, 'dashboard')
  mkdirSync(join(dashboard, 'assets'), { recursive: true })
  writeFileSync(join(dashboard, 'index.html'), '<title>page</title>')
  writeFileSync(join(dashboard, 'assets', 'a.js'), 'let a')
  writeFileSync(join(dashboard, '.hidden'), 'hidden secret')
  writeFileSync(join(folder, 'outside'), 'outside secret')
  const tokenFile = join(folder, 'token')
  const token = '0123456789abcdef0123456789abcdef'
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 })
  let t: TestServer
  let far: TestServer
  before(async () => {
    t = await testServer({ dashboard })
    far = await testServer({ dashboard, host: '0.0.0.0', tokenFile })
  })
  after(async () => {
    await t.close()
    await far.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a call that carries code needs the right token', async () => {
    const { port, token: right } = t.server
    const submit = (headers: Record<string, string>) =>
      send(port, 'POST', '/rivulet/v1/jobs', { headers: { ...JSON_TYPE, ...headers }, body: SUBMIT })
    const cut = right.slice(0, -1)
    const wrong = [
      '',
      right,
      'Bearer',
      'Bearer ',
      `Basic ${right}`,
      `Bearer ${cut}`,
      `Bearer ${right}x`,
      `Bearer ${cut}é`,
    ]
    for (const authorization of wrong) {
      const { status, code, headers, text } = await submit({ authorization })
      assert.equal(status, 401, authorization)
      assert.equal(code, 'SERVER_TOKEN_NEEDED')
      assert.equal(headers['www-authenticate'], 'Bearer')
      assert.ok(!text.includes(cut))
    }
    assert.equal((await submit({ authorization: `bearer ${right}` })).status, 202)
    // Nor by way of an address, where it would be logged.
    assert.equal(
      (await send(port, 'POST', `/rivulet/v1/jobs?token=${right}`, { headers: JSON_TYPE, body: SUBMIT })).status,
      401,
    )
  })

  it('beyond loopback only the page itself is open', async () => {
    const { port } = far.server
    for (const path of ['/', '/assets/a.js']) assert.equal((await send(port, 'GET', path)).status, 200, path)
    const closed = ['/overview', '/v1/jobs', '/metrics', '/openapi.json', '/rivulet/v1/jobs', `/jobs/${UNKNOWN}/config`]
    for (const path of closed) {
      const { status } = await send(port, 'GET', path)
      // A path without a GET of its own is a file that is not there.
      assert.equal(status, path === '/rivulet/v1/jobs' ? 404 : 401, path)
    }
    assert.equal((await send(port, 'PATCH', `/jobs/${UNKNOWN}`)).status, 401)
    const body = JSON.stringify({ sql: 'SELECT 1' })
    assert.equal((await send(port, 'POST', '/rivulet/v1/sql/check', { headers: JSON_TYPE, body })).status, 401)
    const headers = { authorization: `Bearer ${token}` }
    for (const path of closed.slice(0, 4)) assert.equal((await send(port, 'GET', path, { headers })).status, 200, path)
  })

  it('no path leaves the dashboard’s folder, a job’s log or a checkpoint', async () => {
    const up = ['..', '%2e%2e', '.%2e', '%252e%252e', '..;', '%c0%ae%c0%ae', '....']
    const paths = up.flatMap((each) => [
      `/${each}/outside`,
      `/assets/${each}/${each}/outside`,
      `/assets/${each}%2f${each}%2foutside`,
      `/assets/${each}%5c${each}%5coutside`,
      `/v1/${each}/${each}/outside`,
    ])
    for (const path of [
      ...paths,
      `//${folder}/outside`,
      `/${encodeURIComponent(`${folder}/outside`)}`,
      '/index.html%00/../../outside',
      '/.hidden',
      '/%2ehidden',
      '/%',
      '/%ff',
      '/%00',
    ]) {
      const { status, text } = await send(t.server.port, 'GET', path)
      assert.ok(status >= 400 && status < 500, `${path}: ${status}`)
      assert.ok(!text.includes('secret'), path)
    }
    for (const id of [
      '../../token',
      '..%2f..%2ftoken',
      '%2e%2e',
      `${UNKNOWN}%00`,
      UNKNOWN.toUpperCase(),
      `${UNKNOWN}0`,
    ]) {
      for (const path of [`/jobs/${id}/config`, `/rivulet/v1/jobs/${id}/logs`, `/jobs/${UNKNOWN}/vertices/${id}`]) {
        const { status } = await send(t.server.port, 'GET', path)
        assert.ok([400, 403, 404].includes(status), `${path}: ${status}`)
      }
      const { status } = await send(t.server.port, 'GET', `/jobs/${UNKNOWN}/checkpoints/details/${id}`)
      assert.ok([400, 403, 404].includes(status), `${id}: ${status}`)
    }
    for (const from of ['-1', '1e9', '0x10', '99999999999999999999', '..']) {
      const { status } = await send(t.server.port, 'GET', `/rivulet/v1/jobs/${UNKNOWN}/logs?from=${from}`)
      assert.equal(status, 400, from)
    }
  })
})

describe('bodies and headers', { timeout: 60_000 }, () => {
  let t: TestServer
  before(async () => {
    t = await testServer({ requestTimeoutMs: 1000 })
  })
  after(() => t.close())
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
    send(t.server.port, 'POST', path, { headers, body })
  const savepoints = `/jobs/${UNKNOWN}/savepoints`

  it('larger than the limit are refused with 413 and a code, before they are read', async () => {
    const { status, code } = await post(savepoints, `{"target-directory":"${'x'.repeat(2 << 20)}"}`)
    assert.equal(status, 413)
    assert.equal(code, 'SERVER_BODY_TOO_LARGE')
    const head = `POST ${savepoints} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`
    assert.match(
      await bytes(t.server.port, `${head}content-length: 99999999999\r\nconnection: close\r\n\r\n{`),
      /^HTTP\/1.1 413/,
    )
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    const chunked = `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunk}${chunk}0\r\n\r\n`
    assert.match(await bytes(t.server.port, chunked), /^HTTP\/1.1 413|^$/)
    // What carries code may be larger, but not without the token.
    assert.equal((await post('/rivulet/v1/jobs', `{"text":"${'x'.repeat(2 << 20)}"}`)).status, 401)
    const authorization = `Bearer ${t.server.token}`
    const large = await post('/rivulet/v1/jobs', `{"text":"${'x'.repeat(2 << 20)}"}`, { ...JSON_TYPE, authorization })
    assert.equal(large.status, 400, 'read, and its fields are missing')
  })

  it('that are no JSON of ours', async () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const bad: (string | Buffer)[] = [
      nested(1000),
      nested(400_000),
      '{"a":'.repeat(100_000),
      '{"__proto__":{"admin":true}}',
      '{"a":{"__proto__":{"admin":true}}}',
      '{"\\u005f_proto__":{}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"target-directory":1e999999}',
      '{"target-directory":123456789012345678901234567890}',
      '{"target-directory":["x"]}',
      Buffer.from([0x7b, 0x22, 0x61, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      Buffer.concat([Buffer.from('{"target-directory":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
      Buffer.from('{"target-directory":"x"}', 'utf16le'),
      '\ufeff\ufeff{}',
    ]
    for (const body of bad) {
      const { status, code } = await post(savepoints, body)
      assert.equal(status, 400, body.toString('utf8').slice(0, 60))
      assert.equal(code, 'SERVER_BAD_REQUEST')
    }
    assert.equal(({} as { admin?: boolean }).admin, undefined)
    const sql = (text: string) => post('/rivulet/v1/sql/check', JSON.stringify({ sql: text }))
    for (const text of [
      `SELECT ${'('.repeat(100_000)}1`,
      `SELECT 1${' + 1'.repeat(50_000)}`,
      `SELECT ${'NOT '.repeat(99_000)}1`,
      "'".repeat(900_001),
    ]) {
      const { status, text: answer } = await sql(text)
      assert.equal(status, 200, `${text.slice(0, 40)}: ${answer.slice(0, 300)}`)
    }
    const type = await post(savepoints, '<a/>', { 'content-type': 'text/xml' })
    assert.deepEqual([type.status, type.code], [415, 'SERVER_BAD_REQUEST'])
  })

  it('that come too slowly are given up', async () => {
    const head = `POST ${savepoints} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n`
    const answers = await Promise.all([
      bytes(t.server.port, `${head}content-length: 10\r\n\r\n{`),
      bytes(t.server.port, head),
      bytes(t.server.port, 'G'),
      ...Array.from({ length: 100 }, () => bytes(t.server.port, `${head}content-length: 10\r\n\r\n`)),
    ])
    for (const answer of answers) assert.match(answer, /^HTTP\/1.1 408|^$/)
    assert.equal((await send(t.server.port, 'GET', '/overview')).status, 200)
  })

  it('headers: too large, too many, broken, smuggling', async () => {
    const head = 'GET /jobs HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n'
    const lines = (count: number, value: string) =>
      Array.from({ length: count }, (_, i) => `x-${i}: ${value}\r\n`).join('')
    const refused = [
      `${head}x: ${'x'.repeat(100_000)}\r\n\r\n`,
      `${head}${lines(20_000, 'x')}\r\n`,
      `${head}x y: 1\r\n\r\n`,
      `${head}x: a\0b\r\n\r\n`,
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      `POST ${savepoints} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /jobs HTTP/1.1\r\n\r\n`,
      `POST ${savepoints} HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\nconnection: close\r\n\r\n`,
      'NOSUCH / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    ]
    for (const text of refused) {
      const answer = await bytes(t.server.port, text)
      // The close can overtake the answer.
      assert.match(answer, /^HTTP\/1.1 4\d\d|^$/, text.slice(0, 60))
      assert.equal(answer.match(/HTTP\/1.1/g)?.length ?? 1, 1, 'one request, one answer')
    }
    assert.match(await bytes(t.server.port, `${head}${lines(300, 'x')}\r\n`), /^HTTP\/1.1 200/)
    const many = await send(t.server.port, 'GET', `/jobs/metrics?get=${'a,'.repeat(3000)}`)
    assert.ok(many.status === 200 || many.status === 400)
  })
})
