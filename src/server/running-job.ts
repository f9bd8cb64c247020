/**
 * One job of the server with its worker process: states, savepoints, reports, restarts.
 *
 * Laws
 * - A state is saved before anybody is told of it.
 * - At most one worker process per job at any time; it is started by the coordinator only, when slots are free.
 * - Failures of the job are restarted inside of its process (`engine/job-run.ts`); a process that died is replaced as
 *   `restart-strategy.type` says, by default after 1 s, then twice as long, up to 1 min. It goes on from the newest checkpoint.
 * - A job that has run once and cannot begin again (its broker is away) is tried again in the same way; one that has never run
 *   fails at once, so that whoever submitted it sees why.
 */
import { failure, fromErrorJson, isRivuletError, type RivuletErrorJson, renderError } from '../base/errors.ts'
import { parseDuration } from '../base/options.ts'
import { isRetryable } from '../engine/restart-strategy.ts'
import type { JobState } from './api-types.ts'
import { JobCheckpoints } from './job-checkpoints.ts'
import { forkWorker, type JobProcess, type ProcessEvents } from './job-process.ts'
import { type JobRecord, type JobStore, TERMINAL } from './job-store.ts'
import { Looks } from './looks.ts'
import { maskJson, maskText } from './mask.ts'
import type { FromWorker, JobReport, ToWorker } from './messages.ts'
import { MetricHistory } from './metric-history.ts'
import { snapshotUrl } from './snapshot-path.ts'

export interface SavepointRequest {
  readonly location?: string
  readonly error?: RivuletErrorJson
}

const KEPT_EXCEPTIONS = 16

export interface JobHooks {
  readonly store: JobStore
  readonly workerEntry: URL
  readonly reportMs: number
  readonly log: (id: string, msg: string, fields?: object) => void
  /** Slots may have become free, or are wanted again. */
  readonly changed: (job: RunningJob) => void
}

export class RunningJob {
  readonly record: JobRecord
  readonly #hooks: JobHooks
  #process: JobProcess | undefined
  #canceling = false
  #restartTimer: NodeJS.Timeout | undefined
  #attemptStart = 0
  /** The process that is there now, or was last, has had the job running. */
  #ran = false
  report: JobReport | undefined
  /** The report before `report`, for rates. */
  previous: JobReport | undefined
  readonly checkpoints = new JobCheckpoints()
  readonly history: MetricHistory
  readonly savepoints = new Map<string, SavepointRequest | undefined>()
  readonly looks = new Looks((message) => this.#send(message))

  constructor(record: JobRecord, hooks: JobHooks) {
    this.record = record
    this.#hooks = hooks
    this.history = new MetricHistory(hooks.reportMs)
  }

  get id(): string {
    return this.record.id
  }

  get terminal(): boolean {
    return TERMINAL.has(this.record.state)
  }

  get hasWorker(): boolean {
    return this.#process !== undefined
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Waits for slots. */
  get waiting(): boolean {
    return !this.terminal && this.#process === undefined && this.#restartTimer === undefined
  }

  moveTo(state: JobState): void {
    const { record } = this
    if (record.state === state) return
    record.state = state
    record.timestamps[state] = Date.now()
    this.#hooks.store.save(record)
    if (this.terminal) this.looks.ended()
    this.#hooks.log(this.id, `Job ${record.name} (${this.id}) switched to ${state}.`)
  }

  /** Start the worker; recovery is from the newest checkpoint that an earlier run of this job left. */
  start(): void {
    const { store, workerEntry, reportMs } = this.#hooks
    const { record } = this
    this.checkpoints.begin()
    this.history.begin()
    this.#attemptStart = Date.now()
    this.#ran = false
    this.#process = forkWorker(workerEntry, store.logOf(record.id), this.#events)
    const { kind, file, folder, args, configuration } = record
    this.#send({
      type: 'start',
      kind,
      path: store.codeOf(record),
      file,
      folder,
      args,
      configuration,
      recoverAmong: record.runs,
      reportMs,
    })
  }

  /** The job runs already, in a process that the coordinator did not start. @returns what it has to tell goes there */
  attach(process: JobProcess): ProcessEvents {
    this.#process = process
    this.#attemptStart = Date.now()
    return this.#events
  }

