/** A transactional sink: prepared at the barrier, committed behind the checkpoint, recovered before anything is written. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure, isRivuletError } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger, numbersTo } from './ledger.ts'

async function start(
  ledger: Ledger,
  host: Host,
  configuration: Record<string, string> = {},
  insert = 'INSERT INTO ledger SELECT n FROM numbers',
) {
  const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
  await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  await tEnv.executeSql("CREATE TABLE other (n BIGINT) WITH ('connector' = 'ledger')")
  const { jobClient } = await tEnv.executeSql(insert)
  assert.ok(jobClient)
  return jobClient
}

const hostInMemory = (warn: Host['warn'] = () => {}): Host & { storage: MemoryStorage } => ({
  ...nodeHost,
  storage: new MemoryStorage(),
  warn,
})

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

  it('commits what the checkpoint holds also when the sink is another operator of the changed statement', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const first = await start(ledger, host, { 'execution.checkpointing.dir': 'c' })
    ledger.give(10)
    await until(() => first.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10))
    ledger.onCommit = () => {
      throw new Error('broker down')
    }
    await assert.rejects(first.stopWithSavepoint('s'), /broker down/)
    ledger.onCommit = () => {}
    ledger.give(20)
    ledger.finish()
    const from = { 'execution.state-recovery.path': 's' }
    const filtered = 'INSERT INTO ledger SELECT n + 0 FROM numbers WHERE n < 15'
    await (await start(ledger, host, from, filtered)).wait()
    assert.deepEqual(ledger.committed, numbersTo(15))
  })

  it('that is gone from the changed statement, with rows to commit, keeps it from starting: they would be lost', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const first = await start(ledger, host)
    ledger.give(10)
    await until(() => first.metrics().some((each) => each.kind === 'sink' && each.rowsIn === 10))
    ledger.onCommit = () => {
      throw new Error('broker down')
    }
    await assert.rejects(first.stopWithSavepoint('s'), /broker down/)
    ledger.onCommit = () => {}
    const log = ledger.log.length
    const from = { 'execution.state-recovery.path': 's' }
    const elsewhere = 'INSERT INTO other SELECT n FROM numbers'
    await assert.rejects(start(ledger, host, from, elsewhere), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_UNCOMMITTED_SINK')
      assert.match(error.message, /default_database\.ledger/)
      return true
    })
    assert.equal(ledger.log.length, log)
    const allowed = { ...from, 'execution.state-recovery.ignore-unclaimed-state': 'true' }
    await (await start(ledger, host, allowed, elsewhere)).cancel()
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

  it('that nothing commits is told at the start, with what to set; one with an end or an interval is not', async () => {
    const warned: string[] = []
    const host = hostInMemory(({ code, message, hint }) => warned.push(`${code}: ${message} ${hint}`))
    await (await start(new Ledger(), host)).cancel()
    assert.equal(warned.length, 1)
    assert.match(warned[0], /^ENGINE_NEVER_COMMITS: Table .*ledger writes exactly once, but no checkpoints are taken/)
    assert.match(warned[0], /SET 'execution\.checkpointing\.interval' = '10 s';/)
    await (await start(new Ledger(), host, { 'execution.checkpointing.interval': '1 h' })).cancel()
    const bounded = 'INSERT INTO ledger SELECT CAST(x AS BIGINT) FROM (VALUES (0), (1)) AS t(x)'
    await (await start(new Ledger(), host, {}, bounded)).wait()
    assert.equal(warned.length, 1)
  })

  it('shares its prefix with no other sink of the job, nor of another job of the process', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const tEnv = new TableEnvironment({ host, connectors: ledger.connectors })
    await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
    for (const table of ['a', 'b']) {
      await tEnv.executeSql(`CREATE TABLE ${table} (n BIGINT) WITH ('connector' = 'kafka', 'topic' = '${table}', 'format' = 'json',
        'properties.bootstrap.servers' = '127.0.0.1:1', 'properties.default.api.timeout.ms' = '300',
        'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'pay')`)
    }
    const refused = (words: RegExp) => (error: unknown) => {
      assert.ok(isRivuletError(error), String(error))
      assert.equal(error.code, 'ENGINE_SHARED_TRANSACTIONS', error.message)
      assert.match(`${error.message} ${error.hint}`, words)
      return true
    }
    const both = (...tables: string[]) =>
      tEnv.executeSql(
        `EXECUTE STATEMENT SET BEGIN ${tables.map((table) => `INSERT INTO ${table} SELECT n FROM numbers;`).join(' ')} END`,
      )
    await assert.rejects(both('a', 'b'), refused(/'pay', as table .*\.a is in the same job.* Give each its own/))
    await assert.rejects(both('a', 'a'), refused(/as it is in the same job.*UNION ALL/))
    // While the first one still looks for its broker.
    const first = tEnv.executeSql('INSERT INTO a SELECT n FROM numbers')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await assert.rejects(tEnv.executeSql('INSERT INTO b SELECT n FROM numbers'), refused(/by the running job/))
    await assert.rejects(first, (error) => isRivuletError(error) && error.code === 'KAFKA_UNREACHABLE')
    // It did not start, and holds nothing any more.
    await assert.rejects(
      tEnv.executeSql('INSERT INTO b SELECT n FROM numbers'),
      (error) => isRivuletError(error) && error.code === 'KAFKA_UNREACHABLE',
    )
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
