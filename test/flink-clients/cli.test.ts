/** Flink's own `bin/flink` against a server: list, savepoint, stop, cancel, and what it says of unknown jobs. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { COUNT, type TestServer, testServer } from '../server/harness.ts'
import { flinkProgram } from './programs.ts'

describe('bin/flink', { timeout: 300_000 }, () => {
  let t: TestServer
  let flinkHome: string
  before(async () => {
    flinkHome = flinkProgram()
    t = await testServer()
  })
  after(() => t?.close())

  function flink(...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
    const [command, ...rest] = args
    return new Promise((resolve) => {
      const all = [command, '-m', `localhost:${t.server.port}`, ...rest]
      const env = { ...process.env, FLINK_HOME: flinkHome, FLINK_CONF_DIR: join(flinkHome, 'conf') }
      execFile(join(flinkHome, 'bin/flink'), all, { env, timeout: 120_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: stdout + stderr })
      })
    })
  }

  it('lists, saves, stops and cancels', async () => {
    const id = await t.submit(COUNT, { name: 'for flink' })
    await t.until(id, 'RUNNING')
    const list = await flink('list')
    assert.match(list.text, new RegExp(`${id} : for flink \\(RUNNING\\)`))
    const folder = join(t.data, 'sp')
    const saved = await flink('savepoint', id, folder)
    const path = /Savepoint completed\. Path: file:(\S+)/.exec(saved.text)?.[1]
    assert.ok(path !== undefined && existsSync(join(path, 'manifest.json')), saved.text)
    const stopped = await flink('stop', '-p', folder, id)
    assert.match(stopped.text, /Savepoint completed\. Path: file:/)
    await t.until(id, 'FINISHED')
    const second = await t.submit(COUNT, { savepoint: path })
    await t.until(second, 'RUNNING')
    const canceled = await flink('cancel', second)
    assert.equal(canceled.code, 0, canceled.text)
    await t.until(second, 'CANCELED')
    assert.match((await flink('list', '-a')).text, /\(FINISHED\)[\s\S]*\(CANCELED\)|\(CANCELED\)[\s\S]*\(FINISHED\)/)
  })

  it('is told of unknown jobs in its own words', async () => {
    const unknown = 'deadbeefdeadbeefdeadbeefdeadbeef'
    for (const args of [
      ['savepoint', unknown, '/tmp/x'],
      ['stop', '-p', '/tmp/x', unknown],
      ['cancel', unknown],
    ]) {
      const { code, text } = await flink(...args)
      assert.notEqual(code, 0)
      assert.match(text, new RegExp(`Could not find Flink job \\(${unknown}\\)`), args[0])
    }
  })
})
