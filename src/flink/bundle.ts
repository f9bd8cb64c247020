/**
 * The functions of a job as one script with its source map, for bare V8 or for a process of Node.
 *
 * Laws
 * - Only modules that export a function of the job are taken, and what they import. The job's script is not among them.
 * - For V8 `node:` imports become stubs that throw at their first use. The script is loaded once, in a context without Node's
 *   globals or in a process of its own, so that what cannot load on the cluster is refused here, with the way by which it got in.
 * - `rivulet` is the part that declares functions, not the engine.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import type { BuildOptions, Metafile, Plugin } from 'esbuild'
import { fail, isRivuletError } from '../base/errors.ts'
import type { RecordedFunction } from './record.ts'
import { sliceOf } from './slice.ts'

export interface FunctionsBundle {
  readonly code: string
  readonly map: string
}

/** What runs functions on the cluster: V8 inside the TaskManager, or processes of Node beside it. */
export const functionHosts = ['v8', 'node'] as const
export type FunctionHost = (typeof functionHosts)[number]

export interface FunctionPlace {
  readonly module: string
  readonly exportName: string
  /** It stands beside the statements of a job: its module is cut down to what the function needs. */
  readonly sliced?: boolean
}

const SLICED = '__rivulet_'
const isSource = import.meta.url.endsWith('.ts')
const inRuntime = (name: string) =>
  fileURLToPath(new URL(isSource ? `./v8/${name}.ts` : `../flink/${name}.js`, import.meta.url))

export async function bundleFunctions(
  file: string,
  functions: readonly (RecordedFunction & { readonly place: FunctionPlace })[],
  options: Readonly<Record<string, string>>,
  host: FunctionHost = 'v8',
): Promise<FunctionsBundle> {
  const { build, formatMessages } = await import('esbuild')
  const lines = functions.map(
    ({ place: { module, exportName, sliced } }, i) =>
      `import { ${sliced === true ? SLICED : ''}${exportName} as f${i} } from ${JSON.stringify(module)}`,
  )
  const packed = functions.map(({ name, arguments: types, varArgs, result }, i) => {
    const rest = JSON.stringify({ name, arguments: types, varArgs, result, options })
    return `{ ...${rest}, fn: f${i} }`
  })
  const server = host === 'v8' ? 'functions' : 'node'
  lines.push(`import { serve } from ${JSON.stringify(inRuntime(server))}`, `serve([${packed.join(',\n')}])`)
  const stubbed = new Map<string, string>()
  try {
    const result = await build({
      ...(host === 'v8' ? FOR_V8 : FOR_NODE),
      stdin: {
        contents: lines.join('\n'),
        resolveDir: dirname(resolve(file)),
        loader: 'ts',
        sourcefile: 'rivulet:entry',
      },
      bundle: true,
      write: false,
      outfile: 'functions.js',
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      treeShaking: true,
      metafile: true,
      logLevel: 'silent',
      define: { 'import.meta.url': '"file:///rivulet/functions.js"' },
      plugins: [ownRuntime, ...slices(functions), ...(host === 'v8' ? [bareV8(stubbed)] : [])],
    })
    const code = result.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? ''
    const map = result.outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? ''
    if (host === 'v8') load(file, code, stubbed, result.metafile)
    else loadInNode(file, code)
    return { code, map: placed(map) }
  } catch (error) {
    const errors = (error as { errors?: Parameters<typeof formatMessages>[0] }).errors
    if (!Array.isArray(errors)) throw error
    // What a plugin refused comes inside of esbuild's own error.
    const refused = errors.find(({ detail }) => isRivuletError(detail))?.detail
    if (refused !== undefined) throw refused
    const detail = (await formatMessages(errors, { kind: 'error', color: false })).join('').trim()
    return fail('CLI_BUNDLE_FAILED', { file, detail }, { cause: error })
  }
}

const FOR_V8: BuildOptions = {
  format: 'iife',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['module', 'import', 'default'],
  target: 'es2023',
}
/** Standard output belongs to the answers, from before the first module of the user on. */
const TAKE_OUTPUT = `globalThis.__rivuletOutput = process.stdout
Object.defineProperty(process, 'stdout', { value: process.stderr })
globalThis.console = new (require('node:console').Console)(process.stderr)
`
const FOR_NODE: BuildOptions = { format: 'cjs', platform: 'node', target: 'node22', banner: { js: TAKE_OUTPUT } }
const LOAD_LIMIT_MS = 10_000

const BUILTIN = new RegExp(`^(node:.*|(${builtinModules.join('|')})(/.*)?)$`)

const ownRuntime: Plugin = {
  name: 'rivulet-runtime',
  setup(build) {
    build.onResolve({ filter: /^rivulet$/ }, () => ({ path: inRuntime('api'), sideEffects: false }))
  },
}

