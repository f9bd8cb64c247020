/** Checkpoints of changes: chains of files, rebase, retention by reference, damage. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { CheckpointStore, findLastCheckpoint } from '../../src/runtime/checkpoint-store.ts'
import { type JobSnapshot, readSnapshot } from '../../src/runtime/snapshot-store.ts'
import type { KeyedPart } from '../../src/state/contract.ts'

function snapshot(checkpoint: number, keyed: readonly KeyedPart[]): JobSnapshot {
  const parts = [{ node: 1, subtask: 0, watermark: checkpoint, state: { keyed, operator: [] } }]
  return { checkpoint, timestamp: checkpoint, plan: [], maxParallelism: 128, parts, sinks: [] }
}

const full = (...bytes: number[]): KeyedPart => ({ state: 's', keyGroup: 0, bytes: Uint8Array.from(bytes) })
const changes = (...bytes: number[]): KeyedPart => ({ ...full(...bytes), changes: true })

async function blocksOf(storage: MemoryStorage, path: string): Promise<number[][]> {
  const { parts } = await readSnapshot(storage, path)
  return parts[0].state.keyed.map((each) => [...each.bytes])
}

describe('the store of checkpoints', () => {
  it('restores a full checkpoint and the changes upon it, oldest first', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 1)
    assert.equal(store.changes(), false)
    await store.store(snapshot(1, [full(1, 2, 3, 4)]), 'full')
    assert.equal(store.changes(), true)
    await store.store(snapshot(2, [changes(5)]), 'changes')
    const third = await store.store(snapshot(3, []), 'changes')
    const { path } = await store.store(snapshot(4, [changes(6)]), 'changes')
    assert.deepEqual(await blocksOf(storage, path), [[1, 2, 3, 4], [5], [6]])
    assert.deepEqual(await blocksOf(storage, third.path), [[1, 2, 3, 4], [5]])
  })

  it('asks for a full one when the changes have outgrown it, and for every sixteenth', async () => {
    const store = new CheckpointStore(new MemoryStorage(), 'c/run', 'job', 1)
    await store.store(snapshot(1, [full(1, 2)]), 'full')
    await store.store(snapshot(2, [changes(1, 2)]), 'changes')
    assert.equal(store.changes(), true)
    await store.store(snapshot(3, [changes(3)]), 'changes')
    assert.equal(store.changes(), false)
    await store.store(snapshot(4, [full(...Array.from({ length: 100 }, () => 1))]), 'full')
    let chain = 0
    for (; store.changes(); chain++) await store.store(snapshot(5 + chain, [changes(chain)]), 'changes')
    assert.equal(chain, 16)
  })

  it('removes a file with the last checkpoint that names it, and nothing before', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 2)
    const keep = async (checkpoint: number, part: KeyedPart, mode: 'full' | 'changes') => {
      await store.store(snapshot(checkpoint, [part]), mode)
      await store.retire()
      return [...storage.files.keys()].sort().map((path) => path.slice('c/run/'.length))
    }
    await keep(1, full(1, 2, 3), 'full')
    await keep(2, changes(4), 'changes')
    assert.deepEqual(await keep(3, changes(5), 'changes'), [
      'chk-2/manifest.json',
      'chk-3/manifest.json',
      'shared/1-1-0.state',
      'shared/2-1-0.state',
      'shared/3-1-0.state',
    ])
    await keep(4, full(6), 'full')
    assert.deepEqual(await keep(5, changes(7), 'changes'), [
      'chk-4/manifest.json',
      'chk-5/manifest.json',
      'shared/4-1-0.state',
      'shared/5-1-0.state',
    ])
  })

  it('leaves nothing of a checkpoint that could not be written', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 2)
    await store.store(snapshot(1, [full(1)]), 'full')
    const before = [...storage.files.keys()]
    const write = storage.writeAtomic.bind(storage)
    storage.writeAtomic = async (path, bytes) => {
      if (path.endsWith('manifest.json')) throw new Error('ENOSPC: no space left on device')
      await write(path, bytes)
    }
    await assert.rejects(store.store(snapshot(2, [changes(2)]), 'changes'), /ENOSPC/)
    assert.deepEqual([...storage.files.keys()], before)
    assert.equal(store.newest, 'c/run/chk-1')
  })

  it('names a damaged file and the newest checkpoint that does not need it', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 3)
    await store.store(snapshot(9, [full(1, 2)]), 'full')
    await store.store(snapshot(10, [changes(3)]), 'changes')
    await store.store(snapshot(11, [changes(4)]), 'changes')
    storage.files.set('c/run/shared/10-1-0.state', Uint8Array.of(9))
    await assert.rejects(readSnapshot(storage, 'c/run/chk-11'), (error) => {
      assert.ok(isRivuletError(error))
      assert.match(error.message, /c\/run\/shared\/10-1-0\.state/)
      assert.match(error.hint ?? '', /'c\/run\/chk-9'/)
      return true
    })
  })

  it('detects one changed byte anywhere in a manifest', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 1)
    await store.store(snapshot(9, [full(1, 2)]), 'full')
    const path = 'c/run/chk-9/manifest.json'
    const whole = storage.files.get(path) as Uint8Array
    for (let at = 0; at < whole.length; at++) {
      for (const bit of [1, 16]) {
        storage.files.set(path, whole.with(at, whole[at] ^ bit))
        await assert.rejects(
          readSnapshot(storage, 'c/run/chk-9'),
          (error) => isRivuletError(error) && error.code === 'RUNTIME_SNAPSHOT_DAMAGED',
          `byte ${at} of ${whole.length}`,
        )
      }
    }
  })

  it('does not pass over a damaged manifest in silence: the newest checkpoint may be behind it', async () => {
    const storage = new MemoryStorage()
    const store = new CheckpointStore(storage, 'c/run', 'job', 3)
    await store.store(snapshot(9, [full(1)]), 'full')
    await store.store(snapshot(10, [full(1)]), 'full')
    await new CheckpointStore(storage, 'c/else', 'other', 3).store(snapshot(11, [full(1)]), 'full')
    storage.files.set('c/run/chk-9/manifest.json', Uint8Array.of(9))
    assert.equal(await findLastCheckpoint(storage, 'c', 'job'), 'c/run/chk-10')
    await store.store(snapshot(12, [full(1)]), 'full')
    storage.files.set('c/run/chk-12/manifest.json', Uint8Array.of(9))
    await assert.rejects(findLastCheckpoint(storage, 'c', 'job'), (error) => {
      assert.ok(isRivuletError(error))
      assert.match(error.message, /c\/run\/chk-12\/manifest\.json' is damaged/)
      assert.match(error.hint ?? '', /'c\/run\/chk-10'/)
      return true
    })
    // What is damaged of another job is not this one's concern.
    assert.equal(await findLastCheckpoint(storage, 'c', 'other', ['else']), 'c/else/chk-11')
  })

  it('still reads format 2, whose manifest had no checksum', async () => {
    const storage = new MemoryStorage()
    await new CheckpointStore(storage, 'c/run', 'job', 1).store(snapshot(9, [full(1)]), 'full')
    const path = 'c/run/chk-9/manifest.json'
    const { crc32: _, ...manifest } = JSON.parse(Buffer.from(storage.files.get(path) as Uint8Array).toString())
    storage.files.set(path, Buffer.from(`${JSON.stringify({ ...manifest, rivuletSnapshot: 2 }, null, 1)}\n`))
    assert.equal((await readSnapshot(storage, 'c/run/chk-9')).checkpoint, 9)
  })

  it('still reads format 1, with its one file per part', async () => {
    const storage = new MemoryStorage()
    const keyed = [{ state: 's', keyGroup: 7, length: 2 }]
    const part = { node: 1, subtask: 0, watermark: null, operator: [], file: 'operator-1-0.state', length: 2, keyed }
    const manifest = {
      checkpoint: 3,
      timestamp: 1,
      plan: [],
      maxParallelism: 128,
      parts: [{ ...part, crc32: 3066839698 }],
    }
    await storage.writeAtomic('old/operator-1-0.state', Uint8Array.of(1, 2))
    await storage.writeAtomic('old/manifest.json', Buffer.from(JSON.stringify({ rivuletSnapshot: 1, ...manifest })))
    const { parts, checkpoint } = await readSnapshot(storage, 'old/')
    assert.equal(checkpoint, 3)
    assert.deepEqual([...parts[0].state.keyed[0].bytes], [1, 2])
  })

  it("finds the newest checkpoint of a job among the runs' folders", async () => {
    const storage = new MemoryStorage()
    await new CheckpointStore(storage, 'c/a', 'job', 1).store(snapshot(7, [full(1)]), 'full')
    await new CheckpointStore(storage, 'c/b', 'job', 1).store(snapshot(8, [full(1)]), 'full')
    await new CheckpointStore(storage, 'c/c', 'other', 1).store(snapshot(9, [full(1)]), 'full')
    await storage.writeAtomic('c/b/chk-10/unfinished', Uint8Array.of(1))
    assert.equal(await findLastCheckpoint(storage, 'c', 'job'), 'c/b/chk-8')
    assert.equal(await findLastCheckpoint(storage, 'none', 'job'), undefined)
  })
})
