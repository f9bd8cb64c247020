/** Spans of a job's life and of its checkpoints, as an OpenTelemetry SDK of the program receives them. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { failure } from '../../src/base/errors.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import { Ledger } from './ledger.ts'

const FACTORY = 'traces.reporter.otel.factory.class'
const OTEL = { [FACTORY]: 'org.apache.flink.traces.otel.OpenTelemetryTraceReporterFactory' }
const RESTARTS = {
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.delay': '1 ms',
  'restart-strategy.fixed-delay.attempts': '1',
}

async function start(ledger: Ledger, configuration: Record<string, string>) {
  const host = { ...nodeHost, storage: new MemoryStorage(), warn: () => {} }
  const tEnv = new TableEnvironment({ host, connectors: ledger.connectors, configuration })
  await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
  await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
  const { jobClient } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
  assert.ok(jobClient)
  return jobClient
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6

describe('traces', { timeout: 20_000 }, () => {
  // The batch processor keeps spans until it is flushed, as those do that send them somewhere.
  const exporter = new InMemorySpanExporter()
  const register = () =>
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({
        spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 600_000 })],
      }),
    )
  const spans = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name)
  before(register)
  afterEach(() => exporter.reset())
  after(() => trace.disable())

  it('has a span per attempt, per checkpoint and savepoint, and one of the job that the others link to', async () => {
    const ledger = new Ledger()
    const began = Date.now()
    const job = await start(ledger, {
      ...OTEL,
      ...RESTARTS,
      'execution.checkpointing.interval': '3 ms',
      'execution.checkpointing.dir': 'c',
    })
    ledger.give(20)
    await until(() => ledger.committed.length === 20)
    await job.savepoint('s')
    let left = 1
    ledger.onRead = (position) => {
      if (position >= 20 && left-- > 0)
        throw failure('RUNTIME_FLUSH_FAILED', { job: 'j', checkpoint: 0, detail: 'broker down' })
    }
    ledger.give(40)
    ledger.finish()
    await job.wait()

    const [whole, ...more] = spans('Job')
    assert.equal(more.length, 0)
    assert.deepEqual(whole.attributes, { jobId: job.id, jobName: job.name, jobStatus: 'FINISHED', numRestarts: 1 })
    assert.equal(whole.status.code, SpanStatusCode.UNSET)
    assert.ok(ms(whole.startTime) >= began && ms(whole.endTime) <= Date.now() && ms(whole.duration) > 0)
    const [failed] = whole.events
    assert.equal(failed.name, 'JobFailure')
    assert.equal(failed.attributes?.['exception.type'], 'RUNTIME_FLUSH_FAILED')
    assert.match(String(failed.attributes?.['exception.message']), /broker down/)
    assert.equal(failed.attributes?.restartAfter, 1)

    const [first, second, ...others] = spans('JobInitialization')
    assert.equal(others.length, 0)
    assert.equal(first.attributes.initializationStatus, 'COMPLETED')
    assert.equal(first.attributes.checkpointId, undefined)
    assert.equal(second.attributes.initializationStatus, 'COMPLETED')
    const { history } = job.checkpoints()
    const restored = job.checkpoints().latestRestored?.id
    assert.equal(second.attributes.checkpointId, restored)

    const recorded = spans('Checkpoint').map(({ attributes, startTime, duration }) => ({
      id: attributes.checkpointId,
      kind: String(attributes.checkpointType).toLowerCase(),
      status: attributes.checkpointStatus,
      size: attributes.checkpointedSize,
      triggered: ms(startTime),
      duration: ms(duration),
    }))
    const expected = history.map(({ id, kind, status, size, triggered, duration }) => ({
      id,
      kind,
      status,
      size,
      triggered,
      duration,
    }))
    const order = (a: { id?: unknown; triggered: number }, b: typeof a) =>
      a.triggered - b.triggered || Number(a.id) - Number(b.id)
    assert.deepEqual(recorded.toSorted(order), expected.toSorted(order))
    assert.ok(recorded.some(({ kind }) => kind === 'savepoint'))
    assert.ok(recorded.some(({ size }) => Number(size) > 0))

    for (const span of [...spans('Checkpoint'), first, second]) {
      assert.equal(span.parentSpanContext, undefined)
      assert.notEqual(span.spanContext().traceId, whole.spanContext().traceId)
      assert.equal(span.links[0].context.spanId, whole.spanContext().spanId)
      assert.equal(span.attributes.jobId, job.id)
    }
  })

  it('marks what failed: the job, a checkpoint, a start', async () => {
    const ledger = new Ledger()
    ledger.give(5)
    const configuration = { ...OTEL, 'execution.checkpointing.interval': '2 ms', 'restart-strategy.type': 'none' }
    ledger.onPrepare = () => {
      throw new Error('disk full')
    }
    const job = await start(ledger, configuration)
    await assert.rejects(job.wait(), /disk full/)
    for (const name of ['Job', 'Checkpoint']) {
      const [span] = spans(name)
      assert.equal(span.status.code, SpanStatusCode.ERROR, name)
      assert.match(String(span.status.message), /disk full/)
    }
    assert.equal(spans('Job')[0].attributes.jobStatus, 'FAILED')
    assert.equal(spans('Checkpoint')[0].attributes.checkpointStatus, 'FAILED')
  })

  it('is off unless it is asked for, and says what is missing', async () => {
    const quiet = async (configuration: Record<string, string>) => {
      const ledger = new Ledger()
      ledger.finish()
      const job = await start(ledger, configuration)
      await job.wait()
      return exporter.getFinishedSpans().length
    }
    assert.equal(await quiet({}), 0)
    assert.equal(await quiet({ ...OTEL, 'traces.reporters': 'mine, yours' }), 0, 'not among those that are named')
    assert.notEqual(await quiet({ ...OTEL, 'traces.reporters': 'mine, otel' }), 0)
    await assert.rejects(quiet({ [FACTORY]: 'org.example.Mine' }), { code: 'ENGINE_TRACE_REPORTER' })
    trace.disable()
    await assert.rejects(quiet(OTEL), { code: 'ENGINE_NO_TRACE_SDK' })
    register()
  })
})
