/** `rivulet dashboard`: the token reaches the browser and nobody else. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCli } from '../harness/cli.ts'
import { type TestServer, testServer } from './harness.ts'

let server: TestServer
let folder: string
before(async () => {
  server = await testServer()
  folder = mkdtempSync(join(tmpdir(), 'rivulet-opener-'))
})
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

test('--print says the address with the token', async () => {
  const { code, out } = await runCli(['dashboard', '--print', '--data', server.data])
  assert.deepEqual([code, out], [0, `${server.server.url}/#token=${server.server.token}\n`])
})

test('the browser is handed a file of the owner, not the token', { skip: process.platform !== 'linux' }, async () => {
  const program = join(folder, 'xdg-open')
  writeFileSync(program, `#!/bin/sh\necho "$@" > ${folder}/asked\n`)
  chmodSync(program, 0o755)
  const env = { ...process.env, PATH: folder + delimiter + process.env.PATH }
  const { code, out } = await runCli(['dashboard', '--data', server.data], { env })
  assert.deepEqual([code, out], [0, `Opening ${server.server.url}\n`])
  while (!existsSync(join(folder, 'asked')) || readFileSync(join(folder, 'asked'), 'utf8') === '')
    await new Promise((resolve) => setTimeout(resolve, 20))
  const asked = readFileSync(join(folder, 'asked'), 'utf8').trim()
  assert.ok(!asked.includes(server.server.token))
  const file = fileURLToPath(asked)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.ok(readFileSync(file, 'utf8').includes(`${server.server.url}/#token=${server.server.token}`))
})

test('without a server it says so', async () => {
  const { code, err } = await runCli(['dashboard', '--print', '--server', '127.0.0.1:1', '--data', folder])
  assert.equal(code, 1)
  assert.match(err, /SERVER_UNREACHABLE/)
})
