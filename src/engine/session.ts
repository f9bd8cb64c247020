/**
 * A session: names, options and functions, and the jobs submitted from it.
 *
 * Law: nothing here does I/O before a job is submitted; statements are executed one after the other in the order of calls.
 */

import { fail, isRivuletError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { OptionValues } from '../base/options.ts'
import type { SourceText } from '../base/span.ts'
import { Catalog } from '../catalog/catalog.ts'
import { SessionOptions } from '../catalog/session-options.ts'
import type { BadRecord, Connector } from '../connectors/contract.ts'
import { connectors } from '../connectors/registry.ts'
import type { CompileMode } from '../expr/compile.ts'
import type { EvalContext, FunctionLookup } from '../expr/function.ts'
import { formats } from '../formats/registry.ts'
import type { AggregateFunction, AggregateLookup } from '../functions/aggregate/contract.ts'
import { aggregateNames, findAggregateFunction } from '../functions/aggregate/index.ts'
import { findScalarFunction, scalarFunctions } from '../functions/registry.ts'
import type { CollectTarget } from '../operators/contract.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import { operatorRuntimes } from '../operators/runtimes.ts'
import type { PlannerContext } from '../plan/context.ts'
import { findLastCheckpoint } from '../runtime/checkpoint-store.ts'
import { Job } from '../runtime/job.ts'
import { type JobSnapshot, readSnapshot, type SnapshotFiles } from '../runtime/snapshot-store.ts'
import { notRead } from '../runtime/storage-failure.ts'
import type { StateBackend } from '../state/contract.ts'
import { defaultMaxParallelism } from '../state/key-group.ts'
import { Checkpointing } from './checkpointing.ts'
import type { Cluster, SessionJob } from './cluster.ts'
import { deployment } from './deployment.ts'
import { claimTransactions, warnOfNoCommits } from './exactly-once.ts'
import { JobClient, markJobError } from './job-client.ts'
import { JobRun } from './job-run.ts'
import { recoveryOptions } from './recovery-options.ts'
import { restartStrategy } from './restart-strategy.ts'
import { stateBackend } from './state-backend.ts'
import { storageFor } from './storage.ts'
import { tableAccess } from './tables.ts'
import { openTraces } from './traces.ts'
import { checkTransactionTimeouts } from './transaction-timeout.ts'

export interface SessionParts {
  readonly host: Host
  /** Where the `print` connector writes lines. */
  readonly print: (line: string) => void
  /** Load `export` of a module for CREATE FUNCTION … LANGUAGE TYPESCRIPT; `specifier` is as written. */
  readonly loadFunction: (specifier: string, exportName: string) => Promise<unknown>
  /** Connectors besides the built-in ones. */
  readonly connectors?: readonly Connector[]
  /** Rows of `inline` tables by table name; for tests and conformance. */
  readonly inline?: (table: string) => unknown
  /** Rows per batch at most, in all jobs of the session; tests of "batching is invisible" set it. */
  readonly batchSize?: number
  /** Instead of the state backend that `state.backend.type` names, of each start of a job; tests make small ones. */
  readonly backend?: () => StateBackend
  /** How late a source hears of a checkpoint, ms; tests of alignment draw it. */
  readonly triggerDelay?: () => number
  /** Where INSERTs run; in this process without it. */
  readonly cluster?: Cluster
}

export class Session {
  readonly catalog = new Catalog()
  readonly options = new SessionOptions()
  readonly host: Host
  readonly planner: PlannerContext
  readonly loadFunction: SessionParts['loadFunction']
  readonly #print: (line: string) => void
  readonly #functions: FunctionLookup
  readonly jobs: JobClient[] = []
  readonly cluster: Cluster | undefined
  readonly #batchSize: number | undefined
  readonly #backend: (() => StateBackend) | undefined
  readonly #triggerDelay: (() => number) | undefined

  constructor(parts: SessionParts) {
    this.host = parts.host
    this.loadFunction = parts.loadFunction
    this.cluster = parts.cluster
    this.#print = parts.print
    this.#batchSize = parts.batchSize
    this.#backend = parts.backend
    this.#triggerDelay = parts.triggerDelay
    this.#functions = {
      scalar: (name, user) => {
        if (!user) return findScalarFunction(name)
        const found = this.catalog.functionById(name)
        return found?.kind === 'scalar' ? found.fn : undefined
      },
      table: (name) => {
        const found = this.catalog.functionById(name)
        return found?.kind === 'table' ? found.fn : undefined
      },
    }
    this.planner = {
      catalog: this.catalog,
      functions: {
        scalar: findScalarFunction,
        aggregate: findAggregateFunction,
        names: () => [...scalarFunctions.map(({ name }) => name), ...aggregateNames()],
      },
      connectors: [...connectors, ...(parts.connectors ?? [])],
      formats,
      options: this.options,
      inline: parts.inline,
    }
  }

  /** The jobs that SHOW JOBS shows: those of the cluster, or of this session. */
  async listJobs(): Promise<readonly SessionJob[]> {
    return this.cluster === undefined ? this.jobs : this.cluster.jobs()
  }

  get timeZone(): string {
    return this.options.get('table.local-time-zone') ?? 'UTC'
  }

  /** `parallelism.default`, or `table.exec.resource.default-parallelism` where set. */
  get parallelism(): number {
    const table = this.options.get('table.exec.resource.default-parallelism')
    const text = table !== undefined && table !== '-1' ? table : (this.options.get('parallelism.default') ?? '1')
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > 128) fail('ENGINE_PARALLELISM', { value: text })
    return value
  }

  /** A job that is built but not open: what `submit` runs, and what the golden runner drives by hand. */
  createJob(plan: CompiledPlan, name: string, extra: SubmitOptions = {}): Job {
    const { parallelism } = this
    const database = this.catalog.currentDatabase
    const recovery = recoveryOptions(this.options)
    const watchdog = recovery.number('rivulet.watchdog.timeout') ?? 0
    const pipelineMax = Number(this.options.get('pipeline.max-parallelism') ?? -1)
    return new Job(
      plan,
      {
        host: this.host,
        functions: this.#functions,
        aggregates: (context) => this.#aggregates(context),
        runtimes: operatorRuntimes,
        backend: extra.backend ?? this.#backend?.() ?? stateBackend(this.options, this.host, parallelism),
        tables: tableAccess(this.planner),
        print: this.#print,
        collect: extra.collect,
        badRecord: extra.badRecord,
        expressions: extra.expressions ?? 'compiled',
        timeZone: this.timeZone,
        option: (key) => (key === 'current-database' ? database : this.options.get(key)),
      },
      {
        name,
        parallelism,
        maxParallelism: pipelineMax > 0 ? pipelineMax : defaultMaxParallelism(parallelism),
        restore: extra.restore,
        lastCheckpoint: extra.lastCheckpoint,
        ignoreUnclaimedState: recovery.boolean('execution.state-recovery.ignore-unclaimed-state') === true,
        watch: watchdog > 0 ? this.host.watch?.(watchdog) : undefined,
        budget: extra.batchSize ?? this.#batchSize,
        triggerDelay: this.#triggerDelay,
        files: (path) => storageFor(this.host, path),
      },
    )
  }

  /** Build and start a job; resolves when its sources and sinks are open. */
  async submit(plan: CompiledPlan, name: string, extra: SubmitOptions = {}): Promise<JobClient> {
    extra.signal?.throwIfAborted()
    const recovery = recoveryOptions(this.options)
    const { recoverAmong, onDeploy, onRunning, onFailed } = deployment()
    const tables = tableAccess(this.planner)
    checkTransactionTimeouts(plan, tables, recovery)
    const path = (await this.#recoveryPath(recovery, recoverAmong)) ?? (await this.#startPath(recovery, name))
    const from = path === undefined ? undefined : await this.#read(path, (files) => readSnapshot(files, path))
    if (from?.drained === true && path !== recovery.string('execution.state-recovery.path')) {
      fail('RUNTIME_DRAINED', { job: name, path: path as string })
    }
    const id = this.#jobId()
    const traces = await openTraces(this.options.entries(), { id, name }, this.host.clock)
    const release = claimTransactions(this.host, plan, tables, name)
    warnOfNoCommits(this.host, plan, tables, recovery)
    let run: JobRun
    try {
      run = new JobRun({
        id,
        host: this.host,
        restart: extra.collect === undefined ? restartStrategy(recovery, () => this.host.random()) : () => undefined,
        checkpointing: new Checkpointing(this.host, recovery, { id, name }),
        plan,
        timeZone: this.timeZone,
        traces,
        restore: extra.restore ?? from,
        restorePath: path,
        create: (start) => this.createJob(plan, name, { ...extra, ...start }),
      })
      onDeploy?.({
        id,
        name,
        plan,
        graph: run.graph,
        parallelism: this.parallelism,
        options: Object.fromEntries(this.options.entries()),
      })
      await run.open()
    } catch (error) {
      release()
      onFailed?.(id, error)
      await traces?.ended('FAILED', 0, error)
      markJobError(error)
      throw error
    }
    const completion = run.run().catch((error: unknown) => {
      // Errors of rows know their place in the statement; its text is known here.
      throw extra.source !== undefined && isRivuletError(error) && error.span !== undefined
        ? error.in(extra.source)
        : error
    })
    const client = new JobClient(run, completion, { plan, source: extra.source, timeZone: this.timeZone })
    this.jobs.push(client)
    onRunning?.(client)
    completion.then(release, release)
    const abort = () => void client.cancel()
    if (extra.signal?.aborted === true) abort()
    extra.signal?.addEventListener('abort', abort, { once: true })
    completion.then(
      () => extra.signal?.removeEventListener('abort', abort),
      () => extra.signal?.removeEventListener('abort', abort),
    )
    return client
  }

  /** Aggregates as operators of one subtask find them: what users' functions open, they open with it. */
  #aggregates(context: EvalContext): AggregateLookup {
    return (name, user) => {
      if (!user) return findAggregateFunction(name)
      const found = this.catalog.functionById(name)
      if (found?.kind !== 'aggregate') return undefined
      const fn = found.fn as AggregateFunction
      return { ...fn, prepare: (site) => fn.prepare({ ...site, context }) }
    }
  }

  /** The newest checkpoint of the job's earlier runs; undefined when none has come so far. */
  async #recoveryPath(recovery: OptionValues, runs: readonly string[] | undefined): Promise<string | undefined> {
    const folder = recovery.string('execution.checkpointing.dir')
    if (runs === undefined || folder === undefined) return undefined
    return this.#read(folder, (files) => findLastCheckpoint(files, folder, undefined, runs))
  }

  /** The snapshot that the options name; undefined = start anew. */
  async #startPath(recovery: OptionValues, name: string): Promise<string | undefined> {
    const path = recovery.string('execution.state-recovery.path')
    if (path !== undefined || recovery.boolean('execution.state-recovery.from-last-checkpoint') !== true) return path
    const folder = recovery.string('execution.checkpointing.dir')
    if (folder === undefined) return fail('ENGINE_NO_CHECKPOINT_DIR', {})
    return this.#read(folder, (files) => findLastCheckpoint(files, folder, name))
  }

  async #read<T>(path: string, act: (files: SnapshotFiles) => Promise<T>): Promise<T> {
    try {
      return await act(storageFor(this.host, path))
    } catch (cause) {
      throw notRead(path, cause)
    }
  }

  #jobId(): string {
    let id = ''
    while (id.length < 32)
      id += Math.floor(this.host.random() * 0x10000)
        .toString(16)
        .padStart(4, '0')
    return id
  }
}

export interface SubmitOptions {
  readonly collect?: CollectTarget
  /** The text of the statement, for the place of an error while the job runs. */
  readonly source?: SourceText
  readonly signal?: AbortSignal
  /** Rows per batch at most; tests of "batching is invisible" set it. */
  readonly batchSize?: number
  /** Start from this snapshot rather than from `execution.state-recovery.path`. */
  readonly restore?: JobSnapshot
  /** The highest number that a checkpoint of an earlier attempt had. */
  readonly lastCheckpoint?: number
  readonly badRecord?: (record: BadRecord) => void
  /** Instead of the one that `state.backend.type` names; tests run both. */
  readonly backend?: StateBackend
  /** How expressions are evaluated; tests run both. */
  readonly expressions?: CompileMode
}
