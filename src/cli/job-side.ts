/**
 * The job's side of what coordinator and job say to each other (`server/messages.ts`): in a worker process over its IPC channel, in
 * `rivulet run --dashboard` by calls.
 *
 * Law: one of these per job; what it tells is masked already, and nothing is told after `ended`.
 */
import { fail, isRivuletError, type RivuletErrorJson } from '../base/errors.ts'
import { lineColumn } from '../base/span.ts'
import type { BadRecordsView } from '../engine/bad-records.ts'
import { type Deployed, describeDeployed } from '../engine/deployment.ts'
import type { JobClient } from '../engine/job-client.ts'
import type { BadRecords } from '../server/api-types.ts'
import { maskJson, maskText } from '../server/mask.ts'
import type { DeployedJob, FromWorker, Question, ToWorker } from '../server/messages.ts'

const SHOWN_BAD_RECORDS = 100
const SHOWN_BYTES = 1000

export type Tell = (message: FromWorker) => Promise<void>

export class JobSide {
  readonly deployed: DeployedJob
  readonly #tell: Tell
  readonly #reportMs: number
  /** The checkpoints that were told last, to tell them again only when they have changed. */
  #checkpoints = ''
  #job: JobClient | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #taps = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>()
  #canceled = false
  #ended = false

  constructor(deployed: Deployed, tell: Tell, reportMs: number) {
    this.deployed = describeDeployed(deployed)
    this.#tell = tell
    this.#reportMs = reportMs
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
      case 'ask':
        void this.#answer(message.request, message.what)
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

  #report(job: JobClient): Omit<Extract<FromWorker, { type: 'report' }>, 'type'> {
    const { heapUsed, rss } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const operators = job.metrics().map(({ watermark, batchesOut: _, fullMs: __, splits: ___, ...metric }) => ({
      ...metric,
      watermark: Number.isFinite(watermark) ? watermark : watermark > 0 ? ('max' as const) : null,
    }))
    const checkpoints = job.checkpoints()
    const told = JSON.stringify([checkpoints.counts, checkpoints.latestRestored])
    const changed = told !== this.#checkpoints
    this.#checkpoints = told
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
      checkpoints: changed ? maskJson(checkpoints) : undefined,
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

  async #answer(request: string, what: Question): Promise<void> {
    try {
      const job = this.#running()
      const value = what.of === 'state' ? await job.keyedState(what.node, what.key) : shownBadRecords(job.badRecords())
      await this.#tell({ type: 'answer', request, value })
    } catch (error) {
      await this.#tell({ type: 'answer', request, error: errorJson(error) })
    }
  }

  #running(): JobClient {
    return this.#job ?? fail('SERVER_NOT_RUNNING', { id: '', state: 'CREATED' })
  }

  async #savepoint(request: string, folder: string, stop: boolean, drain: boolean): Promise<void> {
    try {
      const job = this.#running()
      const location = stop ? await job.stopWithSavepoint(folder, { drain }) : await job.savepoint(folder)
      await this.#tell({ type: 'savepoint', request, location })
    } catch (error) {
      await this.#tell({ type: 'savepoint', request, error: errorJson(error) })
    }
  }
}

/** The newest records that fit a page, newest first, with the beginning of their bytes. */
function shownBadRecords({ total, records }: BadRecordsView): BadRecords {
  const shown = records.slice(-SHOWN_BAD_RECORDS).reverse()
  return {
    total,
    records: shown.map(({ bytes, ...record }) => ({
      ...record,
      reason: maskText(record.reason),
      text: Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('utf8'),
      hex: Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex'),
    })),
  }
}

/** Any error as JSON without secrets. */
export function errorJson(error: unknown): RivuletErrorJson {
  if (error instanceof AggregateError) {
    const [first, ...others] = error.errors.map(errorJson)
    const rest = others.map((other) => `\nAlso ${other.code}${placeOf(other)}: ${other.message}`).join('')
    return { ...first, message: first.message + rest }
  }
  if (isRivuletError(error)) return maskJson(error.toJSON())
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return maskJson({ code: 'ERROR', domain: 'user' as const, message, cause: { message, stack } })
}

function placeOf({ source, span }: RivuletErrorJson): string {
  if (source === undefined || span === undefined) return ''
  const { line, column } = lineColumn(source.text, span.start)
  return ` at ${source.name}:${line}:${column}`
}
