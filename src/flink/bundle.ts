/**
 * The functions of a job as one script for bare V8, with its source map.
 *
 * Laws
 * - Only modules that export a function of the job are taken, and what they import. The job's script is not among them.
 * - `node:` imports become stubs that throw at their first use; the script is loaded once in a context without Node's globals,
 *   so that what cannot load on the cluster is refused here, with the way by which it got in.
 * - `rivulet` is the part that declares functions, not the engine.
 */
import { builtinModules } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, Script } from 'node:vm'
import type { Metafile, Plugin } from 'esbuild'
import { fail } from '../base/errors.ts'
import type { RecordedFunction } from './record.ts'

export interface FunctionsBundle {
  readonly code: string
  readonly map: string
}

export interface FunctionPlace {
  readonly module: string
  readonly exportName: string
}

const isSource = import.meta.url.endsWith('.ts')
const inRuntime = (name: string) =>
  fileURLToPath(new URL(isSource ? `./v8/${name}.ts` : `../flink/${name}.js`, import.meta.url))

export async function bundleFunctions(
  file: string,
  functions: readonly (RecordedFunction & { readonly place: FunctionPlace })[],
  options: Readonly<Record<string, string>>,
): Promise<FunctionsBundle> {
  const { build, formatMessages } = await import('esbuild')
  const lines = functions.map(
    ({ place }, i) => `import { ${place.exportName} as f${i} } from ${JSON.stringify(place.module)}`,
  )
  const packed = functions.map(({ name, arguments: types, result }, i) => {
    const rest = JSON.stringify({ name, arguments: types, result, options })
    return `{ ...${rest}, fn: f${i} }`
  })
  lines.push(`import { serve } from ${JSON.stringify(inRuntime('functions'))}`, `serve([${packed.join(',\n')}])`)
  const stubbed = new Map<string, string>()
  try {
    const result = await build({
      stdin: {
        contents: lines.join('\n'),
        resolveDir: dirname(resolve(file)),
        loader: 'ts',
        sourcefile: 'rivulet:entry',
      },
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['module', 'import', 'default'],
      target: 'es2023',
      outfile: 'functions.js',
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      treeShaking: true,
      metafile: true,
      logLevel: 'silent',
      define: { 'import.meta.url': '"file:///rivulet/functions.js"' },
      plugins: [bareV8(stubbed)],
    })
    const code = result.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? ''
    const map = result.outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? ''
    load(file, code, stubbed, result.metafile)
    return { code, map: placed(map) }
  } catch (error) {
    const errors = (error as { errors?: Parameters<typeof formatMessages>[0] }).errors
    if (!Array.isArray(errors)) throw error
    const detail = (await formatMessages(errors, { kind: 'error', color: false })).join('').trim()
    return fail('CLI_BUNDLE_FAILED', { file, detail }, { cause: error })
  }
}

const BUILTIN = new RegExp(`^(node:.*|(${builtinModules.join('|')})(/.*)?)$`)

function bareV8(stubbed: Map<string, string>): Plugin {
  return {
    name: 'rivulet-bare-v8',
    setup(build) {
      build.onResolve({ filter: /^rivulet$/ }, () => ({ path: inRuntime('api'), sideEffects: false }))
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
