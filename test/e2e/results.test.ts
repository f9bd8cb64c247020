/** Results in TypeScript: rows with their kinds, back-pressure, cancellation, statements of a session. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isRivuletError, LocalDateTime, StreamTableEnvironment } from '../../src/index.ts'
import { until } from '../harness/payment.case.ts'

const numbers = (
  count: number,
) => `CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '${count}',
  'rows-per-second' = '100000000',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${count}')`

async function withNumbers(count: number): Promise<StreamTableEnvironment> {
  const tEnv = StreamTableEnvironment.create()
  await tEnv.executeSql(numbers(count))
  return tEnv
}

describe('rows of a query', () => {
  it('come with their kind, by name and by position', async () => {
    const tEnv = await withNumbers(4)
    const rows = await tEnv
      .sqlQuery('SELECT n % 2 AS odd, COUNT(*) AS c FROM numbers GROUP BY n % 2')
      .execute()
      .collect()
    assert.deepEqual(rows.map(String), ['+I[1, 1]', '+I[0, 1]', '-U[1, 1]', '+U[1, 2]', '-U[0, 1]', '+U[0, 2]'])
    assert.equal(rows[5].kind, '+U')
    assert.equal(rows[5].get('c'), 2n)
    assert.equal(rows[5].get(0), 0)
    assert.deepEqual(rows[5].toJSON(), { odd: 0, c: 2 })
  })

  it('have the TypeScript values of their types', async () => {
    const tEnv = StreamTableEnvironment.create()
    const [row] = await tEnv
      .sqlQuery(
        `SELECT TRUE AS b, CAST(9007199254740993 AS BIGINT) AS l, CAST(12.5 AS DECIMAL(8, 2)) AS d,
           TIMESTAMP '2024-02-29 12:34:56.123456789' AS t, ARRAY['x', 'y'] AS a, CAST(NULL AS INT) AS nothing`,
      )
      .execute()
      .collect()
    const { b, l, d, t, a, nothing } = row.toObject()
    assert.deepEqual([b, l, d, a, nothing], [true, 9007199254740993n, '12.50', ['x', 'y'], null])
    assert.ok(t instanceof LocalDateTime)
    assert.equal(String(t), '2024-02-29 12:34:56.123456789')
  })

  it('are an async iterable; leaving the loop cancels the job', async () => {
    const tEnv = StreamTableEnvironment.create()
    await tEnv.executeSql("CREATE TABLE endless (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000')")
    const result = tEnv.sqlQuery('SELECT n FROM endless').execute()
    let count = 0
    for await (const row of result) {
      assert.equal(row.kind, '+I')
      if (++count === 10) break
    }
    assert.equal(result.jobClient?.status, 'CANCELED')
  })

  it('wait for the program: a slow reader stops the source instead of filling the memory', async () => {
    const tEnv = await withNumbers(1_000_000)
    const result = tEnv.sqlQuery('SELECT n FROM numbers').execute()
    const rows = result[Symbol.asyncIterator]()
    await rows.next()
    let before = -1
    const read = () => result.jobClient?.metrics().find(({ kind }) => kind === 'source-scan')?.rowsOut ?? 0
    await until(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const now = read()
      const still = now === before
      before = now
      return still
    })
    assert.ok(before < 100_000, `${before} rows were read ahead`)
    let last = 0
    for (let next = await rows.next(); next.done !== true; next = await rows.next())
      last = next.value.get('n') as number
    assert.equal(last, 1_000_000)
    assert.equal(read(), 1_000_000)
  })

  it('can be read once', async () => {
    const tEnv = await withNumbers(3)
    const result = tEnv.sqlQuery('SELECT n FROM numbers').execute()
    await result.collect()
    await assert.rejects(result.collect(), (error) => isRivuletError(error) && error.code === 'ENGINE_RESULT_TAKEN')
  })

  it('print as a table', async () => {
    const tEnv = await withNumbers(2)
    const lines: string[] = []
    await tEnv
      .sqlQuery("SELECT n, '中' AS c FROM numbers")
      .execute()
      .print((line) => lines.push(line))
    assert.deepEqual(lines, [
      '+----+-------------+--------------------------------+',
      '| op |           n |                              c |',
      '+----+-------------+--------------------------------+',
      '| +I |           1 |                             中 |',
      '| +I |           2 |                             中 |',
      '+----+-------------+--------------------------------+',
      '2 rows in set',
    ])
  })
})

describe('a signal', () => {
  it('cancels a query and an INSERT', async () => {
    const tEnv = StreamTableEnvironment.create({ print: () => {} })
    await tEnv.executeSql("CREATE TABLE endless (n INT) WITH ('connector' = 'datagen')")
    await tEnv.executeSql("CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole')")
    const abort = new AbortController()
    const query = tEnv.sqlQuery('SELECT n FROM endless').execute({ signal: abort.signal })
    const reading = query.collect()
    const insert = await tEnv.executeSql('INSERT INTO nowhere SELECT n FROM endless', { signal: abort.signal })
    await until(() => query.jobClient?.status === 'RUNNING' && insert.jobClient?.status === 'RUNNING')
    abort.abort()
    await insert.wait()
    await reading
    assert.equal(insert.jobClient?.status, 'CANCELED')
    assert.equal(query.jobClient?.status, 'CANCELED')
  })

  it('that is aborted already starts nothing', async () => {
    const tEnv = await withNumbers(3)
    await tEnv.executeSql("CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole')")
    const signal = AbortSignal.abort(new Error('too late'))
    await assert.rejects(tEnv.executeSql('INSERT INTO nowhere SELECT n FROM numbers', { signal }), /too late/)
    assert.deepEqual(tEnv.session.jobs, [])
  })
})

describe('statements of a session', () => {
  const list = async (tEnv: StreamTableEnvironment, sql: string) =>
    (await (await tEnv.executeSql(sql)).collect()).map((row) => row.values)

  it('show, describe, use, set, drop', async () => {
    const tEnv = await withNumbers(3)
    await tEnv.executeSql('CREATE DATABASE other')
    await tEnv.executeSql('CREATE VIEW big AS SELECT n FROM numbers WHERE n > 1')
    assert.deepEqual(await list(tEnv, 'SHOW TABLES'), [['big'], ['numbers']])
    assert.deepEqual(await list(tEnv, "SHOW TABLES LIKE 'num%'"), [['numbers']])
    assert.deepEqual(await list(tEnv, 'SHOW VIEWS'), [['big']])
    assert.deepEqual(await list(tEnv, 'DESCRIBE numbers'), [['n', 'INT', true, null, null, null]])
    assert.deepEqual(await list(tEnv, 'SELECT SUM(n) AS s FROM big'), [[2], [2], [5]])
    await tEnv.executeSql("SET 'pipeline.name' = 'mine'")
    assert.deepEqual(await list(tEnv, 'SET'), [['pipeline.name', 'mine']])
    await tEnv.executeSql('USE other')
    assert.deepEqual(await list(tEnv, 'SHOW CURRENT DATABASE'), [['other']])
    assert.deepEqual(await list(tEnv, 'SHOW TABLES'), [])
    await tEnv.executeSql('DROP VIEW default_database.big')
    assert.deepEqual(await list(tEnv, 'SHOW VIEWS FROM default_database'), [])
  })

  it('describe functions from the registry', async () => {
    const tEnv = StreamTableEnvironment.create()
    const rows = new Map((await list(tEnv, 'DESCRIBE FUNCTION EXTENDED split_index')) as [string, string][])
    assert.equal(rows.get('is system function'), 'true')
    assert.equal(rows.get('kind'), 'SCALAR')
    assert.match(rows.get('signature') as string, /^SPLIT_INDEX\(/)
    assert.deepEqual(await list(tEnv, 'DESCRIBE FUNCTION `sum`'), [
      ['is system function', 'true'],
      ['is temporary', 'false'],
    ])
    await assert.rejects(
      tEnv.executeSql('DESCRIBE FUNCTION split_indx'),
      (error) =>
        isRivuletError(error) && error.code === 'PLAN_UNKNOWN_FUNCTION' && /SPLIT_INDEX/.test(error.hint ?? ''),
    )
  })

  it('a statement set runs as one job; INSERTs of the old API run at execute', async () => {
    const printed: string[] = []
    const tEnv = StreamTableEnvironment.create({ print: (line) => printed.push(line) })
    await tEnv.executeSql(numbers(3))
    await tEnv.executeSql("CREATE TABLE a (n INT) WITH ('connector' = 'print', 'print-identifier' = 'a')")
    await tEnv.executeSql("CREATE TABLE b (n INT) WITH ('connector' = 'print', 'print-identifier' = 'b')")
    const set = tEnv.createStatementSet().addInsertSql('INSERT INTO a SELECT n FROM numbers WHERE n = 1')
    await (await set.addInsert('b', tEnv.sqlQuery('SELECT n FROM numbers WHERE n = 2')).execute()).wait()
    assert.deepEqual(printed.sort(), ['a> +I[1]', 'b> +I[2]'])
    assert.equal(tEnv.session.jobs.length, 1)
    tEnv.sqlUpdate('INSERT INTO a SELECT n FROM numbers WHERE n = 3')
    assert.equal(tEnv.session.jobs.length, 1)
    const client = await tEnv.execute('old style')
    assert.equal(client.name, 'old style')
    assert.deepEqual(printed.slice(2), ['a> +I[3]'])
  })

  it('a table in a SQL text stands for its query', async () => {
    const tEnv = await withNumbers(3)
    const big = tEnv.sqlQuery('SELECT n FROM numbers WHERE n > 1')
    assert.deepEqual(await list(tEnv, `SELECT n + 10 AS m FROM ${big}`), [[12], [13]])
  })

  it('a statement without meaning here says so by name', async () => {
    const tEnv = StreamTableEnvironment.create()
    await assert.rejects(
      tEnv.executeSql("ADD JAR 'x.jar'"),
      (error) => isRivuletError(error) && error.code === 'ENGINE_NOT_EMBEDDED' && /ADD JAR/.test(error.message),
    )
  })
})
