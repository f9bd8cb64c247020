/**
 * Spans of a job's life and of its checkpoints, through the OpenTelemetry API, under Flink's option keys and names.
 *
 * Laws
 * - Off unless `traces.reporter.NAME.factory.class` is set; the API is loaded only then, and the program brings and registers the SDK.
 * - Every span is a trace of its own, as Flink's are, with a link to the job's span: one trace over a job of months would hold
 *   millions of spans, and no backend shows a trace whose root has not ended.
 * - When the job has ended its spans have been handed to the exporter (or five seconds have passed).
 */
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import { fail, isRivuletError } from '../base/errors.ts'
import type { Clock } from '../base/host.ts'
import type { CheckpointRecord } from '../runtime/checkpoint-statistics.ts'

const REPORTER = /^traces\.reporter\.(.+)\.factory\.class$/
const OTEL = 'org.apache.flink.traces.otel.OpenTelemetryTraceReporterFactory'
const FLUSH_MS = 5000

export interface TracedJob {
  readonly id: string
  readonly name: string
}

export interface JobTraces {
  /** An attempt has opened, or failed to. */
  initialized(from: number, to: number, restored: number | undefined, error?: unknown): void
  checkpoint(record: CheckpointRecord): void
  /** @param restartAfter milliseconds; undefined: it ended the job */
  failed(at: number, error: unknown, restartAfter: number | undefined): void
  ended(status: string, restarts: number, error?: unknown): Promise<void>
}

/** Flink's span names and attributes, where Flink has them; `Job` is ours. Not exported: its types are those of a package that may be missing. */
class OpenTelemetryTraces implements JobTraces {
  readonly #api: typeof import('@opentelemetry/api')
  readonly #tracer: Tracer
  readonly #attributes: Attributes
  readonly #job: Span
  readonly #clock: Clock

  constructor(api: typeof import('@opentelemetry/api'), job: TracedJob, clock: Clock) {
    this.#clock = clock
    this.#api = api
    this.#tracer = api.trace.getTracer('rivulet')
    this.#attributes = { jobId: job.id, jobName: job.name }
    this.#job = this.#tracer.startSpan('Job', { root: true, startTime: clock.now(), attributes: this.#attributes })
    if (!api.isSpanContextValid(this.#job.spanContext())) fail('ENGINE_NO_TRACE_SDK', {})
  }

  initialized(from: number, to: number, restored: number | undefined, error?: unknown): void {
    const initializationStatus = error === undefined ? 'COMPLETED' : 'FAILED'
    const attributes: Attributes = { initializationStatus }
    if (restored !== undefined) attributes.checkpointId = restored
    this.#span('JobInitialization', from, to, attributes, error)
  }

  checkpoint({ id, kind, status, triggered, duration = 0, size, fullSize, failure }: CheckpointRecord): void {
    const attributes: Attributes = {
      checkpointId: id,
      checkpointStatus: status,
      checkpointType: kind === 'savepoint' ? 'Savepoint' : 'Checkpoint',
      isUnaligned: false,
    }
    if (size !== undefined) attributes.checkpointedSize = size
    if (fullSize !== undefined) attributes.fullSize = fullSize
    this.#span('Checkpoint', triggered, triggered + duration, attributes, failure)
  }

  failed(at: number, error: unknown, restartAfter: number | undefined): void {
    this.#job.addEvent(
      'JobFailure',
      { ...describe(error), ...(restartAfter === undefined ? {} : { restartAfter }) },
      at,
    )
  }

  async ended(status: string, restarts: number, error?: unknown): Promise<void> {
    this.#job.setAttributes({ jobStatus: status, numRestarts: restarts })
    if (status === 'FAILED') this.#fail(this.#job, error)
    this.#job.end(this.#clock.now())
    await this.#flush()
  }

  #span(name: string, from: number, to: number, more: Attributes, error: unknown): void {
    const span = this.#tracer.startSpan(name, {
      root: true,
      startTime: from,
      attributes: { ...this.#attributes, ...more },
      links: [{ context: this.#job.spanContext() }],
    })
    if (error !== undefined) this.#fail(span, error)
    span.end(to)
  }

  #fail(span: Span, error: unknown): void {
    const description = describe(error)
    span.setAttributes(description)
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: String(description['exception.message']) })
  }

  /** Whoever runs a job may end the process as soon as the job has ended. */
  async #flush(): Promise<void> {
    const proxy = this.#api.trace.getTracerProvider() as { getDelegate?(): object }
    const provider = (proxy.getDelegate?.() ?? proxy) as { forceFlush?(): Promise<void> }
    let cancel = () => {}
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(FLUSH_MS, resolve)
    })
    // An exporter that fails is the SDK's to report: a job that was well does not fail for its trace.
    await Promise.race([provider.forceFlush?.().catch((error: unknown) => this.#api.diag.error(String(error))), late])
    cancel()
  }
}

function describe(error: unknown): Attributes {
  const message = error instanceof Error ? error.message : String(error)
  return { 'exception.type': isRivuletError(error) ? error.code : 'Error', 'exception.message': message }
}

/** Undefined: nobody asked for traces. */
export async function openTraces(
  options: Iterable<readonly [string, string]>,
  job: TracedJob,
  clock: Clock,
): Promise<JobTraces | undefined> {
  const all = new Map(options)
  const wanted = all.get('traces.reporters')?.split(/\s*[,;]\s*/)
  const reporters = [...all].flatMap(([key, value]) => {
    const name = REPORTER.exec(key)?.[1]
    return name === undefined || wanted?.includes(name) === false ? [] : [{ key, value }]
  })
  if (reporters.length === 0) return undefined
  const other = reporters.find(({ value }) => value !== OTEL)
  if (other !== undefined) fail('ENGINE_TRACE_REPORTER', { ...other, known: OTEL })
  let api: typeof import('@opentelemetry/api')
  try {
    api = await import('@opentelemetry/api')
  } catch (cause) {
    return fail('ENGINE_NO_TRACE_API', {}, { cause })
  }
  return new OpenTelemetryTraces(api, job, clock)
}
