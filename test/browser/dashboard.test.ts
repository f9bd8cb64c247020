/**
 * The dashboard in Chromium, built as it is published, against the recorded server. `SCREENSHOTS=folder` keeps pictures.
 */
import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { buildDashboard } from '../../dashboard/build.ts'
import { JOB } from '../../dashboard/test/answers.ts'
import { type Mock, mockServer } from '../../dashboard/test/mock-server.ts'
import { parseStatement } from '../../src/sql/index.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'rivulet-dashboard-'))
const TABS = 'graph doctor checkpoints exceptions metrics plan rows state bad config logs'.split(' ')
const PATHS = ['', 'sql', ...TABS.map((tab) => `jobs/${JOB}/${tab}`)]
const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 390, height: 844 }
let browser: Browser
let server: Mock

before(async () => {
  await buildDashboard(folder)
  server = await mockServer(folder)
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
})

after(async () => {
  await browser?.close()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A fresh page that fails the test on an error in the page or a request to another host. */
async function open(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: WIDE, locale: 'en-US', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) wrong.push(request.url())
  })
  try {
    await page.goto(`${server.url}/#/${path}`)
    await page.locator('h1').waitFor()
    await use(page)
    assert.deepEqual(wrong, [])
  } finally {
    await context.close()
  }
}

const settled = async (page: Page) => {
  await page.locator('.loading').waitFor({ state: 'detached' })
  await page.waitForTimeout(300)
}

test('the build is under 500 kB compressed', () => {
  const sizes = globSync(`${folder}/**/*.*`).map((file) => gzipSync(readFileSync(file)).length)
  assert.ok(sizes.length > 4, 'the SQL page, the graph and the charts are chunks of their own')
  assert.ok(sizes.reduce((a, b) => a + b) < 500_000, String(sizes))
})

for (const [name, options] of [
  ['wide-light', { viewport: WIDE, colorScheme: 'light' }],
  ['narrow-dark', { viewport: NARROW, colorScheme: 'dark' }],
  ['wide-zh', { viewport: WIDE, colorScheme: 'dark', locale: 'zh-CN' }],
] as const) {
  test(`every page, ${name}: no serious finding of axe, nothing wider than the window`, async () => {
    for (const path of PATHS) {
      await open(path, options, async (page) => {
        await settled(page)
        const shots = process.env.SCREENSHOTS
        const file = `${path.replace(/^jobs\/\w+\//, 'job-') || 'jobs'}-${name}.png`
        if (shots !== undefined) await page.screenshot({ path: join(shots, file) })
        await page.evaluate(AXE)
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
          }
          const { violations } = await axe.run()
          return violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes[0].html}`)
        })
        assert.deepEqual(found, [], path)
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        assert.ok((over as number) <= 0, `${path} is ${over} px wider than the window`)
      })
    }
  })
}

test('the layout does not jump while the first answers come', async () => {
  await open('', {}, async (page) => {
    await settled(page)
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          new PerformanceObserver((list) =>
            done(list.getEntries().reduce((sum, entry) => sum + (entry as unknown as { value: number }).value, 0)),
          ).observe({ type: 'layout-shift' as never, buffered: true })
          setTimeout(() => done(0), 500)
        }),
    )
    assert.ok(shift < 0.02, `cumulative layout shift ${shift}`)
  })
})

test('Chinese from the browser, switched to English and remembered', async () => {
  await open('', { locale: 'zh-CN' }, async (page) => {
    assert.equal(await page.locator('h1').textContent(), '作业')
    await page.getByRole('button', { name: 'English' }).click()
    assert.equal(await page.locator('h1').textContent(), 'Jobs')
    await page.reload()
    assert.equal(await page.locator('h1').textContent(), 'Jobs')
  })
})

test('findings of the doctor in Chinese, with their numbers', async () => {
  await open(`jobs/${JOB}/doctor`, { locale: 'zh-CN' }, async (page) => {
    const title = page.locator('article h2')
    await page.getByText("payments-3 拖住了 'payments' 的水位线").waitFor()
    assert.match((await title.textContent()) ?? '', /WATERMARK_HELD_BY_SPLIT/)
    await page.getByText('水位线是 无，不计它则为 2026-11-25T06:40:00.000Z').waitFor()
    assert.equal(await page.locator('.evidence dt').last().textContent(), 'scan.watermark.idle-timeout')
    assert.equal(await page.locator('.evidence dd').last().textContent(), '未设置')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByText("payments-3 holds the watermark of 'payments' back").waitFor()
  })
})

test('the filter and the order of jobs; a job is opened and cancelled with the keyboard alone', async () => {
  await open('', {}, async (page) => {
    const names = page.locator('tbody a')
    await names.first().waitFor()
    assert.deepEqual(await names.allTextContents(), ['payments per minute', 'orders enriched', 'backfill of March'])
    await page.getByRole('searchbox').fill('failed')
    assert.deepEqual(await names.allTextContents(), ['orders enriched'])
    await page.getByRole('searchbox').fill('per minute')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const cancel = page.getByRole('button', { name: 'Cancel' })
    await cancel.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    assert.ok(!server.calls.includes(`PATCH /jobs/${JOB}`), 'Escape cancels nothing')
    await cancel.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.facts', { hasText: 'CANCELED' }).waitFor()
    assert.ok(server.calls.includes(`PATCH /jobs/${JOB}`))
    server.state.job = 'RUNNING'
  })
})

test('a savepoint says where it is', async () => {
  await open(`jobs/${JOB}`, {}, async (page) => {
    await page.getByRole('button', { name: 'Savepoint', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Savepoint' }).click()
    await page.getByText('file:///savepoints/savepoint-7527ae').waitFor()
  })
})

test('live rows, state of a key, and the place of an error in the SQL', async () => {
  await open(`jobs/${JOB}/rows`, {}, async (page) => {
    await page.getByRole('button', { name: 'Watch' }).click()
    await page.getByRole('cell', { name: '-U' }).waitFor()
    await page.getByText('7 rows not shown').waitFor()
    assert.match((await page.getByRole('cell', { name: '14.00' }).getAttribute('class')) ?? '', /number/)
    await page.goto(`${server.url}/#/jobs/${JOB}/state`)
    await page.getByLabel(/^Key as JSON/).fill('["EUR"]')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Keyed state groups' }).getByRole('cell', { name: '14.00' }).waitFor()
    await page.getByText('groups · event time').waitFor()
    await page.goto(`${server.url}/#/jobs/${JOB}/exceptions`)
    assert.equal(await page.locator('mark').textContent(), 'CAST(amount AS INT)')
    await page.goto(`${server.url}/#/jobs/${JOB}/doctor`)
    assert.equal(await page.locator('mark').first().textContent(), 'payments', 'so has a finding of the doctor')
  })
})

