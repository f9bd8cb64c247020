/** A recorded job as a jar that Flink runs. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { fail } from '../base/errors.ts'
import { bundleFunctions, type FunctionPlace } from './bundle.ts'
import type { JobDescription } from './description.ts'
import { appendToJar } from './jar.ts'
import type { Recording } from './record.ts'

export const DEFAULT_PLATFORM = 'linux-x86_64'
const RUNTIME_JAR = 'rivulet-flink-runtime.jar'

export interface PackageOptions {
  readonly platform?: string
  /** Where a function is exported; undefined when nowhere. */
  readonly placeOf: (fn: unknown) => FunctionPlace | undefined
}

export async function packageJob(file: string, recording: Recording, options: PackageOptions): Promise<Buffer> {
  const runtime = readFileSync(runtimeJar(options.platform ?? DEFAULT_PLATFORM))
  const functions = recording.functions.map((each) => ({
    ...each,
    place: options.placeOf(each.fn) ?? fail('FLINK_FUNCTION_NOT_EXPORTED', { name: each.name, file }),
  }))
  const description: JobDescription = { format: 1, functions: functions.length > 0, steps: recording.steps }
  const files: Record<string, string> = { 'rivulet/job.json': JSON.stringify(description, undefined, 2) }
  if (functions.length > 0) {
    const { code, map } = await bundleFunctions(file, functions, recording.options)
    files['rivulet/functions.js'] = code
    files['rivulet/functions.js.map'] = map
  }
  return appendToJar(runtime, files)
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
