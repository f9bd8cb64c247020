/** A transactional sink: prepared at the barrier, committed behind the checkpoint, recovered before anything is written. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure, isRivuletError } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger, numbersTo } from './ledger.ts'

async function start(ledger: Ledger, host: Host, configuration: Record<string, string> = {}) {
  const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
  await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
  assert.ok(jobClient)
  return jobClient
}

const hostInMemory = (): Host & { storage: MemoryStorage } => ({ ...nodeHost, storage: new MemoryStorage() })

/** Look again until it holds; the test's time limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('a transactional sink', { timeout: 20_000 }, () => {
  it('commits the rest of a bounded input with a last checkpoint, without periodic ones', async () => {
    const ledger = new Ledger()
    ledger.available = 35
    ledger.end = 35
    await (await start(ledger, hostInMemory())).wait()
    assert.deepEqual(ledger.committed, numbersTo(35))
    assert.deepEqual(ledger.log, ['recover anew', 'open 0', 'prepare 0-1', 'commit 0-1'])
  })

  it('commits only what a complete checkpoint holds, after its manifest is stored', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const write = host.storage.writeAtomic.bind(host.storage)
    host.storage.writeAtomic = async (path, bytes) => {
      await write(path, bytes)
      if (path.endsWith('manifest.json')) ledger.log.push(`stored ${path}`)
    }
    const job = await start(ledger, host, {
      'execution.checkpointing.interval': '5 ms',
      'execution.checkpointing.dir': 'c',
    })
    ledger.give(20)
    await until(() => ledger.committed.length === 20)
    const at = ledger.log.findIndex((line) => line.startsWith('commit'))
    const [, checkpoint] = /-(\d+)$/.exec(ledger.log[at]) ?? []
    assert.equal(ledger.log[at - 1], `stored c/${job.id}/chk-${checkpoint}/manifest.json`)
    assert.equal(ledger.log[at - 2], `prepare 0-${checkpoint}`)
    await job.cancel()
  })

  it('stopped with a savepoint has committed all before it and goes on behind it', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const first = await start(ledger, host)
    ledger.give(30)
    await until(() => first.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 30))
    await first.stopWithSavepoint('s')
    assert.deepEqual(ledger.committed, numbersTo(30))
    ledger.give(50)
    ledger.finish()
    await (await start(ledger, host, { 'execution.state-recovery.path': 's' })).wait()
    assert.deepEqual(ledger.committed, numbersTo(50))
    assert.ok(ledger.log.includes('recover 1') && ledger.log.includes('open 1'), ledger.log.join())
  })

  it('stopped with a savepoint whose commit fails behind its effect goes on from the savepoint, not from before it', async () => {
    for (const folder of [undefined, 'c']) {
      const ledger = new Ledger()
      const host = hostInMemory()
      const job = await start(ledger, host, {
        'execution.checkpointing.interval': '1 h',
        ...(folder !== undefined && { 'execution.checkpointing.dir': folder }),
        'restart-strategy.type': 'fixed-delay',
        'restart-strategy.fixed-delay.delay': '1 ms',
      })
      ledger.give(30)
      await until(() => job.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 30))
      ledger.onCommitted = () => {
        ledger.onCommitted = () => {}
        throw new Error('no answer')
      }
      await assert.rejects(job.stopWithSavepoint('s'), /could not commit/)
      ledger.give(40)
      ledger.finish()
      await job.wait()
      assert.equal(job.restarts, 1)
      assert.deepEqual(ledger.committed, numbersTo(40), String(folder))
    }
  })

  it('stopped with a savepoint is found as the last checkpoint: what it committed is not written again', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const settings = {
      'execution.checkpointing.interval': '1 h',
      'execution.checkpointing.dir': 'c',
      'execution.state-recovery.from-last-checkpoint': 'true',
    }
    const first = await start(ledger, host, settings)
    ledger.give(30)
    await until(() => first.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 30))
    await first.stopWithSavepoint('s')
    ledger.give(50)
    ledger.finish()
    await (await start(ledger, host, settings)).wait()
    assert.deepEqual(ledger.committed, numbersTo(50))
  })

  it('stopped WITH DRAIN does not go on from there by itself', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const settings = {
      'execution.checkpointing.interval': '1 h',
      'execution.checkpointing.dir': 'c',
      'execution.state-recovery.from-last-checkpoint': 'true',
    }
    const first = await start(ledger, host, settings)
    await first.stopWithSavepoint('s', { drain: true })
    await assert.rejects(start(ledger, host, settings), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_DRAINED')
      return true
    })
    await (await start(ledger, host, { 'execution.state-recovery.path': 's' })).cancel()
  })

  it('stopped with a savepoint that cannot be kept as a checkpoint goes on, and there is no savepoint', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const write = host.storage.writeAtomic.bind(host.storage)
    host.storage.writeAtomic = async (path, bytes) => {
      if (path.startsWith('c/')) throw new Error('ENOSPC: no space left on device')
      await write(path, bytes)
    }
    const job = await start(ledger, host, { 'execution.checkpointing.dir': 'c' })
    ledger.give(10)
    await assert.rejects(job.stopWithSavepoint('s'), /could not be stored in 'c\/.*ENOSPC/)
    assert.deepEqual(await host.storage.list('s'), [])
    host.storage.writeAtomic = write
    ledger.finish()
    await job.wait()
    assert.deepEqual(ledger.committed, numbersTo(10))
  })

  it('that does not close well behind a savepoint is not started again: the savepoint is named', async () => {
    const ledger = new Ledger()
    const job = await start(ledger, hostInMemory(), {
      'execution.checkpointing.interval': '1 h',
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.delay': '1 ms',
    })
    ledger.give(10)
    await until(() => job.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10))
    ledger.onClose = () => {
      throw new Error('the connection is stuck')
    }
    await assert.rejects(job.stopWithSavepoint('s'), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_STOPPED_BADLY')
      assert.match(error.message, /savepoint is complete in 's'.*the connection is stuck/)
      return true
    })
    assert.deepEqual([job.status, job.restarts], ['FAILED', 0])
    assert.equal(job.checkpoints().latestSavepoint?.path, 's')
    assert.deepEqual(ledger.committed, numbersTo(10))
  })

  it('commits nothing for a savepoint of a job that goes on: that belongs to the next checkpoint', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const job = await start(ledger, host)
    ledger.give(10)
    await until(() => job.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10))
    await job.savepoint('s')
    assert.deepEqual(ledger.committed, [])
    ledger.give(15)
    ledger.finish()
    await job.wait()
    assert.deepEqual(ledger.committed, numbersTo(15))
    assert.deepEqual(ledger.log.slice(-4), ['prepare 0-1', 'prepare 0-2', 'commit 0-1', 'commit 0-2'])
  })

  it('commits what a failed checkpoint prepared with the next one', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const write = host.storage.writeAtomic.bind(host.storage)
    let full = 0
    host.storage.writeAtomic = async (path, bytes) => {
      if (ledger.prepared.size > 0 && full++ === 0) throw new Error('ENOSPC: no space left on device')
      await write(path, bytes)
    }
    const job = await start(ledger, host, {
      'execution.checkpointing.interval': '5 ms',
      'execution.checkpointing.dir': 'c',
      'execution.checkpointing.tolerable-failed-checkpoints': '5',
    })
    ledger.give(20)
    await until(() => full > 0)
    ledger.give(40)
    ledger.finish()
    await job.wait()
    assert.ok(ledger.log.filter((line) => line.startsWith('prepare')).length >= 2, ledger.log.join())
    assert.deepEqual(ledger.committed, numbersTo(40))
  })

  it('that can never commit again is not restarted: somebody must decide', async () => {
    const ledger = new Ledger()
    ledger.onCommit = () => {
      const place = { checkpoint: 1, topic: 'results', transactionalId: 'pay-0-1' }
      throw failure('CONNECTOR_KAFKA_COMMIT_LOST', { ...place, offsets: '', detail: 'fenced' })
    }
    const job = await start(ledger, hostInMemory(), {
      'execution.checkpointing.interval': '5 ms',
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '5',
      'restart-strategy.fixed-delay.delay': '1 ms',
    })
    ledger.give(20)
    await assert.rejects(job.wait(), /cannot be committed: fenced/)
    assert.equal(job.restarts, 0)
  })

  it('refuses a timeout that no checkpoint can keep, before anything is opened', async () => {
    const ledger = new Ledger()
    ledger.timeoutMs = 10_000
    const refused = (code: string, text: RegExp) => (error: unknown) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, code)
      assert.match(`${error.message} ${error.hint}`, text)
      return true
    }
    const every = (interval: string, more = {}) =>
      start(ledger, hostInMemory(), { 'execution.checkpointing.interval': interval, ...more })
    await assert.rejects(
      every('10 s'),
      refused(
        'ENGINE_TRANSACTION_TIMEOUT',
        /10000 ms \('ledger\.timeout'\).*10000 ms apart \('execution\.checkpointing\.interval'/,
      ),
    )
    await assert.rejects(
      every('1 s', { 'execution.checkpointing.min-pause': '20 s' }),
      refused('ENGINE_TRANSACTION_TIMEOUT', /20000 ms apart \('execution\.checkpointing\.min-pause'/),
    )
    assert.deepEqual(ledger.log, [])
    await (await every('9999 ms')).cancel()
    // Without an interval the end commits.
    ledger.available = 5
    ledger.end = 5
    await (await start(ledger, hostInMemory())).wait()
    assert.deepEqual(ledger.committed, numbersTo(5))
  })

  it('fails the job with the checkpoint named when a commit is impossible, and commits again after a restore', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    ledger.onCommit = () => {
      throw new Error('fenced')
    }
    const job = await start(ledger, host, {
      'execution.checkpointing.interval': '5 ms',
      'execution.checkpointing.dir': 'c',
      'restart-strategy.type': 'none',
    })
    ledger.give(20)
    await assert.rejects(job.wait(), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_COMMIT_FAILED')
      assert.match(error.message, /checkpoint \d+: fenced/)
      return true
    })
    assert.deepEqual(ledger.committed, [])
    const [folder] = (await host.storage.list(`c/${job.id}`)).filter((name) => name.startsWith('chk-'))
    ledger.onCommit = () => {}
    ledger.give(30)
    ledger.finish()
    await (await start(ledger, host, { 'execution.state-recovery.path': `c/${job.id}/${folder}` })).wait()
    assert.deepEqual(ledger.committed, numbersTo(30))
  })
})
