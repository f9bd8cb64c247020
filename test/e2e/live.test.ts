/** Looking into a running job: rows of operators as they come, and what is kept of a key. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure } from '../../src/base/errors.ts'
import type { Host } from '../../src/base/host.ts'
import { nodeHost } from '../../src/base/node-host.ts'
import { MemoryStorage, simulatedHost } from '../../src/base/simulated-host.ts'
import { TableEnvironment } from '../../src/engine/environment.ts'
import type { JobClient } from '../../src/engine/job-client.ts'
import type { LiveRows } from '../../src/engine/live/rows.ts'
import type { Value } from '../../src/types/value.ts'
import { Feed, feedConnector } from '../harness/feed-connector.ts'
import { Ledger } from '../recovery/ledger.ts'

const PAYMENTS = `CREATE TABLE payments (cur STRING, n BIGINT, amount DECIMAL(12, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' HOUR) WITH ('connector' = 'feed')`

/** A job over `payments` that is fed by hand, and the pieces that a test needs. */
async function start(query: string, columns: string, configuration: Record<string, string> = {}, host?: Host) {
  const feed = new Feed()
  const own = host ?? simulatedHost()
  const tEnv = new TableEnvironment({ host: own, connectors: [feedConnector(feed)], configuration })
  await tEnv.executeSql(PAYMENTS)
  await tEnv.executeSql(`CREATE TABLE refunds (cur STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' HOUR)
    WITH ('connector' = 'feed')`)
  await tEnv.executeSql(`CREATE TABLE k (${columns}) WITH ('connector' = 'blackhole')`)
  const { jobClient: job } = await tEnv.executeSql(`INSERT INTO k ${query}`)
  assert.ok(job)
  const pay = (cur: Value, n: Value = 1, amount: Value = 100, at: Value = 0) =>
    feed.push({ kind: 'row', table: 'payments', rowKind: 0, values: [cur, n, amount, at] })
  const node = (kind: string) => (job.metrics().find((each) => each.kind === kind) as { node: number }).node
  return { job, feed, pay, node, host: own as ReturnType<typeof simulatedHost> }
}

/** Let the job do all that it can. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** The next event of a tap, with time passing. */
async function next(tap: AsyncGenerator<LiveRows, void>, host: ReturnType<typeof simulatedHost>): Promise<LiveRows> {
  const event = tap.next()
  for (let i = 0; i < 3; i++) {
    await settle()
    host.clock.advance(200)
  }
  const { value } = await event
  assert.ok(value)
  return value
}

const texts = ({ rows }: LiveRows) => rows.map(({ kind, fields }) => `${kind}[${fields.join(', ')}]`)

