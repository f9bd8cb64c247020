/** Every golden file, in every way of running. */
import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runGolden } from '../harness/golden-runner.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = globSync('{src,test}/**/*.slt', { cwd: root }).sort()

describe('golden files', () => {
  it('are found', () => assert.ok(files.length >= 5, `${files.length} files`))
  for (const file of files) {
    it(file, async () => {
      const { failures, blocks, runs } = await runGolden(`${root}${file}`, false)
      assert.ok(blocks > 0 && runs >= blocks)
      const shown = failures.map(({ block, variant, error }) => `${block} (${variant}): ${error.message}`)
      assert.deepEqual(shown, [])
    })
  }
})
