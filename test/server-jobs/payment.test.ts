/** The payment job on a server: by the command line, and by REST with curl. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import type { JobDetails, SavepointStatus, SubmitAnswer, Triggered } from '../../src/server/api-types.ts'
import { runCli } from '../harness/cli.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  paymentSql,
  produceEvents,
  readTopic,
} from '../harness/payment.ts'
import { type TestServer, testServer } from '../server/harness.ts'

const execute = promisify(execFile)
const example = fileURLToPath(new URL('../../examples/payment/job.ts', import.meta.url))

describe('the payment job on a server', { timeout: 300_000 }, () => {
  let broker: RunningBroker
  let server: TestServer
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rivulet-payment-'))
    broker = await startBroker()
    server = await testServer()
  })
  after(async () => {
    await server?.close()
    await broker?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function readAll(id: string, rows: number): Promise<void> {
    const read = async () => (await server.client.operators(id)).operators[0]?.rowsOut ?? 0
    while ((await read()) < rows) await new Promise((resolve) => setTimeout(resolve, 100))
  }

  it('submit, list, describe, stop --savepoint, submit -s', async () => {
    const topics = { source: 'by_cli', sink: 'by_cli_results' }
    await createPaymentTopics(broker.bootstrap, topics, 1)
    const cli = async (...args: string[]) => {
      const split = args.includes('--') ? args.indexOf('--') : args.length
      const { code, out, err } = await runCli([...args.slice(0, split), '--data', server.data, ...args.slice(split)])
      assert.equal(code, 0, out + err)
      return out
    }
    const flags = ['--kafka-servers', broker.bootstrap, '--source-topic', topics.source, '--sink-topic', topics.sink]
    const submitted = await cli('submit', example, '-d', '--json', '--', ...flags, '--startup', 'earliest')
    const { jobid } = JSON.parse(submitted) as SubmitAnswer
    await produceEvents(broker.bootstrap, topics.source, paymentEvents.slice(0, 11_000))
    await readAll(jobid, 11_000)
    assert.match(await cli('list'), new RegExp(`RUNNING +${jobid}`))
    assert.match(await cli('describe', jobid), /11,000 .*TableSourceScan/)
    const stopped = await cli('stop', jobid, '--savepoint', folder)
    const savepoint = /Savepoint: file:(\S+)/.exec(stopped)?.[1] ?? assert.fail(stopped)
    await produceEvents(broker.bootstrap, topics.source, paymentEvents.slice(11_000))
    const ended = await cli('submit', example, '-s', savepoint, '--', ...flags, '--startup', 'earliest', '--bounded')
    assert.match(ended, /FINISHED/)
    assertPaymentResults(await readTopic(broker.bootstrap, topics.sink), true, false)
  })

  it('curl', async () => {
    const topics = { source: 'payment_msg', sink: 'results' }
    await createPaymentTopics(broker.bootstrap, topics, 1)
    const curl = async <T>(method: string, path: string, body?: object): Promise<T> => {
      const args = ['-sS', '--fail-with-body', '-X', method, `${server.server.url}${path}`]
      if (body !== undefined) {
        const file = join(folder, 'body.json')
        writeFileSync(file, JSON.stringify(body))
        args.push('-H', 'Content-Type: application/json', '--data', `@${file}`)
        args.push('-H', `Authorization: Bearer ${server.server.token}`)
      }
      return JSON.parse((await execute('curl', args)).stdout) as T
    }
    await assert.rejects(curl('GET', `/jobs/${'0'.repeat(32)}`), /curl: .*404/)
    const sql = paymentSql(broker.bootstrap)
    const submit = { kind: 'sql', file: 'payment.sql', folder: '/', name: 'by curl' }
    const { jobid } = await curl<SubmitAnswer>('POST', '/rivulet/v1/jobs', { ...submit, text: sql })
    await server.until(jobid, 'RUNNING')
    await produceEvents(broker.bootstrap, topics.source, paymentEvents.slice(0, 7_000))
    await readAll(jobid, 7_000)
    assert.equal((await curl<JobDetails>('GET', `/jobs/${jobid}`)).state, 'RUNNING')
    const stop = await curl<Triggered>('POST', `/jobs/${jobid}/stop`, { targetDirectory: folder, drain: false })
    let location: string | undefined
    while (location === undefined) {
      const { status, operation } = await curl<SavepointStatus>(
        'GET',
        `/jobs/${jobid}/savepoints/${stop['request-id']}`,
      )
      if (status.id === 'COMPLETED')
        location = (operation as { location?: string }).location ?? assert.fail(String(operation))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await server.until(jobid, 'FINISHED')
    await produceEvents(broker.bootstrap, topics.source, paymentEvents.slice(7_000))
    const bounded = sql.replace("'unbounded'", "'latest-offset'")
    const resumed = await curl<SubmitAnswer>('POST', '/rivulet/v1/jobs', {
      ...submit,
      text: bounded,
      savepoint: location,
    })
    await server.until(resumed.jobid, 'FINISHED')
    assertPaymentResults(await readTopic(broker.bootstrap, topics.sink), true, false)
  })
})
