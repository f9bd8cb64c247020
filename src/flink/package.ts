/** A recorded job as a jar that Flink runs. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail } from '../base/errors.ts'
import { bundleFunctions, type FunctionHost, type FunctionPlace } from './bundle.ts'
import type { JobDescription } from './description.ts'
import { appendToJar } from './jar.ts'
import type { Recording } from './record.ts'

export const DEFAULT_PLATFORM = 'linux-x86_64'
const RUNTIME_JAR = 'rivulet-flink-runtime.jar'

export interface PackageOptions {
  readonly platform?: string
  /** Connector jars: files, or coordinates GROUP:ARTIFACT:VERSION of the local Maven repository. */
  readonly jars: readonly string[]
  readonly host?: FunctionHost
  /** The program of Node on the cluster, `node` of its PATH by default. */
  readonly node?: string
  /** Where a function is exported; undefined when nowhere. */
  readonly placeOf: (fn: unknown) => FunctionPlace | undefined
}

export async function packageJob(file: string, recording: Recording, options: PackageOptions): Promise<Buffer> {
  const runtime = readFileSync(runtimeJar(options.platform ?? DEFAULT_PLATFORM))
  const functions = recording.functions.map((each) => ({
    ...each,
    place: options.placeOf(each.fn) ?? fail('FLINK_FUNCTION_NOT_EXPORTED', { name: each.name, file }),
  }))
  const description: JobDescription = {
    format: 1,
    functions: functions.length > 0,
    ...(options.host === 'node' && { node: options.node ?? 'node' }),
    steps: recording.steps,
  }
  const files: Record<string, string | Uint8Array> = { 'rivulet/job.json': JSON.stringify(description, undefined, 2) }
  if (functions.length > 0) {
    const { code, map } = await bundleFunctions(file, functions, recording.options, options.host)
    files['rivulet/functions.js'] = code
    files['rivulet/functions.js.map'] = map
  }
  // Flink puts the jars of a job jar's lib folder on the job's class path.
  for (const jar of options.jars) {
    const path = jarPath(jar)
    files[`lib/${basename(path)}`] = readFileSync(path)
  }
  return appendToJar(runtime, files)
}

function jarPath(jar: string): string {
  if (existsSync(jar)) return jar
  const parts = jar.split(':')
  if (parts.length !== 3) return fail('FLINK_NO_JAR', { jar, file: jar })
  const [group, artifact, version] = parts
  const repository = process.env.MAVEN_REPO ?? join(homedir(), '.m2', 'repository')
  const file = join(repository, ...group.split('.'), artifact, version, `${artifact}-${version}.jar`)
  return existsSync(file) ? file : fail('FLINK_NO_JAR', { jar, file })
}

function runtimeJar(platform: string): string {
  const built = fileURLToPath(new URL(`../../flink-runtime/npm/${platform}/${RUNTIME_JAR}`, import.meta.url))
  if (existsSync(built)) return built
  const name = `rivulet-flink-${platform}/${RUNTIME_JAR}`
  try {
    return createRequire(import.meta.url).resolve(name)
  } catch {
    return fail('FLINK_NO_RUNTIME', { platform, file: name })
  }
}
