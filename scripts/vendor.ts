/**
 * The packages that only `rivulet server` and `rivulet package` use, bundled into the published package: what is installed is
 * a tenth of what they take with their dependencies, and nothing optional can be missing.
 *
 * Law: the texts of their licences go along.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** What the source uses of each. */
const VENDORED: Readonly<Record<string, string>> = {
  fastify: '{ fastify }',
  '@fastify/static': '{ default }',
  '@fastify/swagger': '{ default }',
  pino: '{ pino }',
  'prom-client': '{ Gauge, Registry }',
  acorn: '{ parse }',
  fflate: '{ zipSync }',
}

const nameOf = (specifier: string) => specifier.replace('@', '').replace('/', '-')

/** Imports of these packages in the source lead to their bundles: `imports` of package.json names the folder. */
export const toVendored: Plugin = {
  name: 'vendored',
  setup({ onResolve }) {
    const specifiers = new RegExp(`^(${Object.keys(VENDORED).join('|')})$`)
    onResolve({ filter: specifiers }, ({ path }) => ({ path: `#vendor/${nameOf(path)}`, external: true }))
  },
}

export async function buildVendored(outdir: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: Object.keys(VENDORED).map((specifier) => ({ in: `vendored:${specifier}`, out: nameOf(specifier) })),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.22',
    minify: true,
    // Names of classes are looked at by libraries (`error.name`, `constructor.name`).
    keepNames: true,
    metafile: true,
    legalComments: 'none',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
    plugins: [
      {
        name: 'entries',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^vendored:/ }, ({ path }) => ({
            path: path.slice('vendored:'.length),
            namespace: 'vendored',
          }))
          onLoad({ filter: /.*/, namespace: 'vendored' }, ({ path }) => ({
            contents: `export ${VENDORED[path]} from '${path}'`,
            resolveDir: process.cwd(),
          }))
        },
      },
    ],
  })
  writeFileSync(join(outdir, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)))
}

function licences(files: readonly string[]): string {
  const folders = new Set(files.filter((file) => file.includes('node_modules')).map(packageFolder))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each))
    if (file === undefined && license !== 'MIT')
      throw new Error(`${name} ${version} (${license}) has no text of its licence`)
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version}\n\n${text}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** The folder of the package in which a file lies: the nearest one with a package.json that has a version. */
function packageFolder(file: string): string {
  for (let folder = dirname(file); folder.includes(`node_modules${sep}`); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version !== undefined) return folder
  }
  throw new Error(`no package has ${file}`)
}
