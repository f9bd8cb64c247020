/** The payment job on a real Flink with a real Kafka: by `rivulet submit`, by `flink run`, and again and again. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runCli } from '../harness/cli.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  paymentResults,
  produceEvents,
  readTopic,
} from '../harness/payment.ts'
import { type RealFlink, startFlink } from '../harness/real-flink.ts'
import { type RealKafka, startKafka } from '../harness/real-kafka.ts'

const RESUBMISSIONS = 10
/**
 * Flink's local aggregation sends partial sums whenever a watermark comes, which its clock decides: sums of doubles then differ in
 * the last digit from run to run. In one phase they are added in the order of arrival.
 */
const ONE_PHASE = ['-D', 'table.optimizer.agg-phase-strategy=ONE_PHASE']

let kafka: RealKafka
let flink: RealFlink
let count = 0
before(async () => {
  kafka = await startKafka()
  flink = await startFlink(2)
})
after(async () => {
  flink?.stop()
  await kafka?.stop()
})

async function topics(partitions: number, events = paymentEvents) {
  const names = { source: `payment_${++count}`, sink: `results_${count}` }
  await createPaymentTopics(kafka.bootstrap, names, partitions)
  await produceEvents(kafka.bootstrap, names.source, events)
  const flags = ['--kafka-servers', kafka.bootstrap, '--source-topic', names.source, '--sink-topic', names.sink]
  return { ...names, flags: [...flags, '--startup', 'earliest'] }
}

describe('the payment job on Flink', () => {
  for (const file of ['job.ts', 'job.sql', 'job-pyflink-style.ts']) {
    const legacy = file === 'job-pyflink-style.ts'
    for (const parallelism of [1, 2]) {
      it(`${file} by rivulet submit, p = ${parallelism}`, async () => {
        const { sink, flags } = await topics(parallelism)
        const job = [...ONE_PHASE, '--flink-url', flink.url, '-p', String(parallelism), `examples/payment/${file}`]
        const { code, out, err } = await runCli(['submit', '--target', 'flink', ...job, '--', ...flags, '--bounded'])
        assert.equal(code, 0, err)
        assert.match(out, /^Job [0-9a-f]{32}$/m)
        assert.match(out, /#\/job\/running\/[0-9a-f]{32}\/overview/)
        assertPaymentResults(await readTopic(kafka.bootstrap, sink), parallelism === 1, legacy)
      })
    }
  }

  for (const parallelism of [1, 2]) {
    it(`job.ts by flink run, p = ${parallelism}`, async () => {
      const { sink, flags } = await topics(parallelism)
      const jar = join(flink.folder, 'job.jar')
      const packed = await runCli([
        'package',
        ...ONE_PHASE,
        'examples/payment/job.ts',
        '-o',
        jar,
        '--',
        ...flags,
        '--bounded',
      ])
      assert.equal(packed.code, 0, packed.err)
      const ran = await flink.cli(['run', '-p', String(parallelism), jar])
      assert.match(ran, /JobID/)
      const id = /JobID ([0-9a-f]{32})/.exec(ran)?.[1]
      let state = ''
      while (state !== 'FINISHED') {
        const answer = (await (await fetch(`${flink.url}/jobs/${id}/status`)).json()) as { status: string }
        state = answer.status
        assert.ok(!['FAILED', 'CANCELED'].includes(state), state)
      }
      assertPaymentResults(await readTopic(kafka.bootstrap, sink), parallelism === 1, false)
    })
  }

  it('goes on after a savepoint, and from the one that stopped it', async () => {
    const { source, sink, flags } = await topics(1, paymentEvents.slice(0, 11_000))
    const target = ['--target', 'flink', '--flink-url', flink.url]
    const rivulet = async (...args: string[]) => {
      const { code, out, err } = await runCli(args)
      assert.equal(code, 0, err)
      return out
    }
    const job = [...ONE_PHASE, 'examples/payment/job.ts', '--', ...flags]
    const submitted = await rivulet('submit', ...target, '--detached', ...job)
    const id = /^Job ([0-9a-f]{32})$/m.exec(submitted)?.[1] ?? assert.fail(submitted)
    assert.match(await rivulet('list', ...target), new RegExp(`${id} +RUNNING`))
    const written = async (count: number) => {
      for (;;) {
        const rows = await readTopic(kafka.bootstrap, sink)
        if (rows.length >= count) return rows
      }
    }
    await written(1)
    const folder = join(flink.folder, 'taken')
    assert.match(await rivulet('savepoint', ...target, id, folder), new RegExp(`^file:${folder}/savepoint-`))
    const savepoint = (await rivulet('stop', ...target, id, '--savepoint', folder)).trim()
    assert.match(savepoint, new RegExp(`^file:${folder}/savepoint-`))
    // Partitions that are in the state keep their end on Flink, here none: a later event closes the last windows.
    const later = { createTime: '2026-11-23 10:09:00', orderId: 1, payAmount: 1, payPlatform: 0, provinceId: 0 }
    await produceEvents(kafka.bootstrap, source, [...paymentEvents.slice(11_000), JSON.stringify(later)])
    const resumed = await rivulet('submit', ...target, '--detached', '-s', savepoint, ...job)
    assertPaymentResults(await written(paymentResults.length), true, false)
    const second = /^Job ([0-9a-f]{32})$/m.exec(resumed)?.[1] ?? assert.fail(resumed)
    assert.match(await rivulet('cancel', ...target, second), /CANCELED/)
  })

  it(`is canceled and submitted ${RESUBMISSIONS} times without growth of threads or native libraries`, async () => {
    const { flags } = await topics(1)
    const usage: { threads: number; natives: number }[] = []
    for (let i = 0; i < RESUBMISSIONS; i++) {
      const target = ['--target', 'flink', '--flink-url', flink.url]
      const { code, out, err } = await runCli([
        'submit',
        ...target,
        '--detached',
        'examples/payment/job.ts',
        '--',
        ...flags,
      ])
      assert.equal(code, 0, err)
      const id = /^Job ([0-9a-f]{32})$/m.exec(out)?.[1] ?? ''
      const listed = await runCli(['list', ...target])
      assert.match(listed.out, new RegExp(id))
      const canceled = await runCli(['cancel', ...target, id])
      assert.match(canceled.out, /CANCELED/, canceled.err)
      usage.push(flink.usage())
    }
    const [, , warm] = usage
    const last = usage[RESUBMISSIONS - 1]
    assert.equal(last.natives, 1, JSON.stringify(usage))
    assert.ok(last.threads <= warm.threads + 3, JSON.stringify(usage))
  })
})
