/** `npm run docs`: writes the reference and COMPAT.md from the registries of `src/`. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GENERATED_FOLDERS, generatedPages } from './docs/pages.ts'

const root = new URL('../', import.meta.url)
const pages = await generatedPages(root)
const cwd = fileURLToPath(root)
for (const file of globSync(
  GENERATED_FOLDERS.map((folder) => `${folder}**/*.md`),
  { cwd },
)) {
  if (!pages.has(file.replaceAll('\\', '/'))) rmSync(new URL(file, root))
}
let changed = 0
for (const [path, text] of pages) {
  const file = new URL(path, root)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  mkdirSync(new URL('.', file), { recursive: true })
  writeFileSync(file, text)
  changed++
}
process.stdout.write(`${pages.size} pages, ${changed} written\n`)
