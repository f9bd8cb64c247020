/** State on a local disk that fills up: the job fails with what to do, and a restart goes on from the checkpoint. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { memoryScratch } from '../../src/base/scratch.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger } from './ledger.ts'

describe('a local disk that is full', { timeout: 30_000 }, () => {
  const KEYS = 60_000

  /** @param room called with the bytes of each write; throws when there is no room */
  async function start(room: (bytes: number) => void, configuration: Record<string, string>) {
    const ledger = new Ledger()
    const host: Host = {
      ...nodeHost,
      storage: new MemoryStorage(),
      warn: () => {},
      scratch: () => {
        const { create, close } = memoryScratch()
        return {
          close,
          create: () => {
            const file = create()
            return {
              ...file,
              write: (bytes, position) => {
                room(bytes.length)
                file.write(bytes, position)
              },
            }
          },
        }
      },
    }
    const tEnv = new TableEnvironment({
      host,
      connectors: ledger.connectors,
      configuration: {
        'state.backend.type': 'rocksdb',
        'state.backend.rocksdb.memory.fixed-per-slot': '64 kb',
        'execution.checkpointing.interval': '5 ms',
        ...configuration,
      },
    })
    await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
    await tEnv.executeSql("CREATE TABLE hole (n BIGINT, c BIGINT) WITH ('connector' = 'blackhole')")
    const { jobClient } = await tEnv.executeSql('INSERT INTO hole SELECT n, COUNT(*) FROM numbers GROUP BY n')
    assert.ok(jobClient)
    ledger.give(KEYS)
    ledger.finish()
    return jobClient
  }
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

  it('ends the job with what is full and which option names another place', async () => {
    const job = await start(
      () => {
        throw full()
      },
      { 'restart-strategy.type': 'none' },
    )
    await assert.rejects(job.wait(), (error) => {
      assert.ok(isRivuletError(error))
      assert.deepEqual([error.code, error.domain], ['STATE_DISK_WRITE', 'external'])
      assert.match(error.message, /ENOSPC: no space left/)
      assert.match(error.hint ?? '', /'state\.backend\.rocksdb\.localdir'/)
      return true
    })
  })

  it('is no end for a job that restarts: it goes on when there is room', async () => {
    let written = 0
    let failures = 0
    const room = (bytes: number) => {
      written += bytes
      if (written < 500_000 || failures > 0) return
      failures++
      throw full()
    }
    const job = await start(room, {
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.delay': '1 ms',
    })
    await job.wait()
    assert.equal(job.restarts, 1)
    assert.match(String((job.exceptions()[0].error as Error).message), /ENOSPC/)
  })
})