describe('live rows', { timeout: 20_000 }, () => {
  it('are those of every subtask, with their kind, printed as results are', async () => {
    const { job, pay, node, host } = await start(
      'SELECT cur, SUM(n), SUM(amount), MAX(ts) FROM payments GROUP BY cur',
      'cur STRING, n BIGINT, amount DECIMAL(38, 2), ts TIMESTAMP(3)',
      { 'parallelism.default': '2' },
    )
    const tap = job.rows(node('group-aggregate'))
    const { columns, rows } = await next(tap, host)
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['STRING', 'BIGINT', 'DECIMAL(38, 2)', 'TIMESTAMP(3)'],
    )
    assert.deepEqual(rows, [])
    pay('EUR', 9007199254740993n, 1250, 1_714_557_600_123)
    pay('EUR', 1, 1, 1_714_557_600_000)
    pay(null, 2, null)
    const event = await next(tap, host)
    assert.deepEqual(texts(event).sort(), [
      '+I[, 2, , 1970-01-01 00:00:00.000]',
      '+I[EUR, 9007199254740993, 12.50, 2024-05-01 10:00:00.123]',
      '+U[EUR, 9007199254740994, 12.51, 2024-05-01 10:00:00.123]',
      '-U[EUR, 9007199254740993, 12.50, 2024-05-01 10:00:00.123]',
    ])
    assert.equal(event.rows.find(({ fields }) => fields[1] === '2')?.fields[0], null)
    for (let i = 0; i < 20; i++) pay(`key ${i}`)
    assert.deepEqual(new Set((await next(tap, host)).rows.map(({ subtask }) => subtask)), new Set([0, 1]))
    await job.cancel()
  })

  it('are those of operators inside of a chain, and of a sink those that it gets', async () => {
    const { job, pay, node, host } = await start('SELECT UPPER(cur), n * 2 FROM payments', 'c STRING, d BIGINT')
    const source = job.rows(node('source-scan'))
    const calc = job.rows(node('calc'))
    const sink = job.rows(node('sink'))
    for (const tap of [source, calc, sink]) assert.deepEqual((await next(tap, host)).rows, [])
    pay('a', 1)
    pay('b', 2)
    assert.deepEqual(texts(await next(source, host)), [
      '+I[a, 1, 1970-01-01 00:00:00.000]',
      '+I[b, 2, 1970-01-01 00:00:00.000]',
    ])
    assert.deepEqual(texts(await next(calc, host)), ['+I[A, 2]', '+I[B, 4]'])
    const written = await next(sink, host)
    assert.deepEqual(texts(written), ['+I[A, 2]', '+I[B, 4]'])
    assert.deepEqual(
      written.columns.map(({ name }) => name),
      ['c', 'd'],
    )
    await job.cancel()
  })

  it('are bounded: what passes besides is counted, and the job does not wait', async () => {
    const { job, pay, node, host } = await start('SELECT cur, n FROM payments', 'c STRING, n BIGINT')
    const tap = job.rows(node('source-scan'), { limit: 3 })
    await next(tap, host)
    for (let i = 0; i < 5; i++) pay('a', i)
    await settle()
    for (let i = 5; i < 1000; i++) pay('a', i)
    await settle()
    assert.equal(job.metrics()[0].rowsOut, 1000, 'nobody took a row, and all went by')
    const { rows, skipped } = await next(tap, host)
    assert.deepEqual([rows.map(({ fields }) => fields[1]), skipped], [['0', '1', '2'], 997])
    pay('a', 1000)
    const later = await next(tap, host)
    assert.deepEqual([later.rows.map(({ fields }) => fields[1]), later.skipped], [['1000'], 0])
    await job.cancel()
  })

  it('end with the loop: nothing is left behind', async () => {
    const { job, pay, node, host } = await start('SELECT cur, n FROM payments', 'c STRING, n BIGINT')
    const never = job.rows(node('source-scan'))
    assert.equal(job.lookers, 0, 'a loop that does not begin costs nothing')
    const tap = job.rows(node('source-scan'))
    await next(tap, host)
    assert.equal(job.lookers, 1)
    await tap.return()
    assert.equal(job.lookers, 0)
    const stop = new AbortController()
    const waiting = job.rows(node('source-scan'), { signal: stop.signal })
    await next(waiting, host)
    const last = waiting.next()
    stop.abort()
    assert.deepEqual(await last, { value: undefined, done: true })
    assert.equal(job.lookers, 0)
    pay('a')
    await settle()
    await never.return()
    await job.cancel()
  })

  it('end with the job, behind its last row', async () => {
    const { job, feed, pay, node } = await start(
      'SELECT cur, n FROM payments',
      'c STRING, n BIGINT',
      {},
      { ...nodeHost, warn: () => {} },
    )
    const seen: string[] = []
    let begun: () => void = () => {}
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    const reading = (async () => {
      for await (const event of job.rows(node('source-scan'), { everyMs: 0 })) {
        begun()
        seen.push(...event.rows.map(({ fields }) => String(fields[1])))
      }
    })()
    await beginning
    for (let i = 0; i < 4; i++) pay('a', i)
    feed.end()
    await job.wait()
    await reading
    assert.deepEqual(seen, ['0', '1', '2', '3'])
    const events: LiveRows[] = []
    for await (const event of job.rows(node('source-scan'))) events.push(event)
    assert.equal(events.length, 1, 'of a job that has ended, the columns alone')
  })

  it('go on after a restart of the job', async () => {
    const ledger = new Ledger()
    const tEnv = new TableEnvironment({
      host: { ...nodeHost, storage: new MemoryStorage(), warn: () => {} },
      connectors: ledger.connectors,
      configuration: { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms' },
    })
    await tEnv.executeSql("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'numbers')")
    await tEnv.executeSql("CREATE TABLE ledger (n BIGINT) WITH ('connector' = 'ledger')")
    const { jobClient: job } = await tEnv.executeSql('INSERT INTO ledger SELECT n FROM numbers')
    assert.ok(job)
    const tap = job.rows(1, { everyMs: 0 })
    await tap.next()
    let broken = false
    ledger.onRead = (position) => {
      if (position < 10 || broken) return
      broken = true
      throw failure('RUNTIME_FLUSH_FAILED', { job: 'j', checkpoint: 0, detail: 'broker down' })
    }
    ledger.give(20)
    ledger.finish()
    await job.wait()
    assert.equal(job.restarts, 1)
    const seen: unknown[] = []
    for await (const { rows } of tap) seen.push(...rows.map(({ fields }) => fields[0]))
    const numbers = Array.from({ length: 20 }, (_, n) => String(n))
    assert.deepEqual(seen, [...numbers.slice(0, 10), ...numbers], 'what the first attempt read, and all of the second')
  })

  it('of an operator that does not exist are an error that names those that do', async () => {
    const { job } = await start('SELECT cur, n FROM payments', 'c STRING, n BIGINT')
    assert.throws(() => job.rows(99), { code: 'ENGINE_NO_SUCH_OPERATOR', hint: /TableSourceScan/ })
    await job.cancel()
  })
})

