import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { MemoryStorage } from '../base/simulated-host.ts'
import { type JobSnapshot, readSnapshot, writeSnapshot } from './snapshot-store.ts'

const snapshot: JobSnapshot = {
  checkpoint: 3,
  timestamp: 1_700_000_000_000,
  plan: [{ node: 1, kind: 'group-aggregate', version: 1, state: '{}' }],
  maxParallelism: 128,
  parts: [
    {
      node: 1,
      subtask: 0,
      watermark: 42,
      state: {
        keyed: [
          { state: 'groups', keyGroup: 5, bytes: Uint8Array.of(1, 2, 3) },
          { state: 'groups', keyGroup: 9, bytes: Uint8Array.of(4) },
        ],
        operator: [{ state: 'splits', entries: [{ split: 'a-0', position: { offset: 7 } }] }],
      },
    },
    { node: 2, subtask: 0, watermark: Number.NEGATIVE_INFINITY, state: { keyed: [], operator: [] } },
    { node: 2, subtask: 1, watermark: Number.POSITIVE_INFINITY, state: { keyed: [], operator: [] } },
  ],
}

const code = (expected: string) => (error: unknown) => isRivuletError(error) && error.code === expected

describe('a snapshot folder', () => {
  it('gives back what was written', async () => {
    const storage = new MemoryStorage()
    await writeSnapshot(storage, 'chk-3', snapshot)
    const read = await readSnapshot(storage, 'chk-3')
    // Bytes may come as a Buffer; their values count.
    const parts = read.parts.map(({ state, ...part }) => ({
      ...part,
      state: { ...state, keyed: state.keyed.map((each) => ({ ...each, bytes: Uint8Array.from(each.bytes) })) },
    }))
    assert.deepEqual({ ...read, parts }, snapshot)
  })

  it('without a manifest is no snapshot', async () => {
    const storage = new MemoryStorage()
    await storage.writeAtomic('chk-3/operator-1-0.state', Uint8Array.of(1))
    await assert.rejects(readSnapshot(storage, 'chk-3'), code('RUNTIME_NO_SNAPSHOT'))
  })

  for (const [name, damage] of [
    ['a changed byte', (bytes: Uint8Array) => bytes.with(1, 99)],
    ['a torn file', (bytes: Uint8Array) => bytes.slice(0, 2)],
  ] as const) {
    it(`with ${name} is refused and the file is named`, async () => {
      const storage = new MemoryStorage()
      await writeSnapshot(storage, 'chk-3', snapshot)
      const file = 'chk-3/operator-1-0.state'
      storage.files.set(file, damage(storage.files.get(file) as Uint8Array))
      await assert.rejects(readSnapshot(storage, 'chk-3'), (error) => {
        assert.ok(code('RUNTIME_SNAPSHOT_DAMAGED')(error))
        assert.match((error as Error).message, /operator-1-0\.state/)
        return true
      })
    })
  }

  it('with a missing state file or a broken manifest is refused', async () => {
    const storage = new MemoryStorage()
    await writeSnapshot(storage, 'a', snapshot)
    storage.files.delete('a/operator-1-0.state')
    await assert.rejects(readSnapshot(storage, 'a'), code('RUNTIME_SNAPSHOT_DAMAGED'))
    await writeSnapshot(storage, 'b', snapshot)
    storage.files.set('b/manifest.json', Buffer.from('{"rivulet'))
    await assert.rejects(readSnapshot(storage, 'b'), code('RUNTIME_SNAPSHOT_DAMAGED'))
  })
})
