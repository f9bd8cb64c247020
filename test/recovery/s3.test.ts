/** Checkpoints and savepoints in an S3-compatible store, against a server in this process. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { s3Files } from '../../src/base/s3-files.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { runCli } from '../harness/cli.ts'
import { Ledger, numbersTo } from './ledger.ts'
import { faultyProxy, type ProxyMood } from './s3-proxy.ts'

interface Server {
  run(): Promise<AddressInfo>
  close(): Promise<void>
}

const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => Server
const ENVIRONMENT = ['AWS_ENDPOINT_URL_S3', 'AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const

describe('snapshots under s3://', { timeout: 30_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-s3-'))
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'bucket' }],
  })
  const saved = ENVIRONMENT.map((name) => [name, process.env[name]] as const)

  let mood: ProxyMood = 'fine'
  let closeProxy = async () => {}

  before(async () => {
    const { port } = await server.run()
    const proxy = await faultyProxy(port, () => mood)
    closeProxy = proxy.close
    process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${proxy.port}`
    process.env.AWS_REGION = 'us-east-1'
    process.env.AWS_ACCESS_KEY_ID = 'S3RVER'
    process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER'
  })
  after(async () => {
    await closeProxy()
    await server.close()
    rmSync(folder, { recursive: true })
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  async function start(ledger: Ledger, configuration: Record<string, string>) {
    const host = { ...nodeHost, warn: () => {} }
    const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
    await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
    await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
    const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
    assert.ok(jobClient)
    return jobClient
  }
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('are files like others: whole, listed, removed with what is below', async () => {
    const files = s3Files()
    await files.writeAtomic('s3://bucket/a/b/1', Uint8Array.of(1, 2))
    await files.writeAtomic('s3://bucket/a/2', Uint8Array.of(3))
    assert.deepEqual([...(await files.read('s3://bucket/a/b/1'))], [1, 2])
    assert.deepEqual(await files.list('s3://bucket/a'), ['2', 'b'])
    assert.deepEqual(await files.list('s3://bucket/none'), [])
    assert.equal(await files.exists('s3://bucket/a/2'), true)
    assert.equal(await files.exists('s3://bucket/a/3'), false)
    await files.remove('s3://bucket/a')
    assert.deepEqual(await files.list('s3://bucket'), [])
  })

  it('carry a job over its checkpoints and a stop', async () => {
    const ledger = new Ledger()
    const dir = { 'execution.checkpointing.dir': 's3://bucket/checkpoints' }
    const first = await start(ledger, { ...dir, 'execution.checkpointing.interval': '20 ms' })
    ledger.give(20)
    while (first.checkpoints().counts.completed < 3 || ledger.committed.length < 20) {
      if (first.status === 'FAILED') await first.wait()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await first.cancel()
    const path = first.checkpoints().latestCompleted?.path ?? ''
    assert.match(path, /^s3:\/\/bucket\/checkpoints\/[0-9a-f]{32}\/chk-\d+$/)
    ledger.give(30)
    const second = await start(ledger, { ...dir, 'execution.state-recovery.from-last-checkpoint': 'true' })
    while (!second.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await second.stopWithSavepoint('s3://bucket/saved')
    ledger.give(40)
    ledger.finish()
    await (await start(ledger, { 'execution.state-recovery.path': 's3://bucket/saved' })).wait()
    assert.deepEqual(ledger.committed, numbersTo(40))
  })

  for (const [bad, words] of [
    ['refuses', /could not be stored in 's3:\/\/bucket\/faults\/[0-9a-f]{32}': AccessDenied/],
    ['fails', /could not be stored in 's3:\/\/bucket\/faults\/[0-9a-f]{32}': InternalError/],
    ['hangs up', /could not be stored in 's3:\/\/bucket\/faults\/[0-9a-f]{32}': .*(hang up|ECONNRESET)/],
    ['is silent', /took longer than 1500 ms and was given up: it was being stored/],
  ] as const) {
    it(`fail while the server ${bad}; the job goes on, and all is committed when it is well again`, async () => {
      const ledger = new Ledger()
      mood = 'fine'
      const job = await start(ledger, {
        'execution.checkpointing.dir': 's3://bucket/faults',
        'execution.checkpointing.interval': '20 ms',
        'execution.checkpointing.timeout': '1500 ms',
        'execution.checkpointing.tolerable-failed-checkpoints': '1000',
        'restart-strategy.type': 'none',
      })
      ledger.give(10)
      await until(() => ledger.committed.length === 10)
      mood = bad
      ledger.give(20)
      const { failed } = job.checkpoints().counts
      await until(() => job.checkpoints().counts.failed > failed)
      assert.equal(job.status, 'RUNNING')
      const { failure = '' } = job.checkpoints().latestFailed ?? {}
      assert.match(failure, words)
      assert.doesNotMatch(failure, /S3RVER/)
      mood = 'fine'
      ledger.give(30)
      ledger.finish()
      await job.wait()
      assert.deepEqual(ledger.committed, numbersTo(30))
    })
  }

  it('say what to do when the server is not there, or the bucket, and show no key', async () => {
    const ledger = new Ledger()
    for (const [dir, hint, words] of [
      ['s3://bucket/denied', /right to write there.*AWS_ACCESS_KEY_ID/, /AccessDenied/],
      ['s3://nobucket/c', /Create the bucket/, /NoSuchBucket/],
    ] as const) {
      mood = dir.includes('denied') ? 'refuses' : 'fine'
      const job = await start(ledger, {
        'execution.checkpointing.dir': dir,
        'execution.checkpointing.interval': '20 ms',
        'restart-strategy.type': 'none',
      })
      await assert.rejects(job.wait(), (error) => {
        assert.ok(isRivuletError(error), String(error))
        assert.equal(error.code, 'RUNTIME_SNAPSHOT_NOT_STORED')
        assert.match(error.message, words)
        assert.match(error.hint ?? '', hint)
        assert.doesNotMatch(JSON.stringify(error), /S3RVER/)
        return true
      })
    }
    mood = 'fine'
  })

  it('need the SDK, which is named where it is not installed', async () => {
    const hook = join(folder, 'without-sdk.mjs')
    writeFileSync(
      hook,
      `import { registerHooks } from 'node:module'
       registerHooks({ resolve(name, context, next) {
         if (name.startsWith('@aws-sdk/')) throw new Error('not found')
         return next(name, context)
       } })`,
    )
    const file = join(folder, 'job.sql')
    writeFileSync(
      file,
      `SET 'execution.checkpointing.dir' = 's3://bucket/c';
       CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '5');
       CREATE TABLE hole (n INT) WITH ('connector' = 'blackhole');
       INSERT INTO hole SELECT n FROM numbers;`,
    )
    const env = { ...process.env, NODE_OPTIONS: `--import=${hook}` }
    const { code, err } = await runCli(['run', file, '--from-last-checkpoint'], { env })
    assert.notEqual(code, 0)
    assert.match(err, /^error RUNTIME_S3_MISSING: .*\nhint: npm install @aws-sdk\/client-s3$/m)
  })

  it('that cannot be read when a job starts say where they are looked for, and what to do', async () => {
    const last = { 'execution.state-recovery.from-last-checkpoint': 'true' }
    await assert.rejects(
      start(new Ledger(), { ...last, 'execution.checkpointing.dir': 's3://nobucket/c' }),
      (error) => {
        assert.ok(isRivuletError(error), String(error))
        assert.equal(error.code, 'RUNTIME_SNAPSHOT_NOT_READ')
        assert.match(
          `${error.message} ${error.hint}`,
          /'s3:\/\/nobucket\/c' cannot be read: NoSuchBucket.*Create the bucket/,
        )
        return true
      },
    )
  })
})
