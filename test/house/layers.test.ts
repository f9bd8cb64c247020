/** The architecture's import table (`src/layers.ts`) holds, and there is no cycle. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type LayerRule, layers, recursiveFolders } from '../../src/layers.ts'

const src = fileURLToPath(new URL('../../src/', import.meta.url))

function sourceFiles(): string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|case)\.ts$/.test(file))
    .sort()
}

/** Paths (relative to `src`, without `.ts`) that a file imports; `typeOnly` edges vanish at run time. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found: { target: string; typeOnly: boolean }[] = []
  const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'"`;]*?from\s+)?['"](\.[^'"]+)['"]/g
  for (const match of text.matchAll(pattern)) {
    const target = relative(src, resolve(dirname(join(src, file)), match[3])).replace(/\.ts$/, '')
    found.push({ target, typeOnly: match[2] !== undefined })
  }
  for (const match of text.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]\s*\)/g)) {
    const target = relative(src, resolve(dirname(join(src, file)), match[1])).replace(/\.ts$/, '')
    found.push({ target, typeOnly: false })
  }
  return found
}

const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

function ruleOf(path: string): LayerRule {
  const rule = layers.find(({ folder }) => inside(path, folder))
  assert.ok(rule, `src/${path}.ts belongs to no layer of src/layers.ts`)
  return rule
}

function allowed(from: string, to: string): boolean {
  const rule = ruleOf(from)
  if (inside(to, rule.folder)) {
    if (rule.alone !== true) return true
    const part = (path: string) => path.slice(rule.folder.length + 1).split('/')
    const [own, other] = [part(from), part(to)]
    // Files directly in the folder are shared by its parts; another part's folder is closed, but for plan nodes.
    return other.length === 1 || own[0] === other[0] || other.at(-1) === 'node'
  }
  return rule.may.some((folder) => inside(to, folder))
}

describe('layers', () => {
  const files = sourceFiles()

  it('scans the whole tree', () => {
    assert.ok(files.length > 100, `only ${files.length} files found`)
  })

  it('no file imports what its layer may not', () => {
    const forbidden = files.flatMap((file) => {
      const from = file.replace(/\.ts$/, '')
      return importsOf(file)
        .filter(({ target }) => !allowed(from, target))
        .map(({ target }) => `src/${from}.ts imports src/${target}.ts`)
    })
    assert.deepEqual(forbidden, [])
  })

  it('modules do not depend on each other in a circle', () => {
    const graph = new Map(
      files.map((file) => [
        file.replace(/\.ts$/, ''),
        importsOf(file)
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ target }) => target),
      ]),
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (node: string, path: string[]) => {
      const at = path.indexOf(node)
      if (at >= 0) {
        const cycle = path.slice(at)
        const recursive = recursiveFolders.some((folder) => cycle.every((file) => inside(file, folder)))
        if (!recursive) cycles.push([...cycle, node].join(' -> '))
        return
      }
      if (done.has(node)) return
      for (const next of graph.get(node) ?? []) visit(next, [...path, node])
      done.add(node)
    }
    for (const node of graph.keys()) visit(node, [])
    assert.deepEqual(cycles, [])
  })
})
