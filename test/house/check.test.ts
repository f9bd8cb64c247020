/** Types and style hold over the whole tree. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

for (const [name, command, args] of [
  ['the tree type-checks strictly', 'tsc', ['--noEmit']],
  ['the tree is formatted and free of findings', 'biome', ['check', '--error-on-warnings', '.']],
] as const) {
  it(name, () => {
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', command), [...args], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(status, 0, `${stdout}${stderr}`)
  })
}
