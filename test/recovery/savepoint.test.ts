/** Savepoints by statement, what they fit, and where they stand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger, numbersTo } from './ledger.ts'

const hostInMemory = (): Host => ({ ...nodeHost, storage: new MemoryStorage(), warn: () => {} })

async function environment(ledger: Ledger, host: Host, configuration: Record<string, string> = {}) {
  const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
  await tEnv.executeSql(
    "CREATE TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n * 1000, 3), WATERMARK FOR ts AS ts) WITH ('connector' = 'numbers')",
  )
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  return tEnv
}

async function rowsOf(tEnv: TableEnvironment, sql: string): Promise<string[][]> {
  const rows: string[][] = []
  const lines: string[] = []
  await (await tEnv.executeSql(sql)).print((line) => lines.push(...line.split('\n')))
  for (const line of lines.filter((each) => each.startsWith('|')).slice(1)) {
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  }
  return rows
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

const COPY = 'INSERT INTO ledger SELECT n FROM numbers'
const WINDOWS = `INSERT INTO ledger SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end`

describe('statements about jobs', { timeout: 20_000 }, () => {
  it('show, describe and stop the jobs of the session', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const tEnv = await environment(ledger, host, { 'state.savepoints.dir': 'saved' })
    const { jobClient } = await tEnv.executeSql(COPY)
    assert.ok(jobClient)
    ledger.give(20)
    await until(() => jobClient.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 20))
    const [row] = await rowsOf(tEnv, 'SHOW JOBS')
    assert.deepEqual([row[0], row[2]], [jobClient.id, 'RUNNING'])
    assert.deepEqual(await rowsOf(tEnv, `DESCRIBE JOB '${jobClient.id}'`), [row])
    const [[path]] = await rowsOf(tEnv, `STOP JOB '${jobClient.id}' WITH SAVEPOINT`)
    assert.match(path, /^saved\/savepoint-[0-9a-f]{6}-[0-9a-f]{8}$/)
    assert.equal(jobClient.status, 'FINISHED')
    assert.equal(jobClient.checkpoints().latestSavepoint?.path, path)
    assert.deepEqual(ledger.committed, numbersTo(20))
    await assert.rejects(
      tEnv.executeSql("STOP JOB 'nobody'"),
      (error) =>
        isRivuletError(error) && error.code === 'ENGINE_NO_SUCH_JOB' && error.hint?.includes(jobClient.id) === true,
    )
  })

  for (const drain of [false, true]) {
    it(`stop ${drain ? 'WITH DRAIN fires' : 'without DRAIN keeps'} the open window`, async () => {
      const ledger = new Ledger()
      const tEnv = await environment(ledger, hostInMemory(), { 'state.savepoints.dir': 'saved' })
      const { jobClient } = await tEnv.executeSql(WINDOWS)
      assert.ok(jobClient)
      ledger.give(15)
      await until(() => jobClient.metrics().some((each) => each.kind === 'source-scan' && each.rowsOut === 15))
      await tEnv.executeSql(`STOP JOB '${jobClient.id}' WITH SAVEPOINT${drain ? ' WITH DRAIN' : ''}`)
      if (drain) assert.deepEqual(ledger.committed, [10, 5])
      else assert.ok(!ledger.committed.includes(5), 'the window that is still open fired')
    })
  }
})

describe('a savepoint', { timeout: 20_000 }, () => {
  it('of another statement is refused with what does not fit, before anything runs', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const tEnv = await environment(ledger, host)
    const { jobClient } = await tEnv.executeSql(WINDOWS)
    await jobClient?.stopWithSavepoint('s')
    const changed = await environment(ledger, host, { 'execution.state-recovery.path': 's' })
    const log = ledger.log.length
    await assert.rejects(changed.executeSql(WINDOWS.replace('COUNT(*)', 'MAX(n)')), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_SNAPSHOT_MISMATCH')
      assert.match(error.message, /operator \d+, .*Window.* has state of another form there/)
      return true
    })
    assert.equal(ledger.log.length, log)
  })

  it('without a folder, and a start from checkpoints without one, say which option is missing', async () => {
    const tEnv = await environment(new Ledger(), hostInMemory())
    const { jobClient } = await tEnv.executeSql(COPY)
    assert.ok(jobClient)
    await assert.rejects(jobClient.savepoint(), { code: 'ENGINE_NO_SAVEPOINT_DIR' })
    assert.equal(jobClient.status, 'RUNNING')
    await jobClient.cancel()
    const anywhere = { 'execution.state-recovery.from-last-checkpoint': 'true' }
    const nowhere = await environment(new Ledger(), hostInMemory(), anywhere)
    await assert.rejects(nowhere.executeSql(COPY), { code: 'ENGINE_NO_CHECKPOINT_DIR' })
  })

  it('never takes the place of another one', async () => {
    const tEnv = await environment(new Ledger(), hostInMemory())
    const { jobClient } = await tEnv.executeSql(COPY)
    assert.ok(jobClient)
    await jobClient.savepoint('s')
    for (const again of [jobClient.savepoint('s'), jobClient.stopWithSavepoint('s')]) {
      await assert.rejects(again, (error) => isRivuletError(error) && error.code === 'RUNTIME_SNAPSHOT_EXISTS')
    }
    assert.equal(jobClient.status, 'RUNNING')
    await jobClient.cancel()
  })

  it('with state that nobody takes is restored only where that was allowed', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const { jobClient } = await (await environment(ledger, host)).executeSql(WINDOWS)
    await jobClient?.stopWithSavepoint('s')
    const path = { 'execution.savepoint.path': 's' }
    await assert.rejects((await environment(ledger, host, path)).executeSql(COPY), /would be lost/)
    const allowed = { ...path, 'execution.state-recovery.ignore-unclaimed-state': 'true' }
    const second = await (await environment(ledger, host, allowed)).executeSql(COPY)
    await second.jobClient?.cancel()
  })

  it('is found again as the last checkpoint of a job of that name', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const settings = {
      'execution.checkpointing.interval': '2 ms',
      'state.checkpoints.dir': 'c',
      'execution.state-recovery.from-last-checkpoint': 'true',
    }
    const { jobClient } = await (await environment(ledger, host, settings)).executeSql(COPY)
    ledger.give(20)
    await until(() => ledger.committed.length === 20)
    await jobClient?.cancel()
    ledger.give(30)
    ledger.finish()
    const second = await (await environment(ledger, host, settings)).executeSql(COPY)
    await second.wait()
    assert.deepEqual(ledger.committed, numbersTo(30))
  })
})
