import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { diskScratch, memoryScratch } from '../../base/scratch.ts'
import { batchOf } from '../../types/batch.ts'
import { INT } from '../../types/logical-type.ts'
import { stateConformance } from '../conformance.case.ts'
import { diskBackend } from './backend.ts'

stateConformance('disk, no cache', diskBackend({ scratch: memoryScratch, cacheBytes: 0, segmentBytes: 512 }))
stateConformance(
  'disk, small cache',
  diskBackend({ scratch: memoryScratch, cacheBytes: 2000, segmentBytes: 4096, peekBytes: 600 }),
)
stateConformance('disk, real files', diskBackend({ scratch: () => diskScratch(tmpdir()), cacheBytes: 1000 }))

test('a row that cannot be read back says so', () => {
  const place = { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => 0 }
  const k = { name: 'k', type: INT }
  const broken = () => {
    const scratch = memoryScratch()
    const create = () => {
      const read = () => {
        throw new Error('EIO: i/o error, read')
      }
      return { ...scratch.create(), read }
    }
    return { ...scratch, create }
  }
  const state = diskBackend({ scratch: broken, cacheBytes: 0, segmentBytes: 64 }).open(
    { t: { kind: 'table', key: [k], value: [{ name: 'v', type: INT }], partitionColumns: 1 } },
    place,
  )
  const lookup = (key: number) => {
    state.table('t').lookup(batchOf([k], [[key]]), [0], new Int32Array(1), 'update')
    state.endBatch()
  }
  for (let key = 0; key < 10; key++) lookup(key)
  assert.throws(() => lookup(0), { code: 'STATE_DISK_READ', message: /EIO: i\/o error, read/ })
})

for (const [name, scratch] of [
  ['memory', memoryScratch],
  ['files', () => diskScratch(tmpdir())],
] as const) {
  test(`a snapshot that is still written when the state is closed ends with an error (${name})`, async () => {
    const place = { maxParallelism: 128, keyGroups: { start: 0, end: 128 }, now: () => 0 }
    const k = { name: 'k', type: INT }
    const state = diskBackend({ scratch, cacheBytes: 0 }).open(
      { t: { kind: 'table', key: [k], value: [{ name: 'v', type: INT }], partitionColumns: 1 } },
      place,
    )
    for (let from = 0; from < 60_000; from += 2000) {
      const rows = Array.from({ length: 2000 }, (_, i) => [from + i])
      state.table('t').lookup(batchOf([k], rows), [0], new Int32Array(2000), 'update')
      state.endBatch()
    }
    let pauses = 0
    const written = state.snapshot('full').serialize(async () => {
      if (++pauses === 3) state.close()
    })
    await assert.rejects(written, { code: 'STATE_CLOSED' })
  })
}