const state = (job: JobClient, node: number, key: string) => job.keyedState(node, key)

for (const backend of ['hashmap', 'rocksdb']) {
  const options = { 'state.backend.type': backend, 'state.backend.rocksdb.memory.managed': 'false' }
  describe(`the state of a key, ${backend}`, { timeout: 20_000 }, () => {
    it('is read in the subtask that has it', async () => {
      const { job, pay, node } = await start(
        'SELECT cur, n, COUNT(*), SUM(amount) FROM payments GROUP BY cur, n',
        'cur STRING, n BIGINT, c BIGINT, s DECIMAL(38, 2)',
        { 'parallelism.default': '2', ...options },
      )
      const group = node('group-aggregate')
      for (let i = 0; i < 40; i++) pay(`key ${i % 20}`, i % 20, 150)
      pay(null, 9007199254740993n, 1)
      await settle()
      const subtasks = new Set<number>()
      for (let i = 0; i < 20; i++) {
        const found = await state(job, group, `["key ${i}", ${i}]`)
        subtasks.add(found.subtask)
        assert.deepEqual(found.key, [`key ${i}`, String(i)])
        const [{ name, kind, columns, rows }] = found.states
        assert.deepEqual([name, kind, rows.length], ['groups', 'table', 1])
        const cell = (part: string) => rows[0][columns.findIndex((column) => column.name.includes(part))]
        assert.equal(cell('count'), '2')
        assert.equal(cell('sum'), '3.00')
      }
      assert.deepEqual(subtasks, new Set([0, 1]))
      assert.equal((await state(job, group, 'NULL, 9007199254740993')).states.length, 1, 'no digit is lost')
      assert.equal((await state(job, group, '{"n": 9007199254740993, "cur": null}')).states.length, 1, 'by name')
      assert.equal((await state(job, group, "'key 7', 7")).states.length, 1)
      assert.deepEqual((await state(job, group, '["nobody", 7]')).states, [])
      await job.cancel()
    })

    it('has the windows of the key with their timers', async () => {
      const { job, pay, node } = await start(
        `SELECT cur, window_end, SUM(n) FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
           GROUP BY cur, window_start, window_end`,
        'cur STRING, e TIMESTAMP(3), n BIGINT',
        options,
      )
      pay('EUR', 5, 1, 10_000)
      pay('EUR', 7, 1, 70_000)
      pay('EUR', 8, 1, 71_000)
      pay('USD', 1, 1, 10_000)
      await settle()
      const window = node('window-aggregate')
      const found = await state(job, window, 'EUR')
      const [{ columns, rows }] = found.states
      const end = columns.findIndex(({ name }) => name === 'slice_end')
      assert.deepEqual(
        rows.map((row) => row[end]),
        ['60000', '120000'],
      )
      assert.deepEqual(
        found.timers.map(({ domain, at }) => [domain, at]),
        [
          ['event', 59_999],
          ['event', 119_999],
        ],
      )
      pay('JPY', 1, 1, 3_660_000)
      await settle()
      assert.deepEqual(
        (await state(job, window, '["EUR"]')).timers.map(({ at }) => at),
        [119_999],
      )
      assert.deepEqual((await state(job, window, '["USD"]')).states, [])
      await job.cancel()
    })

    it('has both sides of a join, and timers that an operator keeps itself', async () => {
      const { job, pay, node, feed } = await start(
        `SELECT p.cur, r.n FROM payments p LEFT JOIN refunds r
           ON p.cur = r.cur AND r.ts BETWEEN p.ts AND p.ts + INTERVAL '1' MINUTE`,
        'cur STRING, n BIGINT',
        options,
      )
      pay('EUR', 5, 1, 10_000)
      feed.push({ kind: 'row', table: 'refunds', rowKind: 0, values: ['EUR', 3, 20_000] })
      await settle()
      const found = await state(job, node('interval-join'), '["EUR"]')
      const rowsOf = (name: string) => found.states.find((each) => each.name === name)?.rows
      assert.equal(rowsOf('left')?.length, 1)
      assert.equal(rowsOf('right')?.[0][1], '3')
      assert.ok(found.timers.length > 0 && found.timers.every(({ at }) => at !== 'max' && at >= 10_000))
      await job.cancel()
    })
  })
}

