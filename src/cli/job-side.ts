/**
 * The job's side of what coordinator and job say to each other (`server/messages.ts`): in a worker process over its IPC channel, in
 * `rivulet run --dashboard` by calls.
 *
 * Law: one of these per job; what it tells is masked already, and nothing is told after `ended`.
 */
import { join } from 'node:path'
import { fail, isRivuletError, type RivuletErrorJson } from '../base/errors.ts'
import { type Deployed, describeDeployed } from '../engine/deployment.ts'
import type { JobClient } from '../engine/job-client.ts'
import type { CheckpointStatistic } from '../server/api-types.ts'
import { localPath, newCheckpoints } from '../server/checkpoint-folder.ts'
import { maskJson } from '../server/mask.ts'
import type { DeployedJob, FromWorker, JobReport, ToWorker } from '../server/messages.ts'

export type Tell = (message: FromWorker) => Promise<void>

export class JobSide {
  readonly deployed: DeployedJob
  readonly #tell: Tell
  readonly #reportMs: number
  /** The folder of this run's checkpoints. */
  readonly #checkpoints: string | undefined
  readonly #subtasks: number
  readonly #seen = new Set<number>()
  #job: JobClient | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #taps = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  #canceled = false
  #ended = false

  constructor(deployed: Deployed, tell: Tell, reportMs: number) {
    this.deployed = describeDeployed(deployed)
    this.#tell = tell
    this.#reportMs = reportMs
    const folder = this.deployed.options['execution.checkpointing.dir']
    this.#checkpoints = folder === undefined ? undefined : join(localPath(folder), deployed.id)
    this.#subtasks = this.deployed.vertices.reduce((sum, vertex) => sum + vertex.parallelism, 0)
  }

  get canceled(): boolean {
    return this.#canceled
  }

  running(job: JobClient): void {
    this.#job = job
    const send = () => void this.#tell({ type: 'report', ...this.#report(job) })
    // A job that is said to run has a report.
    send()
    void this.#tell({ type: 'running' })
    this.#timer = setInterval(send, this.#reportMs)
    this.#timer.unref()
  }

  receive(message: Exclude<ToWorker, { type: 'start' }>): void {
    switch (message.type) {
      case 'cancel':
        this.#canceled = true
        void this.#job?.cancel()
        break
      case 'savepoint':
        void this.#savepoint(message.request, message.folder, message.stop, message.drain)
        break
      case 'tap': {
        const stop = new AbortController()
        this.#taps.set(message.request, { stop, ended: this.#tap(message.request, message.node, stop) })
        break
      }
      case 'untap':
        this.#taps.get(message.request)?.stop.abort()
        break
      case 'state':
        void this.#keyedState(message.request, message.node, message.key)
    }
  }

  /** The last word. */
  async ended(state: 'FINISHED' | 'CANCELED' | 'FAILED', error?: RivuletErrorJson): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    clearInterval(this.#timer)
    // The job has ended, and with it its taps: their last rows come before the end is told.
    await Promise.all([...this.#taps.values()].map((tap) => tap.ended))
    if (this.#job !== undefined) await this.#tell({ type: 'report', ...this.#report(this.#job) })
    await this.#tell({ type: 'ended', state, error })
  }

  #report(job: JobClient): { report: JobReport; checkpoints: CheckpointStatistic[] } {
    const { heapUsed, rss } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const operators = job.metrics().map(({ watermark, batchesOut: _, fullMs: __, splits: ___, ...metric }) => ({
      ...metric,
      watermark: Number.isFinite(watermark) ? watermark : watermark > 0 ? ('max' as const) : null,
    }))
    const folder = this.#checkpoints
    return {
      report: {
        at: Date.now(),
        operators,
        subtasks: job.taskTimes(),
        lookers: job.lookers,
        heapUsed,
        rss,
        cpu: user + system,
        description: maskJson(job.describe()),
      },
      checkpoints: folder === undefined ? [] : newCheckpoints(folder, this.#seen, this.#subtasks),
    }
  }

  /** Each event waits until the one before is with the coordinator; what passes meanwhile is counted, and the job goes on. */
  async #tap(request: string, node: number, stop: AbortController): Promise<void> {
    try {
      const job = this.#running()
      for await (const rows of job.rows(node, { signal: stop.signal }))
        await this.#tell({ type: 'rows', request, rows })
      await this.#tell({ type: 'tap-ended', request })
    } catch (error) {
      await this.#tell({ type: 'tap-ended', request, error: errorJson(error) })
    } finally {
      this.#taps.delete(request)
    }
  }

  async #keyedState(request: string, node: number, key: string): Promise<void> {
    try {
      await this.#tell({ type: 'state', request, state: await this.#running().keyedState(node, key) })
    } catch (error) {
      await this.#tell({ type: 'state', request, error: errorJson(error) })
    }
  }

  #running(): JobClient {
    return this.#job ?? fail('SERVER_NOT_RUNNING', { id: '', state: 'CREATED' })
  }

  async #savepoint(request: string, folder: string, stop: boolean, drain: boolean): Promise<void> {
    try {
      const job = this.#running()
      const location = stop ? await job.stopWithSavepoint(folder, { drain }) : await job.savepoint(folder)
      await this.#tell({ type: 'savepoint', request, location: join(location) })
    } catch (error) {
      await this.#tell({ type: 'savepoint', request, error: errorJson(error) })
    }
  }
}

/** Any error as JSON without secrets. */
export function errorJson(error: unknown): RivuletErrorJson {
  if (error instanceof AggregateError) {
    const [first, ...others] = error.errors.map(errorJson)
    const rest = others.map((other) => `\n${other.code}: ${other.message}`).join('')
    return { ...first, message: first.message + rest }
  }
  if (isRivuletError(error)) return maskJson(error.toJSON())
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return maskJson({ code: 'ERROR', domain: 'user' as const, message, cause: { message, stack } })
}
