/** The payment job with Flink's own programs alone: written with `sql-client.sh`, watched and stopped with `flink`, resumed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  paymentSql,
  produceEvents,
  readTopic,
  resumedPaymentSql,
} from '../harness/payment.ts'
import { type TestServer, testServer } from '../server/harness.ts'
import { flinkProgram, startProgram } from './programs.ts'

const TOPICS = { source: 'payment_msg', sink: 'results' }
const folder = mkdtempSync(join(tmpdir(), 'rivulet-flink-payment-'))
let broker: RunningBroker
let server: TestServer
let home: string

before(async () => {
  home = flinkProgram()
  broker = await startBroker()
  await createPaymentTopics(broker.bootstrap, TOPICS, 1)
  server = await testServer()
})
after(async () => {
  await server?.close()
  await broker?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** With the server's token, in the way that Flink's clients send headers of their user's. */
function run(program: string, args: readonly string[]): Promise<string> {
  const env = {
    FLINK_HOME: home,
    FLINK_CONF_DIR: join(home, 'conf'),
    FLINK_LOG_DIR: folder,
    FLINK_REST_CLIENT_HEADERS: `Authorization:Bearer ${server.server.token}`,
  }
  return startProgram(join(home, 'bin', program), args, env).done.then(({ text }) => text)
}

async function sql(script: string): Promise<string> {
  const file = join(folder, 'script.sql')
  writeFileSync(file, script)
  const text = await run('sql-client.sh', ['gateway', '-e', `localhost:${server.server.port}`, '-f', file])
  return /Job ID: ([0-9a-f]{32})/.exec(text)?.[1] ?? assert.fail(text)
}

it('the payment job with sql-client.sh and flink', { timeout: 600_000 }, async () => {
  const target = `localhost:${server.server.port}`
  const first = await sql(paymentSql(broker.bootstrap))
  await server.until(first, 'RUNNING')
  assert.match(await run('flink', ['list', '-m', target]), new RegExp(`${first} : insert-into_.*results \\(RUNNING\\)`))
  await produceEvents(broker.bootstrap, TOPICS.source, paymentEvents.slice(0, 9_000))
  const read = async () => (await server.client.operators(first)).operators[0]?.rowsOut ?? 0
  while ((await read()) < 9_000) await new Promise((resolve) => setTimeout(resolve, 100))
  const stopped = await run('flink', ['stop', '-m', target, '-p', join(folder, 'savepoints'), first])
  const savepoint = /Path: file:(\S+)/.exec(stopped)?.[1] ?? assert.fail(stopped)
  await server.until(first, 'FINISHED')
  await produceEvents(broker.bootstrap, TOPICS.source, paymentEvents.slice(9_000))
  const tables = paymentSql(broker.bootstrap).split('INSERT INTO')[0]
  const second = await sql(tables + resumedPaymentSql(broker.bootstrap, savepoint))
  await server.until(second, 'FINISHED')
  assertPaymentResults(await readTopic(broker.bootstrap, TOPICS.sink), true, false)
})