describe('the state of a key', { timeout: 20_000 }, () => {
  it('refuses what is no key, and says what is', async () => {
    const { job, pay, node } = await start(
      'SELECT cur, n, COUNT(*) FROM payments GROUP BY cur, n',
      'cur STRING, n BIGINT, c BIGINT',
    )
    pay('EUR')
    await settle()
    const group = node('group-aggregate')
    await assert.rejects(state(job, group, '["EUR"]'), { code: 'ENGINE_KEY_COLUMNS', message: /2 columns.*found 1/ })
    await assert.rejects(state(job, group, '["EUR", 1, 2]'), { code: 'ENGINE_KEY_COLUMNS' })
    await assert.rejects(state(job, group, '{"cur": "EUR"}'), { code: 'ENGINE_KEY_COLUMNS' })
    await assert.rejects(state(job, group, '["EUR", "x"]'), { code: 'ENGINE_KEY_VALUE', message: /'n'.*BIGINT/ })
    await assert.rejects(state(job, group, '["EUR", 1.5]'), { code: 'ENGINE_KEY_VALUE' })
    await assert.rejects(state(job, group, '["EUR"'), { code: 'ENGINE_KEY_SYNTAX', hint: /\["text",1\]/ })
    await assert.rejects(state(job, group, 'EUR, 1'), { code: 'ENGINE_KEY_SYNTAX' })
    await assert.rejects(state(job, node('source-scan'), '[]'), {
      code: 'ENGINE_NO_KEYED_STATE',
      hint: /GroupAggregate/,
    })
    await assert.rejects(state(job, 99, '[]'), { code: 'ENGINE_NO_SUCH_OPERATOR' })
    await job.cancel()
    await assert.rejects(state(job, group, '["EUR", 1]'), { code: 'ENGINE_NOT_RUNNING', message: /CANCELED/ })
  })

  it('takes keys of every type as they are printed', async () => {
    const { job, pay, node } = await start(
      `SELECT amount, ts, CAST(ts AS DATE), n > 1, CAST(n AS DOUBLE), COUNT(*) FROM payments
         GROUP BY amount, ts, CAST(ts AS DATE), n > 1, CAST(n AS DOUBLE)`,
      'a DECIMAL(12, 2), t TIMESTAMP(3), d DATE, b BOOLEAN, f DOUBLE, c BIGINT',
    )
    pay('EUR', 2, 1250, 1_714_557_600_123)
    await settle()
    const group = node('group-aggregate')
    const key = '["12.50", "2024-05-01 10:00:00.123", "2024-05-01", true, 2]'
    const found = await state(job, group, key)
    assert.equal(found.states.length, 1)
    assert.deepEqual(found.key, ['12.50', '2024-05-01 10:00:00.123', '2024-05-01', 'TRUE', '2.0'])
    const literals = "12.5, TIMESTAMP '2024-05-01 10:00:00.123', DATE '2024-05-01', TRUE, 2e0"
    assert.equal((await state(job, group, literals)).states.length, 1)
    await assert.rejects(state(job, group, key.replace('12.50', '12.505')), { code: 'ENGINE_KEY_VALUE' })
    await job.cancel()
  })
})
