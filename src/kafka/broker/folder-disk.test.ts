/** A broker's folder on a real disk: bounded memory, bounded open files, one owner. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isRivuletError } from '../../base/errors.ts'
import { nodeHost } from '../../base/node-host.ts'
import { Broker } from './broker.ts'
import { inProcessNetwork } from './in-process-network.ts'
import type { BrokerOptions } from './options.ts'
import { append, batch, read, valuesOf } from './test-support.ts'

/** Bytes of buffers that are still reachable. */
function arrayBuffers(): number {
  setFlagsFromString('--expose-gc')
  // What the first one finds unreachable is given back while the second one runs.
  for (let i = 0; i < 2; i++) runInNewContext('gc')()
  return process.memoryUsage().arrayBuffers
}

describe('a folder on a real disk', () => {
  const withFolder = async (act: (folder: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-broker-'))
    try {
      await act(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const startOn = async (folder: string, options: BrokerOptions = {}) => {
    const broker = new Broker({ data: folder, ...options }, nodeHost)
    const connection = await inProcessNetwork(broker).connect(broker.nodes[0].address, {
      clientId: 'test',
      connectTimeoutMs: 1_000,
    })
    return { broker, connection }
  }

  test('reads old batches from files, not from memory, and retention deletes them', () =>
    withFolder(async (folder) => {
      const { broker, connection } = await startOn(folder, { segmentBytes: 4 * 2 ** 20 })
      broker.createTopic('t')
      const large = 'x'.repeat(900_000)
      const before = arrayBuffers()
      for (let i = 0; i < 80; i++) await append(connection, batch([`value-${i} ${large}`]))
      assert.ok(arrayBuffers() - before < 32 * 2 ** 20, 'of 72 MB')
      for (const offset of [0, 1, 57, 79]) {
        const found = await read(connection, { offset })
        assert.equal(valuesOf(found.records!)[0], `value-${offset}`)
      }
      broker.close()
      const bounded = await startOn(folder, { segmentBytes: 4 * 2 ** 20, retentionBytes: 20 * 2 ** 20 })
      await append(bounded.connection, batch(['value-80']))
      const { log } = bounded.broker.cluster.topics.partition('t', 0)!
      assert.ok(log.startOffset > 40, `${log.startOffset}`)
      const id = bounded.broker.cluster.topics.get('t')!.id
      const place = join(folder, 'topics', id, '0')
      const bytes = readdirSync(place).reduce((sum, name) => sum + statSync(join(place, name)).size, 0)
      assert.ok(bytes < 30 * 2 ** 20, `${bytes}`)
      bounded.broker.close()
    }))

  test('more partitions than files may be open', () =>
    withFolder(async (folder) => {
      const { broker, connection } = await startOn(folder)
      broker.createTopic('t', { partitions: 300 })
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < 300; i++) await append(connection, batch([`value-${i}`]), 't', i)
      }
      assert.deepEqual(valuesOf((await read(connection, { partition: 3 })).records!), ['value-3', 'value-3'])
      if (process.platform === 'linux') assert.ok(readdirSync('/proc/self/fd').length < 250)
      broker.close()
      const again = await startOn(folder)
      assert.deepEqual(valuesOf((await read(again.connection, { partition: 299 })).records!), [
        'value-299',
        'value-299',
      ])
      again.broker.close()
    }))

  test('has one owner at a time; that of a process that has ended is taken', () =>
    withFolder(async (folder) => {
      const { broker } = await startOn(folder)
      await assert.rejects(startOn(folder), (error: unknown) => {
        assert.ok(isRivuletError(error))
        assert.equal(error.code, 'KAFKA_BROKER_DATA_IN_USE')
        assert.match(error.message, new RegExp(`process ${process.pid}`))
        return true
      })
      broker.close()
      // Above the largest process id of Linux: nobody is.
      writeFileSync(join(folder, 'lock'), '4194305')
      ;(await startOn(folder)).broker.close()
      writeFileSync(join(folder, 'lock'), String(process.ppid))
      await assert.rejects(
        startOn(folder),
        (error: unknown) => isRivuletError(error) && error.code === 'KAFKA_BROKER_DATA_IN_USE',
      )
    }))
})
