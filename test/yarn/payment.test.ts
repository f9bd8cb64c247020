/** The payment job on a real YARN in application mode: run to its end, listed, watched through the proxy, cancelled. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { flinkHome } from '../../scripts/flink-distribution.ts'
import { runCli } from '../harness/cli.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  produceEvents,
  readTopic,
} from '../harness/payment.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'
import { type RealYarn, startYarn } from '../harness/real-yarn.ts'

/** Partial sums would be cut by the clock, and differ in the last digit: see the test of the standalone cluster. */
const ONE_PHASE = ['-D', 'table.optimizer.agg-phase-strategy=ONE_PHASE']

let kafka: RealKafka
let yarn: RealYarn
let count = 0
before(async () => {
  kafka = await startKafka()
  yarn = await startYarn()
  Object.assign(process.env, yarn.env, { FLINK_HOME: flinkHome() })
})
after(async () => {
  await yarn?.stop()
  await kafka?.stop()
})

async function submit(flags: readonly string[], jobFlags: readonly string[]) {
  const names = { source: `payment_${++count}`, sink: `results_${count}` }
  await createPaymentTopics(kafka.bootstrap, names, 1)
  await produceEvents(kafka.bootstrap, names.source, paymentEvents)
  const options = Object.entries(yarn.options).flatMap(([key, value]) => ['--yarn-option', `${key}=${value}`])
  const topics = ['--kafka-servers', kafka.bootstrap, '--source-topic', names.source, '--sink-topic', names.sink]
  const result = await runCli([
    'submit',
    '--target',
    'flink',
    '--yarn',
    ...options,
    ...ONE_PHASE,
    ...flags,
    'examples/payment/job.ts',
    '--',
    ...topics,
    '--startup',
    'earliest',
    ...jobFlags,
  ])
  assert.equal(result.code, 0, result.err)
  return { ...names, out: result.out }
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    assert.ok(performance.now() < deadline, 'it did not happen in a minute')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

describe('the payment job on YARN', () => {
  it('runs to its end with the right rows', async () => {
    const { sink, out } = await submit([], ['--bounded'])
    assert.match(out, /^Application application_\d+_\d+$/m)
    assert.match(out, /^Job [0-9a-f]{32} FINISHED$/m)
    assertPaymentResults(await readTopic(kafka.bootstrap, sink), true, false)
    const application = /application_\d+_\d+/.exec(out)?.[0]
    const { finalStatus } = await until(async () =>
      (await yarn.applications()).find(({ id, state }) => id === application && state === 'FINISHED'),
    )
    assert.equal(finalStatus, 'SUCCEEDED')
  })

  it('is listed, watched through the tracking URL and cancelled at its own address', async () => {
    const { out } = await submit(['--detached'], [])
    const job = /^Job ([0-9a-f]{32})$/m.exec(out)?.[1] ?? ''
    const application = /application_\d+_\d+/.exec(out)?.[0]
    const url = /(http:\/\/\S+)\/#\/job/.exec(out)?.[1] ?? ''
    const found = await until(async () =>
      (await yarn.applications()).find(({ id, state }) => id === application && state === 'RUNNING'),
    )
    const proxied = await runCli(['list', '--target', 'flink', '--flink-url', found.trackingUrl])
    assert.match(proxied.out, new RegExp(`${job} +RUNNING`), proxied.err)
    const refused = await runCli(['cancel', '--target', 'flink', '--flink-url', found.trackingUrl, job])
    assert.notEqual(refused.code, 0)
    assert.match(refused.err, /flink cancel -t yarn-application/)
    const canceled = await runCli(['cancel', '--target', 'flink', '--flink-url', url, job])
    assert.match(canceled.out, /CANCELED/, canceled.err)
    const ended = await until(async () =>
      (await yarn.applications()).find(({ id, state }) => id === application && state === 'FINISHED'),
    )
    assert.equal(ended.finalStatus, 'KILLED')
  })
})
