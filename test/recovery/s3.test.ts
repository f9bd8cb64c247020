/** Checkpoints and savepoints in an S3-compatible store, against a server in this process. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { s3Files } from '../../src/base/s3-files.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger, numbersTo } from './ledger.ts'

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

  before(async () => {
    const { port } = await server.run()
    process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${port}`
    process.env.AWS_REGION = 'us-east-1'
    process.env.AWS_ACCESS_KEY_ID = 'S3RVER'
    process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER'
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

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
    const start = async (configuration: Record<string, string>) => {
      const tEnv = new TableEnvironment({ host: nodeHost, connectors: ledger.connectors, configuration })
      await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
      await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
      const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
      assert.ok(jobClient)
      return jobClient
    }
    const dir = { 'execution.checkpointing.dir': 's3://bucket/checkpoints' }
    const first = await start({ ...dir, 'execution.checkpointing.interval': '20 ms' })
    ledger.give(20)
    while (first.checkpoints().counts.completed < 3 || ledger.committed.length < 20) {
      if (first.status === 'FAILED') await first.wait()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await first.cancel()
    const path = first.checkpoints().latestCompleted?.path ?? ''
    assert.match(path, /^s3:\/\/bucket\/checkpoints\/[0-9a-f]{32}\/chk-\d+$/)
    ledger.give(30)
    const second = await start({ ...dir, 'execution.state-recovery.from-last-checkpoint': 'true' })
    while (!second.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await second.stopWithSavepoint('s3://bucket/saved')
    ledger.give(40)
    ledger.finish()
    await (await start({ 'execution.state-recovery.path': 's3://bucket/saved' })).wait()
    assert.deepEqual(ledger.committed, numbersTo(40))
  })
})
