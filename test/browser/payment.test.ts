/**
 * The payment job by hand in the dashboard of a real server: written on the SQL page, watched, stopped with a savepoint, resumed.
 * `SCREENSHOTS=folder` keeps pictures.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { buildDashboard } from '../../dashboard/build.ts'
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

const TOPICS = { source: 'payment_msg', sink: 'results' }
const folder = mkdtempSync(join(tmpdir(), 'rivulet-browser-'))
let browser: Browser
let broker: RunningBroker
let cluster: TestServer

before(async () => {
  await buildDashboard(join(folder, 'dashboard'))
  broker = await startBroker()
  cluster = await testServer({ dashboard: join(folder, 'dashboard'), reportMs: 500 })
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})

after(async () => {
  await browser?.close()
  await cluster?.close()
  await broker?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs statements on the SQL page; resolves with the id of the job that the last one started. */
async function runSql(page: Page, sql: string): Promise<string> {
  await page.getByRole('link', { name: 'SQL', exact: true }).click()
  await page.locator('.cm-content').fill(sql)
  await page.getByRole('button', { name: 'Run' }).click()
  const id = page.getByRole('cell', { name: /^[0-9a-f]{32}$/ })
  const problem = page.getByRole('alert')
  await id.or(problem).first().waitFor()
  assert.equal(await problem.count(), 0, (await problem.allTextContents()).join())
  return (await id.textContent()) as string
}

async function picture(page: Page, name: string): Promise<void> {
  const shots = process.env.SCREENSHOTS
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) })
}

/** Rows that came out of an operator, as the graph shows them. */
async function rowsOut(id: string, kind: string): Promise<number> {
  const { operators } = await cluster.client.operators(id)
  return operators.filter((operator) => operator.kind === kind).reduce((sum, { rowsOut }) => sum + rowsOut, 0)
}

test('the payment job: written, watched, stopped with a savepoint, resumed', { timeout: 180_000 }, async () => {
  await createPaymentTopics(broker.bootstrap, TOPICS, 1)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  await page.goto(`${cluster.server.url}/#token=${cluster.server.token}`)
  await page.locator('h1').waitFor()
  assert.ok(!page.url().includes('token'), 'the token stays in the address')

  const first = await runSql(page, paymentSql(broker.bootstrap))
  await picture(page, 'sql')
  await page.getByRole('link', { name: first }).click()
  await page.locator('.facts', { hasText: 'RUNNING' }).waitFor()
  for (let at = 0; at < 12_000; at += 300) {
    await produceEvents(broker.bootstrap, TOPICS.source, paymentEvents.slice(at, at + 300))
    // So that the picture has rows that flow.
    await page.waitForTimeout(80)
    if (at === 9000) await picture(page, 'job')
  }
  while ((await rowsOut(first, 'source-scan')) < 12_000) await page.waitForTimeout(200)
  await page
    .getByText(/payment_msg/)
    .first()
    .waitFor()

  await page.getByRole('button', { name: 'Stop with savepoint' }).click()
  await page
    .getByRole('dialog')
    .getByLabel(/^Directory/)
    .fill(join(folder, 'savepoints'))
  await page.getByRole('dialog').getByRole('button', { name: 'Stop with savepoint' }).click()
  const written = page.getByText(/Savepoint written: file:/)
  await written.waitFor()
  const savepoint = /file:(\S+)/.exec((await written.textContent()) as string)?.[1]
  await page.locator('.facts', { hasText: 'FINISHED' }).waitFor()
  await picture(page, 'stopped')

  await produceEvents(broker.bootstrap, TOPICS.source, paymentEvents.slice(12_000))
  const second = await runSql(page, resumedPaymentSql(broker.bootstrap, savepoint as string))
  assert.notEqual(second, first)
  await cluster.until(second, 'FINISHED')
  await page.goto(`${cluster.server.url}/#/jobs/${second}/checkpoints`)
  await page.getByText(savepoint as string).waitFor()
  assertPaymentResults(await readTopic(broker.bootstrap, TOPICS.sink), true, false)
  assert.deepEqual(wrong, [])
})
