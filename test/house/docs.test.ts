/**
 * The documentation says what the code says.
 *
 * Law: generated pages equal what the generator makes of the registries now, and relative links lead somewhere.
 */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { anchor } from '../../scripts/docs/markdown.ts'
import { GENERATED_FOLDERS, generatedPages } from '../../scripts/docs/pages.ts'

const rootUrl = new URL('../../', import.meta.url)
const root = fileURLToPath(rootUrl)
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

describe('generated pages', async () => {
  const pages = await generatedPages(rootUrl)

  it('are what the registries say', () => {
    const stale = [...pages].filter(([file, text]) => !existsSync(join(root, file)) || textOf(file) !== text)
    assert.deepEqual(
      stale.map(([file]) => file),
      [],
      'run: npm run docs',
    )
  })

  it('have no leftovers beside them', () => {
    const found = globSync(
      GENERATED_FOLDERS.map((folder) => `${folder}**/*.md`),
      { cwd: root },
    )
    assert.deepEqual(
      found.filter((file) => !pages.has(file)),
      [],
      'run: npm run docs',
    )
  })
})

it('the table of types is the one that stands at their declaration', () => {
  const rows = (text: string) =>
    [...text.matchAll(/^(?: \* )?(\|.*\|)$/gm)]
      .map(([, row]) => row.replaceAll(/\s+/g, ' '))
      .filter((row) => !row.includes('---'))
  const declared = rows(textOf('src/engine/data-types.ts'))
  assert.ok(declared.length > 10)
  assert.deepEqual(rows(textOf('docs/guide/types.md')), declared)
})

/** Fragments that the headings of a page can be reached by; equal headings are numbered. */
function anchorsOf(file: string): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading] of textOf(file)
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .matchAll(/^#{1,6} +(.+)$/gm)) {
    const fragment = anchor(heading.replaceAll('`', ''))
    const count = counts.get(fragment) ?? 0
    counts.set(fragment, count + 1)
    anchors.add(count === 0 ? fragment : `${fragment}-${count}`)
  }
  return anchors
}

describe('relative links', () => {
  const files = globSync(['README*.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'COMPAT.md', 'docs/**/*.md'], {
    cwd: root,
  })
  const links = files.flatMap((file) => {
    const prose = textOf(file).replaceAll(/^```[\s\S]*?^```/gm, '')
    return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => ({ file, target }))
  })

  it('are found at all', () => {
    assert.ok(links.length > 300, `only ${links.length} links in ${files.length} files`)
  })

  it('lead to files and headings that exist', () => {
    const dead = links
      .filter(({ target }) => !/^[a-z]+:/.test(target))
      .filter(({ file, target }) => {
        const [path, fragment] = target.split('#')
        const to = path === '' ? file : join(dirname(file), path)
        if (!existsSync(join(root, to))) return true
        return fragment !== undefined && to.endsWith('.md') && !anchorsOf(to).has(decodeURIComponent(fragment))
      })
      .map(({ file, target }) => `${file}: ${target}`)
    assert.deepEqual(dead, [])
  })
})
