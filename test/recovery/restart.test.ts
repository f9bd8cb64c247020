/** Restarts: which errors, how often, from where; and back-pressure of a slow sink. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure, isRivuletError } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { SessionOptions } from '../../src/catalog/session-options.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { recoveryOptions } from '../../src/engine/recovery-options.ts'
import { restartStrategy } from '../../src/engine/restart-strategy.ts'
import { Ledger, numbersTo } from './ledger.ts'

const hostInMemory = (): Host => ({ ...nodeHost, storage: new MemoryStorage(), warn: () => {} })

async function start(ledger: Ledger, configuration: Record<string, string>, host = hostInMemory()) {
  const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
  await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
  assert.ok(jobClient)
  return { job: jobClient, tEnv }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}

const FIXED = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms' }
const brokerDown = () => failure('RUNTIME_FLUSH_FAILED', { job: 'j', checkpoint: 0, detail: 'broker down' })

function strategy(entries: Record<string, string>) {
  const options = new SessionOptions()
  for (const [key, value] of Object.entries(entries)) options.set(key, value)
  return restartStrategy(recoveryOptions(options), () => 0.5)
}

describe('a restart', { timeout: 20_000 }, () => {
  for (const folder of [undefined, 'c']) {
    it(`goes on from the last checkpoint, ${folder === undefined ? 'in memory' : 'on disk'}`, async () => {
      const ledger = new Ledger()
      const { job } = await start(ledger, {
        ...FIXED,
        'restart-strategy.fixed-delay.attempts': '3',
        'execution.checkpointing.interval': '3 ms',
        ...(folder !== undefined && { 'execution.checkpointing.dir': folder }),
      })
      ledger.give(20)
      await until(() => ledger.committed.length === 20)
      let left = 2
      const read: number[] = []
      ledger.onRead = (position) => {
        read.push(position)
        if (position >= 20 && left-- > 0) throw brokerDown()
      }
      ledger.give(40)
      ledger.finish()
      await job.wait()
      assert.deepEqual(ledger.committed, numbersTo(40))
      assert.ok(
        read.every((position) => position >= 20),
        'rows before the checkpoint were read again',
      )
      assert.equal(job.restarts, 2)
      assert.equal(job.exceptions().length, 2)
      assert.equal(job.checkpoints().counts.restored, 2)
      assert.equal(job.status, 'FINISHED')
    })
  }

  it('starts anew where there is no checkpoint', async () => {
    const ledger = new Ledger()
    ledger.available = 30
    ledger.end = 30
    let left = 1
    ledger.onRead = (position) => {
      if (position === 20 && left-- > 0) throw brokerDown()
    }
    const { job } = await start(ledger, FIXED)
    await job.wait()
    assert.deepEqual(ledger.committed, numbersTo(30))
    assert.equal(ledger.log.filter((line) => line === 'recover anew').length, 2)
  })

  it('ends with the error when the attempts are used up', async () => {
    const ledger = new Ledger()
    ledger.onRead = () => {
      throw brokerDown()
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.attempts': '2' })
    ledger.give(1)
    await assert.rejects(job.wait(), /broker down/)
    assert.equal(job.status, 'FAILED')
    assert.equal(job.exceptions().length, 3)
  })

  it("never follows an error that is the user's to correct", async () => {
    const ledger = new Ledger()
    ledger.onRead = () => {
      throw failure('RUNTIME_ROWTIME_NULL', { column: 'ts' })
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.attempts': '9' })
    ledger.give(1)
    await assert.rejects(job.wait(), (error) => isRivuletError(error) && error.code === 'RUNTIME_ROWTIME_NULL')
    assert.equal(job.restarts, 0)
  })

  it('that fails again in the same way in our own code says so and is the last', async () => {
    const ledger = new Ledger()
    let reads = 0
    ledger.onRead = (position) => {
      reads++
      throw new TypeError(`cannot read ${position}`)
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.attempts': '100' })
    ledger.give(1)
    await assert.rejects(job.wait(), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_FAILS_AGAIN')
      assert.match(error.message, /cannot read 0/)
      return true
    })
    assert.equal(reads, 2)
  })

  const batchAt = (offset: number, detail: string) =>
    failure('KAFKA_CORRUPT_BATCH', { place: 'the log', detail }, { place: { topic: 'numbers', partition: 0, offset } })

  it('that meets the same record again says so whatever the words, and is the last', async () => {
    const ledger = new Ledger()
    let reads = 0
    ledger.onRead = () => {
      throw batchAt(7, `read ${++reads} times`)
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.attempts': '100' })
    ledger.give(1)
    await assert.rejects(job.wait(), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_FAILS_AGAIN')
      assert.deepEqual(error.toJSON().place, { topic: 'numbers', partition: 0, offset: 7 })
      return true
    })
    assert.equal(reads, 2)
  })

  it('that meets another record in the same words goes on', async () => {
    const ledger = new Ledger()
    let reads = 0
    ledger.onRead = () => {
      if (reads < 3) throw batchAt(reads++, 'torn')
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.attempts': '100' })
    ledger.give(1)
    ledger.finish()
    await job.wait()
    assert.equal(job.restarts, 3)
  })

  it('is given up by cancel while it waits', async () => {
    const ledger = new Ledger()
    ledger.onRead = () => {
      throw brokerDown()
    }
    const { job } = await start(ledger, { ...FIXED, 'restart-strategy.fixed-delay.delay': '1 h' })
    ledger.give(1)
    await until(() => job.status === 'RESTARTING')
    await job.cancel()
    assert.equal(job.status, 'CANCELED')
  })
})

describe('restart strategies', () => {
  it('default to none, and to exponential-delay with checkpoints', () => {
    assert.equal(strategy({})(0), undefined)
    const exponential = strategy({ 'execution.checkpointing.interval': '1 s' })
    assert.deepEqual(
      [0, 1, 2].map((now) => exponential(now)),
      [1000, 1500, 2250],
    )
  })

  it('exponential-delay is bounded, and begins again after a quiet time', () => {
    const next = strategy({
      'restart-strategy': 'exponential-delay',
      'restart-strategy.exponential-delay.max-backoff': '2 s',
      'restart-strategy.exponential-delay.reset-backoff-threshold': '1 min',
    })
    assert.deepEqual(
      [0, 1, 2, 3, 70_000].map((now) => next(now)),
      [1000, 1500, 2000, 2000, 1000],
    )
  })

  it('failure-rate counts the failures of an interval', () => {
    const next = strategy({
      'restart-strategy.type': 'failure-rate',
      'restart-strategy.failure-rate.max-failures-per-interval': '2',
      'restart-strategy.failure-rate.failure-rate-interval': '10 s',
    })
    assert.deepEqual(
      [0, 1000, 12_000, 13_000, 14_000].map((now) => next(now)),
      [1000, 1000, 1000, 1000, undefined],
    )
  })

  it('refuse what is not there', () => {
    for (const [key, value] of [
      ['execution.checkpointing.unaligned.enabled', 'true'],
      ['execution.checkpointing.max-concurrent-checkpoints', '2'],
      ['restart-strategy.type', 'sometimes'],
      ['execution.checkpointing.timeout', 'soon'],
      ['execution.checkpointing.timeout', '0 s'],
      ['execution.checkpointing.tolerable-failed-checkpoints', '-1'],
      ['restart-strategy.fixed-delay.attempts', '-1'],
      ['restart-strategy.failure-rate.max-failures-per-interval', '0'],
      ['restart-strategy.exponential-delay.backoff-multiplier', '0.9'],
      ['restart-strategy.exponential-delay.jitter-factor', '1.1'],
      ['restart-strategy.exponential-delay.max-backoff', '0 s'],
    ]) {
      assert.throws(
        () => strategy({ [key]: value }),
        (error) => isRivuletError(error) && error.message.includes(key) && error.message.includes(`'${value}'`),
      )
    }
  })
})

describe('periodic checkpoints', { timeout: 20_000 }, () => {
  const CHECKPOINTS = { 'execution.checkpointing.interval': '2 ms', 'execution.checkpointing.dir': 'c' }

  it('that find a full disk fail the job only behind the tolerable number', async () => {
    for (const tolerable of [0, 3]) {
      const ledger = new Ledger()
      const host = hostInMemory()
      host.storage.writeAtomic = async () => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      }
      const settings = { 'execution.checkpointing.tolerable-failed-checkpoints': String(tolerable) }
      const { job } = await start(ledger, { ...CHECKPOINTS, ...settings, 'restart-strategy.type': 'none' }, host)
      await assert.rejects(job.wait(), /ENOSPC/)
      const { counts, latestFailed } = job.checkpoints()
      assert.equal(counts.failed, tolerable + 1)
      assert.match(latestFailed?.failure ?? '', /could not be stored in 'c\/[0-9a-f]{32}': ENOSPC/)
    }
  })

  it('say so the first time in a row that the job goes on behind, and a restart says why', async () => {
    const warned: string[] = []
    const host: Host = {
      ...hostInMemory(),
      warn: ({ code, message, hint }) => warned.push(`${code}: ${message} | ${hint}`),
    }
    host.storage.writeAtomic = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    const tolerable = { 'execution.checkpointing.tolerable-failed-checkpoints': '3' }
    const { job } = await start(new Ledger(), { ...CHECKPOINTS, ...tolerable, ...FIXED }, host)
    await assert.rejects(job.wait(), /ENOSPC/)
    const words = /job 'insert-into_ledger' .*ENOSPC: no space left on device \| Free space there/i
    assert.deepEqual(
      warned.map((line) => line.split(':')[0]),
      ['ENGINE_CHECKPOINT_FAILS', 'ENGINE_JOB_RESTARTS', 'ENGINE_CHECKPOINT_FAILS'],
    )
    for (const line of warned) assert.match(line, words)
  })

  it('say what to do about a full disk', async () => {
    const host = hostInMemory()
    host.storage.writeAtomic = async () => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    }
    const { job } = await start(new Ledger(), { ...CHECKPOINTS, 'restart-strategy.type': 'none' }, host)
    await assert.rejects(job.wait(), (error) => {
      assert.ok(isRivuletError(error))
      assert.equal(error.code, 'RUNTIME_SNAPSHOT_NOT_STORED')
      assert.match(error.hint ?? '', /^Free space there/)
      return true
    })
  })

  it('that find a full disk at the end of the input are tried again too', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const write = host.storage.writeAtomic.bind(host.storage)
    let failures = 2
    host.storage.writeAtomic = async (path, bytes) => {
      if (failures-- > 0) throw new Error('ENOSPC: no space left on device')
      await write(path, bytes)
    }
    ledger.give(10)
    ledger.finish()
    const settings = { 'execution.checkpointing.interval': '20 ms', 'execution.checkpointing.dir': 'c' }
    const tolerable = { 'execution.checkpointing.tolerable-failed-checkpoints': '2' }
    const { job } = await start(ledger, { ...settings, ...tolerable, 'restart-strategy.type': 'none' }, host)
    await job.wait()
    assert.equal(job.checkpoints().counts.failed, 2)
    assert.deepEqual(ledger.committed, numbersTo(10))
  })

  it('that are not stored within their time are given up: the job goes on, and nothing of them appears later', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const write = host.storage.writeAtomic.bind(host.storage)
    const stuck: (() => Promise<void>)[] = []
    let slow = true
    host.storage.writeAtomic = (path, bytes) => {
      if (!slow || !path.endsWith('manifest.json')) return write(path, bytes)
      slow = false
      return new Promise((resolve, reject) => {
        stuck.push(() => write(path, bytes).then(resolve, reject))
      })
    }
    const settings = { ...CHECKPOINTS, 'execution.checkpointing.timeout': '20 ms' }
    const { job } = await start(
      ledger,
      { ...settings, 'execution.checkpointing.tolerable-failed-checkpoints': '1' },
      host,
    )
    ledger.give(20)
    await until(() => ledger.committed.length === 20)
    assert.match(
      job.checkpoints().latestFailed?.failure ?? '',
      /longer than 20 ms and was given up: it was being stored/,
    )
    const { completed } = job.checkpoints().counts
    await stuck[0]()
    await until(() => job.checkpoints().counts.completed > completed + 1)
    assert.equal(await host.storage.exists(`c/${job.id}/chk-1`), false)
    assert.equal(job.checkpoints().counts.failed, 1)
    await job.cancel()
  })

  it('whose barrier does not come through name the operator that holds it up, and the job goes on', async () => {
    const ledger = new Ledger()
    const settings = {
      ...CHECKPOINTS,
      'execution.checkpointing.timeout': '20 ms',
      'execution.checkpointing.tolerable-failed-checkpoints': '1000',
      'parallelism.default': '2',
    }
    const { job } = await start(ledger, settings)
    await until(() => job.checkpoints().counts.completed > 0)
    ledger.full = true
    ledger.give(1000)
    await until(() => job.checkpoints().counts.failed > 0)
    assert.match(
      job.checkpoints().latestFailed?.failure ?? '',
      /took longer than 20 ms and was given up: no barrier has passed .*Sink\(.*ledger/,
    )
    ledger.full = false
    for (const ready of ledger.ready) ready()
    ledger.finish()
    await job.wait()
    assert.deepEqual(ledger.committed, numbersTo(1000))
  })

  it('whose predecessors cannot be removed are no failures; they are removed later', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const remove = host.storage.remove.bind(host.storage)
    let refused = 0
    host.storage.remove = async (path) => {
      if (refused++ < 2) throw new Error('EACCES: permission denied')
      await remove(path)
    }
    const { job } = await start(ledger, { ...CHECKPOINTS, 'restart-strategy.type': 'none' }, host)
    await until(() => job.checkpoints().counts.completed >= 6)
    await job.cancel()
    assert.ok(refused > 2)
    assert.equal(job.checkpoints().counts.failed, 0)
    const names = (await host.storage.list(`c/${job.id}`)).filter((name) => name.startsWith('chk-'))
    assert.equal(names.length, 1)
  })

  it('leave a pause behind them, however short the interval is', async () => {
    const pause = { 'execution.checkpointing.min-pause': '40 ms' }
    const { job } = await start(new Ledger(), { ...CHECKPOINTS, ...pause })
    await until(() => job.checkpoints().counts.completed >= 4)
    await job.cancel()
    const taken = job.checkpoints().history.toReversed()
    for (const [i, { triggered }] of taken.entries()) {
      if (i === 0) continue
      const before = taken[i - 1]
      assert.ok(triggered - (before.triggered + (before.duration ?? 0)) >= 39, JSON.stringify(taken))
    }
  })

  it('stay behind a job that was canceled or has finished, unless they are to be deleted; always behind one that failed', async () => {
    for (const [retention, kept] of [
      ['RETAIN_ON_CANCELLATION', true],
      ['DELETE_ON_CANCELLATION', false],
      ['NO_EXTERNALIZED_CHECKPOINTS', false],
    ] as const) {
      const option = { 'execution.checkpointing.externalized-checkpoint-retention': retention }
      for (const end of ['canceled', 'finished', 'failed'] as const) {
        const ledger = new Ledger()
        const host = hostInMemory()
        const { job } = await start(ledger, { ...CHECKPOINTS, ...option, 'restart-strategy.type': 'none' }, host)
        await until(() => job.checkpoints().counts.completed >= 1)
        if (end === 'canceled') await job.cancel()
        else {
          if (end === 'failed') {
            ledger.onRead = () => {
              throw brokerDown()
            }
          }
          ledger.give(1)
          ledger.finish()
          await job.wait().catch(() => {})
        }
        assert.equal(job.status, end.toUpperCase())
        const left = await host.storage.list(`c/${job.id}`)
        assert.equal(left.length > 0, kept || end === 'failed', `${retention}, ${end}: ${left}`)
      }
    }
  })

  it('are counted, with size and path, and only the newest are kept', async () => {
    const ledger = new Ledger()
    const host = hostInMemory()
    const { job } = await start(ledger, { ...CHECKPOINTS, 'execution.checkpointing.num-retained': '2' }, host)
    await until(() => job.checkpoints().counts.completed >= 5)
    await job.cancel()
    const { latestCompleted, history } = job.checkpoints()
    assert.match(latestCompleted?.path ?? '', /^c\/[0-9a-f]{32}\/chk-\d+$/)
    assert.ok((latestCompleted?.size ?? 0) > 0)
    assert.ok(history.length >= 5)
    const names = (await host.storage.list(`c/${job.id}`)).filter((name) => name.startsWith('chk-'))
    assert.equal(names.length, 2)
  })
})

describe('a sink that is full', { timeout: 20_000 }, () => {
  it('stops the source within a few batches, however much there is to read', async () => {
    const ledger = new Ledger()
    let read = 0
    ledger.onRead = (position) => {
      read = Math.max(read, position)
    }
    const { job } = await start(ledger, { 'parallelism.default': '2' })
    ledger.full = true
    ledger.give(1_000_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const stoodAt = read
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(read, stoodAt)
    assert.ok(read < 20_000, `${read} rows were read`)
    await job.cancel()
  })
})