/** Modules with the statements of a job, cut down to the functions in them. */
function slices(functions: readonly { readonly name: string; readonly place: FunctionPlace }[]): Plugin[] {
  const sliced = functions.filter(({ place }) => place.sliced === true)
  return [...new Set(sliced.map(({ place }) => place.module))].map((module) => ({
    name: 'rivulet-slice',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        if (path !== module) return undefined
        const here = sliced.filter(({ place }) => place.module === path)
        const names = [...new Set(here.map(({ place }) => place.exportName))]
        const { code } = await build.esbuild.transform(readFileSync(path, 'utf8'), {
          loader: /x$/.test(path) ? 'tsx' : 'ts',
          format: 'esm',
          sourcefile: path,
          sourcemap: 'inline',
        })
        const slice = sliceOf(code, names)
        if (slice.free.has('process')) fail('FLINK_FUNCTION_USES_JOB', { names: names.join(', '), file: path })
        return {
          contents: `${slice.code}\nexport { ${names.map((name) => `${name} as ${SLICED}${name}`).join(', ')} }`,
          loader: 'js',
          resolveDir: dirname(path),
        }
      })
    },
  }))
}

function bareV8(stubbed: Map<string, string>): Plugin {
  return {
    name: 'rivulet-bare-v8',
    setup(build) {
      build.onResolve({ filter: BUILTIN }, ({ path, importer }) => {
        stubbed.set(path, importer)
        return { path, namespace: 'node-stub' }
      })
      build.onLoad({ filter: /.*/, namespace: 'node-stub' }, ({ path }) => ({ contents: stub(path), loader: 'js' }))
    },
  }
}

/** A CommonJS module (esbuild keeps its prototype, which is what answers for every name) whose every member is a function and a namespace that throws when it is used. */
function stub(name: string): string {
  const complaint = JSON.stringify(`${name} is an API of Node, which V8 inside Flink does not have`)
  return `const refuse = () => { throw new Error(${complaint}) }
const member = new Proxy(function () {}, { apply: refuse, construct: refuse, get: refuse })
module.exports = Object.create(new Proxy({}, { get: (_, key) => (key === '__esModule' || typeof key === 'symbol' ? undefined : member) }))`
}

/** Evaluate as the cluster will: the language alone. */
function load(file: string, code: string, stubbed: ReadonlyMap<string, string>, metafile: Metafile): void {
  const context = createContext(Object.create(null) as object, { codeGeneration: { strings: true, wasm: false } })
  try {
    new Script(code, { filename: 'rivulet/functions.js' }).runInContext(context, { timeout: 10_000 })
  } catch (error) {
    const reason = error instanceof Object && 'message' in error ? String(error.message) : String(error)
    const node = [...stubbed].find(([name]) => reason.includes(`${name} is an API of Node`))
    fail(
      'FLINK_BUNDLE_FAILED',
      { name: file, reason, chain: node === undefined ? '' : chainOf(node[0], metafile) },
      { cause: error },
    )
  }
}

/** Start it as the TaskManager will; with its input at the end it loads and goes. */
function loadInNode(file: string, code: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-load-'))
  try {
    const script = join(folder, 'functions.cjs')
    writeFileSync(script, code)
    writeFileSync(`${script}.map`, '')
    const { status, stderr, error } = spawnSync(process.execPath, [script], {
      input: '',
      encoding: 'utf8',
      timeout: LOAD_LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    if (status !== 0) {
      const reason = error?.message ?? /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.trim()
      fail('FLINK_NODE_BUNDLE_FAILED', { file, reason })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `job.ts → lib.ts → node:fs`: the way from the entry to a module. */
function chainOf(builtin: string, { inputs }: Metafile): string {
  const from = new Map<string, string>()
  const queue = Object.keys(inputs).filter((name) => name.endsWith('rivulet:entry'))
  for (const at of queue) {
    for (const { path } of inputs[at]?.imports ?? []) {
      if (from.has(path)) continue
      from.set(path, at)
      queue.push(path)
    }
  }
  const way: string[] = []
  for (let at: string | undefined = `node-stub:${builtin}`; at !== undefined && from.has(at); at = from.get(at))
    way.unshift(at)
  return way.length === 0 ? '' : `\n  imported by ${way.map((each) => each.replace('node-stub:', '')).join(' → ')}`
}

/** Sources by their place in the user's folder; the runtime's own are marked, so that stacks leave them out. */
function placed(map: string): string {
  const parsed = JSON.parse(map) as { sources: string[]; names?: string[] }
  const runtime = dirname(dirname(inRuntime('functions')))
  const own = dirname(runtime)
  const sources = parsed.sources.map((source) => {
    const path = resolve(source)
    return source.startsWith('rivulet:') || path.startsWith(`${own}/`)
      ? `rivulet:${source}`
      : relative(process.cwd(), path)
  })
  return JSON.stringify({ ...parsed, sources, names: undefined })
}
