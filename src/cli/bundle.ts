/**
 * TypeScript files of users, compiled for this process.
 *
 * Laws
 * - One ES module per entry: the user's own files and packages that ship only TypeScript are inlined, other packages are
 *   imported from where they are installed, `rivulet` is the copy that runs.
 * - `import.meta.url` is that of the original file; source maps are on, so that stack lines are the user's.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Loader, Plugin } from 'esbuild'
import { fail } from '../base/errors.ts'

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
}

/** Compile a file and import it. */
export async function importBundled(file: string): Promise<Record<string, unknown>> {
  return importCode((await bundle(file)).code)
}

/** Modules of the user that a file reaches, by path: their exports are where functions are found again. */
export interface ImportedModules {
  readonly entry: Record<string, unknown>
  readonly modules: ReadonlyMap<string, Record<string, unknown>>
}

export async function importModules(
  file: string,
  /** Text behind the entry's own, from what it is as JavaScript. */
  behind: (code: string) => string,
): Promise<ImportedModules> {
  const { inputs } = await bundle(file)
  const entry = resolve(file)
  const paths = [entry, ...inputs.map((each) => resolve(each)).filter((each) => each !== entry)]
  const lines = paths.map((path, i) => `export * as m${i} from ${JSON.stringify(path)}`)
  const all = await importCode((await bundle(file, lines.join('\n'), behind)).code)
  const modules = new Map(paths.map((path, i) => [path, all[`m${i}`] as Record<string, unknown>]))
  return { entry: modules.get(entry) ?? {}, modules }
}

async function importCode(code: string): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-'))
  const target = join(folder, 'bundle.mjs')
  try {
    await writeFile(target, code)
    process.setSourceMapsEnabled(true)
    return await import(pathToFileURL(target).href)
  } finally {
    // The module is loaded; its source map is inline.
    await rm(folder, { recursive: true, force: true })
  }
}

export async function bundle(
  file: string,
  /** Read instead of the file, in its folder. */
  contents?: string,
  behind?: (code: string) => string,
): Promise<{ readonly code: string; readonly inputs: readonly string[] }> {
  const { build, formatMessages } = await import('esbuild')
  try {
    const result = await build({
      ...(contents === undefined
        ? { entryPoints: [resolve(file)] }
        : { stdin: { contents, resolveDir: dirname(resolve(file)), loader: 'ts' as const } }),
      metafile: true,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node22',
      sourcemap: 'inline',
      sourcesContent: true,
      logLevel: 'silent',
      keepNames: true,
      plugins: [resolvePackages, originalUrls(resolve(file), behind)],
    })
    return { code: result.outputFiles[0].text, inputs: Object.keys(result.metafile.inputs).filter(isModule) }
  } catch (error) {
    const errors = (error as { errors?: Parameters<typeof formatMessages>[0] }).errors
    if (errors === undefined) throw error
    const detail = (await formatMessages(errors, { kind: 'error', color: false })).join('').trim()
    return fail('CLI_BUNDLE_FAILED', { file, detail }, { cause: error })
  }
}

/** Files of the user; what packages ship as TypeScript is inlined, and is none of them. */
const isModule = (path: string) => /\.[cm]?[jt]sx?$/.test(path) && !path.includes('node_modules')

/** Bare imports become the URL of the installed file; those that resolve to TypeScript are inlined. */
const resolvePackages: Plugin = {
  name: 'rivulet-packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args) => {
      if (args.kind === 'entry-point' || args.pluginData === 'rivulet') return undefined
      if (args.path.startsWith('node:')) return { path: args.path, external: true }
      const own = ownModule(args.path)
      if (own !== undefined) return { path: own, external: true }
      // Path aliases of the job's tsconfig and packages alike: esbuild finds the file.
      const found = await build.resolve(args.path, {
        kind: args.kind,
        resolveDir: args.resolveDir,
        importer: args.importer,
        pluginData: 'rivulet',
      })
      if (found.errors.length > 0 || found.external) return found.errors.length > 0 ? { errors: found.errors } : found
      const typeScript = /\.[cm]?tsx?$/.test(found.path)
      const installed = found.path.includes('node_modules')
      if (typeScript || !installed) return { path: found.path }
      return { path: installedUrl(args.path, args.resolveDir) ?? pathToFileURL(found.path).href, external: true }
    })
  },
}

/** `rivulet` and its sub-paths: the running copy, so that classes and registries are one. */
function ownModule(specifier: string): string | undefined {
  if (specifier !== 'rivulet' && !specifier.startsWith('rivulet/')) return undefined
  return import.meta.resolve(specifier)
}

/** The file that Node itself would import (conditions of `exports` included). */
function installedUrl(specifier: string, folder: string): string | undefined {
  try {
    return pathToFileURL(createRequire(join(folder, 'from.js')).resolve(specifier)).href
  } catch {
    // Packages with `import` conditions only cannot be found this way; esbuild's answer is used.
    return undefined
  }
}

const originalUrls = (entry: string, behind?: (code: string) => string): Plugin => ({
  name: 'rivulet-original-urls',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async (args) => {
      const contents = await readFile(args.path, 'utf8')
      const loader = LOADERS[extname(args.path)]
      const more = args.path === entry ? behind : undefined
      if (more === undefined && !contents.includes('import.meta'))
        return { contents, loader, resolveDir: dirname(args.path) }
      const transformed = await build.esbuild.transform(contents, {
        loader,
        format: 'esm',
        sourcefile: args.path,
        sourcemap: 'inline',
        define: {
          'import.meta.url': JSON.stringify(pathToFileURL(args.path).href),
          'import.meta.filename': JSON.stringify(args.path),
          'import.meta.dirname': JSON.stringify(dirname(args.path)),
        },
      })
      const code = transformed.code + (more?.(transformed.code) ?? '')
      return { contents: code, loader: 'js', resolveDir: dirname(args.path) }
    })
  },
})

/** A path as the user wrote it, or a file URL. */
export function filePath(specifier: string, folder: string): string {
  return specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(folder, specifier)
}