  get #events(): ProcessEvents {
    return {
      message: (message) => this.#onMessage(message),
      exit: (ended, how) => this.#exited(ended, how),
    }
  }

  #send(message: ToWorker): void {
    this.#process?.send(message)
  }

  #onMessage(message: Exclude<FromWorker, { type: 'ended' }>): void {
    const { record } = this
    switch (message.type) {
      case 'deployed':
        // Descriptions quote the SQL. Masked once here, not at every poll.
        record.deployed = { ...message.job, nodes: maskJson(message.job.nodes) }
        record.name = message.job.name
        record.runs = [...(record.runs ?? []), message.job.id]
        this.#hooks.store.save(record)
        break
      case 'running':
        this.#ran = true
        if (!this.#canceling) this.moveTo('RUNNING')
        this.looks.running()
        break
      case 'report':
        this.previous = this.report
        this.report = this.#masked(message.report)
        if (message.checkpoints !== undefined) this.checkpoints.told(message.checkpoints)
        if (record.deployed !== undefined) {
          this.history.add(record.deployed, this.report, () => this.checkpoints.view().latestCompleted)
        }
        break
      case 'savepoint':
        this.#savepointDone(message)
        break
      default:
        this.looks.answered(message)
    }
  }

  /** Reports come every second, descriptions never change: those of the plan are masked already. */
  #masked(report: JobReport): JobReport {
    const masked = new Map(this.record.deployed?.nodes.map(({ id, description }) => [id, description]))
    const operators = report.operators.map((operator) => ({
      ...operator,
      description: masked.get(operator.node) ?? maskText(operator.description),
    }))
    return { ...report, operators }
  }

  #savepointDone({ request, location, error }: Extract<FromWorker, { type: 'savepoint' }>): void {
    this.savepoints.set(request, { location: location === undefined ? undefined : snapshotUrl(location), error })
    if (location === undefined) {
      this.#hooks.log(this.id, `Savepoint failed: ${error?.message}`)
      return
    }
    this.#hooks.log(this.id, `Savepoint stored in ${snapshotUrl(location)}`)
  }

  get subtasks(): number {
    return this.record.deployed?.vertices.reduce((sum, vertex) => sum + vertex.parallelism, 0) ?? 0
  }

  savepoint(request: string, folder: string, stop: boolean, drain = false): void {
    if (this.record.state !== 'RUNNING' || this.#process === undefined) {
      const error = failure('SERVER_NOT_RUNNING', { id: this.id, state: this.record.state })
      this.savepoints.set(request, { error: error.toJSON() })
      return
    }
    this.savepoints.set(request, undefined)
    this.#send({ type: 'savepoint', request, folder, stop, drain })
  }

  cancel(): void {
    if (this.terminal) return
    clearTimeout(this.#restartTimer)
    this.#restartTimer = undefined
    this.#canceling = true
    if (this.#process === undefined) {
      this.moveTo('CANCELED')
      this.#hooks.changed(this)
      return
    }
    this.moveTo('CANCELLING')
    this.#send({ type: 'cancel' })
    // Flink's task cancellation watchdog kills the process as well.
    const canceled = this.#process
    setTimeout(() => this.#process === canceled && canceled.kill(), 30_000).unref()
  }

  /** Could not start, or not for want of slots. */
  failWith(error: RivuletErrorJson): void {
    this.#record(error)
    this.moveTo('FAILED')
    this.#hooks.changed(this)
  }

  #record(json: RivuletErrorJson): void {
    const error = maskJson(json)
    const { code, domain, message, hint, span, source } = error
    const rendered = renderError(fromErrorJson(error))
    this.record.exceptions.unshift({
      exceptionName: code,
      stacktrace: rendered,
      timestamp: Date.now(),
      taskName: null,
      endpoint: null,
      taskManagerId: null,
      failureLabels: {},
      concurrentExceptions: [],
      rivulet: { code, domain, message, hint, span, source },
    })
    this.record.exceptions.length = Math.min(this.record.exceptions.length, KEPT_EXCEPTIONS)
  }

  #exited(ended: Extract<FromWorker, { type: 'ended' }> | undefined, how: string): void {
    if (this.#process === undefined) return
    this.#process = undefined
    this.looks.gone()
    const died = failure('SERVER_WORKER_DIED', { how }).toJSON()
    for (const [request, result] of this.savepoints) {
      if (result === undefined) this.savepoints.set(request, { error: ended?.error ?? died })
    }
    if (this.#closing) return
    if (this.#canceling) this.moveTo('CANCELED')
    else if (ended !== undefined && ended.state !== 'FAILED') this.moveTo(ended.state)
    else {
      const error = ended?.error ?? died
      this.#record(error)
      if (ended === undefined) this.#hooks.log(this.id, died.message)
      // A job that failed was restarted inside of its process already, as often as its strategy says.
      // Not so when it could not begin again after the server's restart: what it needs may come back later than the server.
      const beganBefore = !this.#ran && ended?.error !== undefined && isRetryable(fromErrorJson(ended.error))
      const delay = ended === undefined || beganBefore ? this.#restartDelay() : undefined
      if (delay === undefined) this.moveTo('FAILED')
      else this.#restartIn(delay)
    }
    this.#hooks.changed(this)
  }

  #restartIn(delay: number): void {
    this.record.restarts++
    this.moveTo('RESTARTING')
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = undefined
      this.#hooks.changed(this)
    }, delay)
  }

  /** Milliseconds until another process; undefined when there is none. */
  #restartDelay(): number | undefined {
    const { deployed, timestamps, restarts } = this.record
    if (deployed === undefined || timestamps.RUNNING === undefined) return undefined
    const option = (key: string) => deployed.options[key]
    const duration = (key: string, standard: number) => parseDuration(option(key) ?? '') ?? standard
    const type = option('restart-strategy.type') ?? option('restart-strategy') ?? 'exponential-delay'
    if (type === 'none' || type === 'off' || type === 'disable') return undefined
    if (type === 'fixed-delay' || type === 'fixeddelay') {
      const attempts = Number(option('restart-strategy.fixed-delay.attempts') ?? 1)
      return restarts < attempts ? duration('restart-strategy.fixed-delay.delay', 1000) : undefined
    }
    // An attempt that ran for an hour starts the series anew.
    if (Date.now() - this.#attemptStart > 3_600_000) this.record.restarts = 0
    return Math.min(60_000, 1000 * 2 ** Math.min(this.record.restarts, 6))
  }

  #closing = false

  /** The server ends: the worker goes, the job stays recorded as it is and is recovered at the next start. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#restartTimer)
    await this.#process?.end()
  }
}

export function errorJson(error: unknown): RivuletErrorJson {
  if (isRivuletError(error)) return error.toJSON()
  return failure('SERVER_BAD_REQUEST', { detail: error instanceof Error ? error.message : String(error) }).toJSON()
}
