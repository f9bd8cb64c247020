/** The map is right: every file and folder that ARCHITECTURE.md and CONTRIBUTING.md name exists, and every folder of `src/` is on the map. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const PATH = /`((?:src|test|bench|examples|scripts|docs)\/[\w./-]*[\w/])`/g

describe('ARCHITECTURE.md', () => {
  const named = [...text.matchAll(PATH)].map((match) => match[1])

  it('names files', () => assert.ok(named.length >= 30, `${named.length} names`))

  it('names only what exists', () => {
    assert.deepEqual(
      named.filter((path) => !existsSync(join(root, path))),
      [],
    )
  })

  it('has every folder of src/', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const missing = folders.filter(({ name }) => !text.includes(`src/${name}/`)).map(({ name }) => name)
    assert.deepEqual(missing, [])
  })
})
