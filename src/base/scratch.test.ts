import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { diskScratch, memoryScratch, type Scratch } from './scratch.ts'

const parent = mkdtempSync(join(tmpdir(), 'rivulet-test-'))
const kinds: readonly (readonly [string, () => Scratch])[] = [
  ['disk', () => diskScratch(parent)],
  ['memory', memoryScratch],
]
for (const [name, make] of kinds) {
  test(`scratch files in ${name} give back what was written, and tell their end`, () => {
    const scratch = make()
    const file = scratch.create()
    file.write(Uint8Array.of(1, 2, 3), 8)
    file.write(Uint8Array.of(4), 11)
    const into = new Uint8Array(10)
    assert.equal(file.read(into, 9), 3)
    assert.deepEqual([...into.subarray(0, 3)], [2, 3, 4])
    assert.equal(file.read(into, 100), 0)
    file.delete()
    scratch.close()
  })
}

test('scratch files on disk have no name, and their folder goes when it is closed', () => {
  const scratch = diskScratch(parent)
  scratch.create().write(Uint8Array.of(1), 0)
  const [folder] = readdirSync(parent)
  assert.deepEqual(readdirSync(join(parent, folder)), [])
  scratch.close()
  assert.ok(!existsSync(join(parent, folder)))
  rmdirSync(parent)
})