test('charts show the past at once, and the arrow keys tell its values', async () => {
  await open(`jobs/${JOB}/metrics`, {}, async (page) => {
    const chart = page.getByRole('region', { name: 'Rows in per second' })
    await chart.waitFor()
    assert.equal(
      await page
        .getByRole('region')
        .filter({ has: page.locator('canvas') })
        .count(),
      10,
    )
    // Columns with the blue of the first line.
    const inked = (await page.evaluate(`(() => {
      const canvas = document.querySelector('.chart canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      const columns = new Set()
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 2] > 180 && data[i] < 90 && data[i + 3] > 200) columns.add((i / 4) % canvas.width)
      return columns.size / canvas.width
    })()`)) as number
    assert.ok(inked > 0.5, `the line is drawn over ${inked} of the width`)
    const shown = () => chart.locator('time').textContent()
    const newest = await shown()
    await chart.focus()
    await page.keyboard.press('Home')
    const first = await shown()
    await page.keyboard.press('ArrowRight')
    const second = await shown()
    const seconds = (text: string | null) => Date.parse(`2026-01-01T${text}Z`) / 1000
    assert.equal((seconds(newest) - seconds(first) + 86_400) % 86_400, 595)
    assert.equal((seconds(second) - seconds(first) + 86_400) % 86_400, 5)
    assert.match((await chart.locator('dd').first().textContent()) ?? '', /^\d[\d.]*K$/)
  })
})

test('SQL: an error at its place while typing, a run whose result changes', async () => {
  await open('sql', {}, async (page) => {
    const editor = page.locator('.cm-content')
    await editor.fill('SELECT * FRM payments')
    assert.equal(await page.locator('.cm-lintRange-error').textContent(), 'FRM')
    await editor.fill('SELECT * FROM payments')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('cell', { name: '14' }).waitFor()
    assert.equal(await page.locator('tbody tr').count(), 1)
    await page.getByRole('combobox').selectOption('changelog')
    assert.deepEqual(await page.locator('tbody code').allTextContents(), ['+U', '-U', '+I'])
  })
})

test('SQL: what stands in the editor at first is right', async () => {
  await open('sql', {}, async (page) => {
    const text = (await page.locator('.cm-line').allTextContents()).join('\n')
    assert.equal(parseStatement(text).kind, 'query')
  })
})

test('SQL: a statement set is one statement, a selection runs alone, EXPLAIN takes the statement at the cursor', async () => {
  await open('sql', {}, async (page) => {
    const editor = page.locator('.cm-content')
    const set = 'EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND'
    const ran = async (act: () => Promise<void>) => {
      const before = server.state.statements.length
      await act()
      await page.getByRole('button', { name: 'Run' }).waitFor()
      return server.state.statements.slice(before)
    }
    await editor.fill(`USE b;\n${set};`)
    assert.deepEqual(await ran(() => page.getByRole('button', { name: 'Run' }).click()), ['USE b', set])
    await editor.press('Control+Home')
    await editor.press('Shift+End')
    assert.deepEqual(await ran(() => editor.press('Control+Enter')), ['USE b'])
    await editor.press('Control+End')
    assert.deepEqual(await ran(() => page.getByRole('button', { name: 'Explain' }).click()), [`EXPLAIN ${set}`])
  })
})
