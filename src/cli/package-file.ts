/**
 * A job file as a jar for Flink: its statements run here once and are recorded, none of them runs on the cluster.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { fail } from '../base/errors.ts'
import { isJobDefinition } from '../engine/define-job.ts'
import { StreamTableEnvironment } from '../engine/environment.ts'
import { exportOf } from '../engine/load-function.ts'
import { recordInto } from '../engine/recording.ts'
import type { FunctionHost, FunctionPlace } from '../flink/bundle.ts'
import { packageJob } from '../flink/package.ts'
import type { Dialect } from '../flink/parity.ts'
import { type Recording, startRecording } from '../flink/record.ts'
import { topLevelNames } from '../flink/slice.ts'
import { filePath, importBundled, importModules } from './bundle.ts'
import { scriptFlags, substitute } from './script-variables.ts'

/** In front of a top-level name that a file does not export itself. */
const HIDDEN = '__rivulet_'

const exportsOfAll = (code: string): string =>
  `\nexport { ${topLevelNames(code)
    .map((name) => `${name} as ${HIDDEN}${name}`)
    .join(', ')} }`

export interface PackageFileOptions {
  readonly args: readonly string[]
  readonly signal: AbortSignal
  readonly configuration: Readonly<Record<string, string>>
  readonly platform?: string
  readonly jars: readonly string[]
  /** What differs on Flink is an error. */
  readonly strict: boolean
  /** What runs functions on the cluster. */
  readonly host?: FunctionHost
  readonly node?: string
  /** The managed service whose dialect is checked. */
  readonly dialect?: Dialect
}

export async function packageFile(
  file: string,
  options: PackageFileOptions,
): Promise<{ readonly jar: Buffer; readonly recording: Recording }> {
  if (!existsSync(file)) fail('CLI_NO_SUCH_FILE', { file })
  const places = new Map<unknown, FunctionPlace>()
  const environment = () => recordingEnvironment(file, options.configuration, places)
  const { recorder, finish } = startRecording(options.dialect, options.host)
  await recordInto(recorder, async () => {
    if (extname(file) === '.sql') {
      const sql = substitute(readFileSync(file, 'utf8'), scriptFlags(options.args), ['kafka-zookeeper-servers'])
      for await (const _ of environment().executeScript(sql, file, { signal: options.signal }));
      return
    }
    process.argv = [process.argv[0], resolve(file), ...options.args]
    const { entry, modules } = await importModules(file, exportsOfAll)
    const exported = Object.entries(entry).filter(([name]) => !name.startsWith(HIDDEN))
    const definition = exported.map(([, value]) => value).find(isJobDefinition)
    for (const [module, exports] of modules) {
      // Statements of the job stand in its own file: only the part that its functions are made of goes to the cluster.
      const sliced = module === resolve(file)
      for (const [name, value] of Object.entries(exports)) {
        if (name.startsWith(HIDDEN) === sliced)
          places.set(value, { module, exportName: sliced ? name.slice(HIDDEN.length) : name, sliced })
      }
    }
    await definition?.run({ tEnv: environment(), args: options.args, signal: options.signal })
  })
  const recording = finish(file)
  if (options.strict && recording.findings.length > 0) {
    fail('FLINK_PARITY', { findings: recording.findings.map((each) => `  - ${each}`).join('\n') })
  }
  const jar = await packageJob(file, recording, {
    platform: options.platform,
    jars: options.jars,
    host: options.host,
    node: options.node,
    placeOf: (fn) => places.get(fn),
  })
  return { jar, recording }
}

function recordingEnvironment(
  file: string,
  configuration: Readonly<Record<string, string>>,
  places: Map<unknown, FunctionPlace>,
): StreamTableEnvironment {
  const folder = dirname(resolve(file))
  return StreamTableEnvironment.create({
    configuration,
    loadFunction: async (specifier, exportName) => {
      const module = filePath(specifier, folder)
      if (!existsSync(module))
        fail('ENGINE_FUNCTION_MODULE', {
          module: `${specifier}#${exportName}`,
          detail: `there is no file '${module}'.`,
        })
      const fn = exportOf(await importBundled(module), specifier, exportName)
      places.set(fn, { module, exportName })
      return fn
    },
  })
}
