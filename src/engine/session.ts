/**
 * A session: names, options and functions, and the jobs submitted from it.
 *
 * Law: nothing here does I/O before a job is submitted; statements are executed one after the other in the order of calls.
 */

import { fail, isRivuletError } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { SourceText } from '../base/span.ts'
import { Catalog } from '../catalog/catalog.ts'
import { SessionOptions } from '../catalog/session-options.ts'
import type { Connector } from '../connectors/contract.ts'
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
import { Job } from '../runtime/job.ts'
import { type JobSnapshot, readSnapshot } from '../runtime/snapshot-store.ts'
import { defaultMaxParallelism } from '../state/key-group.ts'
import { memoryBackend } from '../state/memory/backend.ts'
import { startCheckpointing } from './checkpointing.ts'
import { deployment } from './deployment.ts'
import { JobClient, markJobError } from './job-client.ts'
import { tableAccess } from './tables.ts'

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

  constructor(parts: SessionParts) {
    this.host = parts.host
    this.loadFunction = parts.loadFunction
    this.#print = parts.print
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
    const pipelineMax = Number(this.options.get('pipeline.max-parallelism') ?? -1)
    return new Job(
      plan,
      {
        host: this.host,
        functions: this.#functions,
        aggregates: (context) => this.#aggregates(context),
        runtimes: operatorRuntimes,
        backend: memoryBackend,
        tables: tableAccess(this.planner),
        print: this.#print,
        collect: extra.collect,
        expressions: extra.expressions ?? 'compiled',
        timeZone: this.timeZone,
        option: (key) => (key === 'current-database' ? database : this.options.get(key)),
      },
      {
        name,
        parallelism,
        maxParallelism: pipelineMax > 0 ? pipelineMax : defaultMaxParallelism(parallelism),
        restore: extra.restore,
        budget: extra.batchSize,
      },
    )
  }

  /** Build and start a job; resolves when its sources and sinks are open. */
  async submit(plan: CompiledPlan, name: string, extra: SubmitOptions = {}): Promise<JobClient> {
    extra.signal?.throwIfAborted()
    const { recoverFrom, onDeploy, onRunning } = deployment()
    const path = recoverFrom ?? this.options.get('execution.state-recovery.path')
    const restore = extra.restore ?? (path === undefined ? undefined : await readSnapshot(this.host.storage, path))
    const job = this.createJob(plan, name, { ...extra, restore })
    onDeploy?.({
      name,
      plan,
      graph: job.graph,
      parallelism: this.parallelism,
      options: Object.fromEntries(this.options.entries()),
    })
    try {
      await job.open()
    } catch (error) {
      markJobError(error)
      throw error
    }
    const stopCheckpoints = startCheckpointing(job, this.options, this.host)
    const completion = job
      .run()
      .finally(stopCheckpoints)
      .catch((error: unknown) => {
        // Errors of rows know their place in the statement; its text is known here.
        throw extra.source !== undefined && isRivuletError(error) && error.span !== undefined
          ? error.in(extra.source)
          : error
      })
    const client = new JobClient(this.#jobId(), job, completion)
    this.jobs.push(client)
    onRunning?.(client)
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
  /** How expressions are evaluated; tests run both. */
  readonly expressions?: CompileMode
}
