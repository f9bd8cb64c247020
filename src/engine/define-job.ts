/**
 * A job as a value: importing its module defines functions and runs nothing, so that the command line, a test, a worker
 * thread and Flink's package all load the same module.
 */
import type { StreamTableEnvironment } from './environment.ts'
import type { TableResult } from './result.ts'

export interface JobContext {
  /** A fresh table environment. */
  readonly tEnv: StreamTableEnvironment
  /** Arguments behind `--` on the command line, or those handed to `runJob`. */
  readonly args: readonly string[]
  /** Aborted when the job is to stop (Ctrl-C, `cancel`). */
  readonly signal: AbortSignal
}

export interface JobDefinition {
  readonly kind: 'rivulet-job'
  readonly run: (context: JobContext) => Promise<TableResult | undefined> | Promise<void>
}

/**
 * Define a job. What the function returns is what the job is: a result that `rivulet run` waits for.
 *
 * ```ts
 * export const job = defineJob(async ({ tEnv, args, signal }) => {
 *   await tEnv.executeSql('CREATE TABLE …')
 *   return tEnv.executeSql('INSERT INTO …', { signal })
 * })
 * ```
 */
export function defineJob(run: JobDefinition['run']): JobDefinition {
  return { kind: 'rivulet-job', run }
}

export function isJobDefinition(value: unknown): value is JobDefinition {
  return (value as { kind?: unknown } | null)?.kind === 'rivulet-job'
}
