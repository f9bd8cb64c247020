import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryScratch } from '../base/scratch.ts'
import { simulatedHost } from '../base/simulated-host.ts'
import { SessionOptions } from '../catalog/session-options.ts'
import { memoryBackend } from '../state/memory/backend.ts'
import { INT } from '../types/logical-type.ts'
import { stateBackend } from './state-backend.ts'

test('state.backend.type names the backend; its files go into the folder that is asked for', () => {
  const options = new SessionOptions()
  const folders: string[] = []
  const host = {
    ...simulatedHost(),
    scratch(folder: string) {
      folders.push(folder)
      return memoryScratch()
    },
  }
  assert.equal(stateBackend(options, host, 1), memoryBackend)
  options.set('state.backend', 'rocksdb')
  options.set('state.backend.rocksdb.localdir', '/data/a, /data/b')
  const disk = stateBackend(options, host, 2)
  assert.notEqual(disk, memoryBackend)
  const state = disk.open(
    { t: { kind: 'table', key: [{ name: 'k', type: INT }], value: [], partitionColumns: 1 } },
    { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => 0 },
  )
  state.close()
  assert.deepEqual(folders, ['/data/a'])
  options.set('state.backend.type', 'hashmap')
  assert.equal(stateBackend(options, host, 1), memoryBackend, 'goes before the older name')
  options.set('state.backend.type', 'forst')
  assert.throws(() => stateBackend(options, host, 1), { code: 'STATE_BACKEND' })
  options.set('state.backend.type', 'rocksdb')
  options.set('state.backend.rocksdb.memory.fixed-per-slot', 'lots')
  assert.throws(() => stateBackend(options, host, 1), { code: 'STATE_CACHE_SIZE' })
})
