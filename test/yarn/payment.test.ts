/** The payment job on a real YARN: in application mode run to its end, listed, watched through the proxy, cancelled; in a session. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
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

const execute = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'rivulet-yarn-jobs-'))
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
  rmSync(folder, { recursive: true, force: true })
})

/** With the events in the source topic; `flags` are those of the job. */
async function topics() {
  const names = { source: `payment_${++count}`, sink: `results_${count}` }
  await createPaymentTopics(kafka.bootstrap, names, 1)
  await produceEvents(kafka.bootstrap, names.source, paymentEvents)
  const flags = ['--kafka-servers', kafka.bootstrap, '--source-topic', names.source, '--sink-topic', names.sink]
  return { ...names, flags: [...flags, '--startup', 'earliest'] }
}

/** A program of Flink's; what it printed. */
async function program(name: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute(join(flinkHome(), 'bin', name), args)
  return stdout + stderr
}

async function submit(flags: readonly string[], jobFlags: readonly string[]) {
  const names = await topics()
  const options = Object.entries(yarn.options).flatMap(([key, value]) => ['--yarn-option', `${key}=${value}`])
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
    ...names.flags,
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

  it('runs in a session by flink run', async () => {
    const names = await topics()
    const jar = join(folder, 'job.jar')
    const packed = await runCli([
      'package',
      ...ONE_PHASE,
      'examples/payment/job.ts',
      '-o',
      jar,
      '--',
      ...names.flags,
      '--bounded',
    ])
    assert.equal(packed.code, 0, packed.err)
    const options = Object.entries(yarn.options).map(([key, value]) => `-D${key}=${value}`)
    const started = await program('yarn-session.sh', ['-d', ...options])
    const session = /application_\d+_\d+/.exec(started)?.[0] ?? assert.fail(started)
    const target = ['-t', 'yarn-session', `-Dyarn.application.id=${session}`, ...options]
    const ran = await program('flink', ['run', ...target, jar])
    const id = /Job has been submitted with JobID ([0-9a-f]{32})/.exec(ran)?.[1] ?? assert.fail(ran)
    const { trackingUrl } = (await yarn.applications()).find((each) => each.id === session) ?? assert.fail(session)
    await until(async () => {
      const { status } = (await (await fetch(`${trackingUrl}/jobs/${id}/status`)).json()) as { status: string }
      assert.doesNotMatch(status, /FAIL|CANCEL/)
      return status === 'FINISHED' || undefined
    })
    assertPaymentResults(await readTopic(kafka.bootstrap, names.sink), true, false)
  })
})
