/**
 * Runs a job file: TypeScript (a `defineJob`, or a script that executes at top level) or SQL.
 *
 * Law: the file's folder is where relative modules of its functions are looked up; arguments behind `--` reach the job as
 * `args` and `process.argv`; when the signal aborts, every job that was started is canceled and awaited.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { isJobDefinition } from '../engine/define-job.ts'
import { StreamTableEnvironment } from '../engine/environment.ts'
import { type JobClient, runningJobs, submitted } from '../engine/job-client.ts'
import { exportOf } from '../engine/load-function.ts'
import type { TableResult } from '../engine/result.ts'
import { filePath, importBundled } from './bundle.ts'
import { scriptFlags, substitute } from './script-variables.ts'

export interface RunFileOptions {
  readonly args: readonly string[]
  readonly signal: AbortSignal
  readonly out: (line: string) => void
  /** Options as SET would give them. */
  readonly configuration?: Readonly<Record<string, string>>
  /** When the signal aborts, jobs are stopped with a savepoint below this folder. */
  readonly savepointOnExit?: string
  /** Where relative modules of functions are looked up; the file's folder when absent. */
  readonly folder?: string
  /** The file is a bundle already. */
  readonly bundled?: boolean
  /** The name that errors show. */
  readonly name?: string
  /** Called when a job was submitted. */
  readonly onJob?: (job: JobClient) => void
}

/** Resolves with how many jobs and queries ran. */
export async function runFile(file: string, options: RunFileOptions): Promise<number> {
  if (!existsSync(file)) {
    const folder = dirname(resolve(file))
    const near = existsSync(folder) ? nearest(file.split('/').at(-1) ?? file, readdirSync(folder)) : undefined
    fail('CLI_NO_SUCH_FILE', { file, hint: near === undefined ? undefined : `Did you mean '${near}'?` })
  }
  const stopping: Promise<void>[] = []
  const stop = () => {
    for (const job of runningJobs) {
      if (options.savepointOnExit === undefined) void job.cancel()
      else stopping.push(stopWithSavepoint(job, options))
    }
  }
  options.signal.addEventListener('abort', stop, { once: true })
  try {
    return extname(file) === '.sql' ? await runSql(file, options) : await runModule(file, options)
  } finally {
    options.signal.removeEventListener('abort', stop)
    await Promise.all(stopping)
    await Promise.allSettled([...runningJobs].map((job) => (options.signal.aborted ? job.cancel() : job.wait())))
  }
}

async function stopWithSavepoint(job: JobClient, { savepointOnExit, out }: RunFileOptions): Promise<void> {
  const name = `savepoint-${job.id.slice(0, 6)}-${Date.now()}`
  try {
    out(`Savepoint: ${await job.stopWithSavepoint(`${savepointOnExit}/${name}`)}`)
  } finally {
    await job.cancel()
  }
}

/** A job that is stopped with a savepoint is not to be canceled by the same signal. */
const jobSignal = ({ savepointOnExit, signal }: RunFileOptions) =>
  savepointOnExit === undefined ? signal : new AbortController().signal

export function environmentFor(
  file: string,
  options: Pick<RunFileOptions, 'configuration' | 'out' | 'folder'>,
): StreamTableEnvironment {
  const folder = options.folder ?? dirname(resolve(file))
  return StreamTableEnvironment.create({
    configuration: options.configuration,
    print: options.out,
    loadFunction: async (specifier, exportName) => {
      const path = filePath(specifier, folder)
      if (!existsSync(path))
        fail('ENGINE_FUNCTION_MODULE', { module: `${specifier}#${exportName}`, detail: `there is no file '${path}'.` })
      return exportOf(await importBundled(path), specifier, exportName)
    },
  })
}

async function runSql(file: string, options: RunFileOptions): Promise<number> {
  const sql = substitute(readFileSync(file, 'utf8'), scriptFlags(options.args), ['kafka-zookeeper-servers'])
  const tEnv = environmentFor(file, options)
  const jobs: JobClient[] = []
  let ran = 0
  for await (const result of tEnv.executeScript(sql, options.name ?? file, { signal: jobSignal(options) })) {
    if (options.signal.aborted) break
    if (result.jobClient !== undefined) {
      ran++
      jobs.push(result.jobClient)
      options.onJob?.(result.jobClient)
    } else if (result.resultKind === 'SUCCESS_WITH_CONTENT') {
      ran++
      await result.print(options.out)
    }
  }
  await Promise.all(jobs.map((job) => job.wait()))
  return ran
}

async function runModule(file: string, options: RunFileOptions): Promise<number> {
  const before = new Set(runningJobs)
  const countBefore = submitted.count
  process.argv = [process.argv[0], resolve(file), ...options.args]
  const module: Record<string, unknown> =
    options.bundled === true ? await import(pathToFileURL(resolve(file)).href) : await importBundled(file)
  const definition = Object.values(module).find(isJobDefinition)
  if (definition === undefined) {
    for (const job of runningJobs) if (!before.has(job)) options.onJob?.(job)
    return submitted.count - countBefore
  }
  const tEnv = environmentFor(file, options)
  const result = (await definition.run({ tEnv, args: options.args, signal: jobSignal(options) })) as
    | TableResult
    | undefined
  if (result?.jobClient !== undefined) options.onJob?.(result.jobClient)
  if (result === undefined) return tEnv.session.jobs.length
  if (result.jobClient === undefined) await result.print(options.out)
  else await result.wait()
  return 1
}
