/** Functions in TypeScript as programs use them: life, job parameters, asynchronous calls, what is said when they fail. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  AggregateFunction,
  AsyncScalarFunction,
  asyncUdf,
  DataTypes,
  type FunctionContext,
  isRivuletError,
  type RivuletError,
  ScalarFunction,
  StreamTableEnvironment,
  TableFunction,
  udaf,
  udf,
  udtf,
} from '../../src/index.ts'
import { until } from '../harness/payment.case.ts'

const { ARRAY, BIGINT, DATE, DECIMAL, INT, ROW, STRING, TIMESTAMP } = DataTypes

async function withNumbers(
  count: number,
  settings: Record<string, string> = {},
  rowsPerSecond = 100_000_000,
): Promise<StreamTableEnvironment> {
  const tEnv = StreamTableEnvironment.create({ configuration: settings })
  await tEnv.executeSql(`CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '${count}',
    'rows-per-second' = '${rowsPerSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${count}')`)
  return tEnv
}

const rowsOf = async (tEnv: StreamTableEnvironment, sql: string): Promise<string[]> =>
  (await tEnv.sqlQuery(sql).execute().collect()).map(String)

async function failureOf(run: () => unknown): Promise<RivuletError> {
  try {
    await run()
  } catch (error) {
    assert.ok(isRivuletError(error), String(error))
    return error
  }
  return assert.fail('it did not fail')
}

// ---- Life ------------------------------------------------------------------------------------------------------------

describe('open and close', () => {
  const log: string[] = []
  class Rate extends ScalarFunction {
    override readonly inputTypes = [INT()]
    override readonly resultType = INT()
    #factor = 0
    override async open(context: FunctionContext) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      this.#factor = Number(context.getJobParameter('factor', '1'))
      log.push('open')
    }
    eval(n: number | null) {
      return (n ?? 0) * this.#factor
    }
    override close() {
      log.push('close')
    }
  }

  it('come with the job, each call with an instance of its own; open sees the job parameters', async () => {
    const tEnv = await withNumbers(2, { 'pipeline.global-job-parameters': "factor:10,note:'a,b:c'" })
    tEnv.createTemporaryFunction('rate', Rate)
    log.length = 0
    assert.deepEqual(await rowsOf(tEnv, 'SELECT rate(n), rate(n + 1) FROM numbers'), ['+I[10, 20]', '+I[20, 30]'])
    assert.deepEqual(log, ['open', 'open', 'close', 'close'])
  })

  it('a given instance is opened once and closed after its last use', async () => {
    const tEnv = await withNumbers(1)
    tEnv.createTemporaryFunction('rate', new Rate())
    tEnv.getConfig().set('pipeline.global-job-parameters.factor', '3')
    log.length = 0
    assert.deepEqual(await rowsOf(tEnv, 'SELECT rate(n), rate(n + 1) FROM numbers'), ['+I[3, 6]'])
    assert.deepEqual(log, ['open', 'close'])
  })

  it('are there for aggregate and table functions too, and close after a failure', async () => {
    const calls: string[] = []
    class Sum extends AggregateFunction<number, { sum: number }> {
      override open() {
        calls.push('open sum')
      }
      override close() {
        calls.push('close sum')
      }
      createAccumulator = () => ({ sum: 0 })
      accumulate(acc: { sum: number }, n: number | null) {
        if (n === 3) throw new Error('no three')
        acc.sum += n ?? 0
      }
      getValue = ({ sum }: { sum: number }) => sum
    }
    class Twice extends TableFunction<number> {
      override open() {
        calls.push('open twice')
      }
      override close() {
        calls.push('close twice')
      }
      eval(n: number | null) {
        for (let i = 0; i < 2; i++) this.collect(n ?? 0)
      }
    }
    const tEnv = await withNumbers(3)
    tEnv.createTemporaryFunction('sum_of', udaf(Sum, { inputTypes: [INT()], resultType: INT() }))
    tEnv.createTemporaryFunction('twice', udtf(Twice, { inputTypes: [INT()], resultType: INT() }))
    const sql = 'SELECT sum_of(m) FROM numbers, LATERAL TABLE(twice(n)) AS t(m) WHERE n < 3'
    assert.equal((await rowsOf(tEnv, sql)).at(-1), '+U[6]')
    assert.deepEqual(calls.splice(0).sort(), ['close sum', 'close twice', 'open sum', 'open twice'])
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT sum_of(n) FROM numbers'))
    assert.equal(error.code, 'FUNCTION_FAILED')
    assert.match(error.message, /sum_of\.accumulate failed for \(3\): no three/)
    assert.match(String((error.cause as Error).stack), /functions\.test\.ts/)
    assert.deepEqual(calls, ['open sum', 'close sum'])
  })

  it('an aggregate that cannot take rows back is refused over rows that change', async () => {
    class Sum extends AggregateFunction<number, { sum: number }> {
      createAccumulator = () => ({ sum: 0 })
      accumulate(acc: { sum: number }, n: number | null) {
        acc.sum += n ?? 0
      }
      getValue = ({ sum }: { sum: number }) => sum
    }
    const tEnv = await withNumbers(3)
    tEnv.createTemporaryFunction('sum_of', udaf(Sum, { inputTypes: [INT()], resultType: INT() }))
    const groups = 'SELECT n, COUNT(*) AS c FROM numbers GROUP BY n'
    const updating = await failureOf(() => rowsOf(tEnv, `SELECT sum_of(CAST(c AS INT)) FROM (${groups})`))
    assert.equal(updating.code, 'PLAN_INPUT_CHANGES')
    assert.match(updating.message, /sum_of cannot take updates and deletes, .*«GROUP BY n» \(line 1, column \d+\)/)
    assert.match(String(updating.hint), /Implement retract\(accumulator, …\) in 'sum_of'/)
  })
})

it('functions are called for rows only: a call with constant arguments is not folded', async () => {
  const tEnv = await withNumbers(3)
  let calls = 0
  const count = udf(() => ++calls, { inputTypes: [], resultType: INT(), deterministic: false })
  tEnv.createTemporaryFunction('count_calls', count)
  tEnv.explainSql('SELECT count_calls() FROM numbers')
  assert.equal(calls, 0)
  assert.deepEqual(await rowsOf(tEnv, 'SELECT count_calls(), count_calls() FROM numbers'), [
    '+I[1, 2]',
    '+I[3, 4]',
    '+I[5, 6]',
  ])
})

// ---- Asynchronous ----------------------------------------------------------------------------------------------------

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

describe('asynchronous functions', () => {
  it('keep rows, windows and calls exact over snapshots, restores and other parallelisms', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-async-'))
    try {
      const calls: number[] = []
      const run = async (parallelism: number, settings: Record<string, string>) => {
        const limits = {
          'table.exec.async-scalar.max-concurrent-operations': '5',
          'execution.checkpointing.interval': '7 ms',
        }
        const tEnv = StreamTableEnvironment.create({
          configuration: {
            'parallelism.default': `${parallelism}`,
            'pipeline.max-parallelism': '16',
            ...limits,
            ...settings,
          },
        })
        const slow = udf(
          async (n) => {
            calls.push(n ?? 0)
            await pause(((n ?? 0) * 7) % 4)
            return n
          },
          { inputTypes: [INT()], resultType: INT() },
        )
        tEnv.createTemporaryFunction('slow', slow)
        await tEnv.executeSql(`CREATE TABLE t (n INT, ts AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR ts AS ts) WITH (
          'connector' = 'datagen', 'number-of-rows' = '1200', 'rows-per-second' = '4000',
          'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1200')`)
        await tEnv.executeSql('CREATE VIEW v AS SELECT n % 7 AS k, slow(n) AS m, ts FROM t')
        return tEnv
          .sqlQuery(`SELECT k, SUM(m) AS s, COUNT(*) AS c FROM TABLE(TUMBLE(TABLE v, DESCRIPTOR(ts), INTERVAL '0.2' SECOND))
            GROUP BY k, window_start, window_end`)
          .execute()
      }
      const rows: { readonly s: unknown; readonly c: unknown }[] = []
      const first = await run(2, {})
      const reading = (async () => {
        for await (const row of first) rows.push({ s: row.get('s'), c: row.get('c') })
      })()
      await until(() => calls.length > 300)
      await first.jobClient?.stopWithSavepoint(folder)
      await reading
      const second = await run(3, { 'execution.state-recovery.path': folder })
      for await (const row of second) rows.push({ s: row.get('s'), c: row.get('c') })
      const total = (name: 's' | 'c') => rows.reduce((sum, row) => sum + Number(row[name]), 0)
      assert.deepEqual([total('s'), total('c')], [(1200 * 1201) / 2, 1200])
      assert.equal(calls.length, 1200)
      assert.equal(new Set(calls).size, 1200)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are called side by side up to the limit; rows stay in order', async () => {
    let running = 0
    let peak = 0
    const tEnv = await withNumbers(40, { 'table.exec.async-scalar.max-concurrent-operations': '4' })
    const slow = udf(
      async (n) => {
        peak = Math.max(peak, ++running)
        await pause(((n ?? 0) * 7) % 5)
        running--
        return `v${n}`
      },
      { inputTypes: [INT()], resultType: STRING() },
    )
    tEnv.createTemporaryFunction('slow', slow)
    const rows = await rowsOf(tEnv, "SELECT n, UPPER(slow(n)) FROM numbers WHERE n % 2 = 0 AND slow(n) <> 'v4'")
    const expected = Array.from({ length: 20 }, (_, i) => 2 * i + 2).filter((n) => n !== 4)
    assert.deepEqual(
      rows,
      expected.map((n) => `+I[${n}, V${n}]`),
    )
    assert.equal(peak, 4)
  })

  it('feed each other, aggregates and windows; watermarks stay behind the rows before them', async () => {
    const tEnv = StreamTableEnvironment.create()
    await tEnv.executeSql(`CREATE TABLE events (n INT, ts AS TIMESTAMP '2024-01-01 00:00:00' + n * INTERVAL '1' SECOND,
      WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen', 'number-of-rows' = '30', 'scan.watermark.emit.strategy' = 'on-event',
      'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '29')`)
    class Delayed extends AsyncScalarFunction {
      async eval(n: number | null) {
        await pause((n ?? 0) % 3)
        return n
      }
    }
    tEnv.createTemporaryFunction('delayed', asyncUdf(Delayed, { inputTypes: [INT()], resultType: INT() }))
    await tEnv.executeSql('CREATE VIEW delayed_events AS SELECT delayed(delayed(n)) AS m, ts FROM events')
    const rows = await rowsOf(
      tEnv,
      `SELECT window_end, SUM(m), COUNT(*) FROM TABLE(TUMBLE(TABLE delayed_events, DESCRIPTOR(ts), INTERVAL '10' SECOND))
       GROUP BY window_start, window_end`,
    )
    assert.deepEqual(rows, [
      '+I[2024-01-01 00:00:10.000, 45, 10]',
      '+I[2024-01-01 00:00:20.000, 145, 10]',
      '+I[2024-01-01 00:00:30.000, 245, 10]',
    ])
  })

  it('are arguments of table functions too; equal calls of a row are one', async () => {
    const tEnv = await withNumbers(3)
    const calls: (number | null)[] = []
    const later = udf(
      async (n) => {
        calls.push(n)
        return n
      },
      { inputTypes: [INT()], resultType: INT() },
    )
    tEnv.createTemporaryFunction('later', later)
    tEnv.createTemporaryFunction(
      'upto',
      udtf((n) => Array.from({ length: n ?? 0 }, (_, i) => i), {
        inputTypes: [INT()],
        resultType: INT(),
      }),
    )
    const sql = 'SELECT n, x FROM numbers LEFT JOIN LATERAL TABLE(upto(later(n) - 1)) AS t(x) ON x < n - 2'
    assert.deepEqual(await rowsOf(tEnv, sql), ['+I[1, NULL]', '+I[2, NULL]', '+I[3, 0]'])
    assert.deepEqual(calls.splice(0), [1, 2, 3])
    assert.deepEqual(await rowsOf(tEnv, 'SELECT later(n), -later(n) FROM numbers'), [
      '+I[1, -1]',
      '+I[2, -2]',
      '+I[3, -3]',
    ])
    assert.deepEqual(calls, [1, 2, 3])
  })

  it('that fail are called again, and fail the job with the row after the last attempt', async () => {
    const attempts = new Map<number, number>()
    const flaky = udf(
      async (n) => {
        const attempt = (attempts.get(n ?? 0) ?? 0) + 1
        attempts.set(n ?? 0, attempt)
        if (attempt < (n ?? 0)) throw new Error(`attempt ${attempt}`)
        return n
      },
      { inputTypes: [INT()], resultType: INT() },
    )
    const tEnv = await withNumbers(4, { 'table.exec.async-scalar.retry-delay': '1 ms' })
    tEnv.createTemporaryFunction('flaky', flaky)
    assert.deepEqual(await rowsOf(tEnv, 'SELECT flaky(n) FROM numbers WHERE n < 4'), ['+I[1]', '+I[2]', '+I[3]'])
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT flaky(n + 10) FROM numbers WHERE n = 4'))
    assert.equal(error.code, 'FUNCTION_FAILED')
    assert.match(error.message, /flaky failed for \(14\): attempt 3/)
    assert.match(String((error.cause as Error).stack), /functions\.test\.ts/)
    assert.equal(attempts.get(14), 3)
  })

  it('that never answer time out by name and row', async () => {
    const tEnv = await withNumbers(1, { 'table.exec.async-scalar.timeout': '20 ms' })
    const never = asyncUdf(() => new Promise<number>(() => {}), { inputTypes: [INT()], resultType: INT() })
    tEnv.createTemporaryFunction('never_done', never)
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT never_done(n) FROM numbers'))
    assert.equal(error.code, 'FUNCTION_TIMED_OUT')
    assert.match(error.message, /never_done .*\(1\) after 20 ms/)
  })

  it('a snapshot waits for what is in flight; after a restore each row is there once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-async-'))
    try {
      const calls: number[] = []
      const session = async (settings: Record<string, string>) => {
        const limit = { 'table.exec.async-scalar.max-concurrent-operations': '3' }
        const tEnv = await withNumbers(400, { ...limit, ...settings }, 1000)
        const slow = udf(
          async (n) => {
            calls.push(n ?? 0)
            await pause(1)
            return n
          },
          { inputTypes: [INT()], resultType: INT() },
        )
        tEnv.createTemporaryFunction('slow', slow)
        return tEnv.sqlQuery('SELECT COUNT(*), SUM(m) FROM (SELECT slow(n) AS m FROM numbers) AS t').execute()
      }
      const first = await session({})
      const iterator = first[Symbol.asyncIterator]()
      await iterator.next()
      await until(() => calls.length > 20)
      await first.jobClient?.stopWithSavepoint(folder)
      const before = calls.length
      await pause(20)
      assert.equal(calls.length, before, 'nothing is called behind the barrier')
      assert.ok(before < 400, `${before} calls before the barrier`)
      const second = await session({ 'execution.state-recovery.path': folder })
      const rows = (await second.collect()).map(String)
      assert.equal(rows.at(-1), '+U[400, 80200]')
      assert.deepEqual(
        [...calls].sort((a, b) => a - b),
        Array.from({ length: 400 }, (_, i) => i + 1),
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('are refused where nothing can wait', async () => {
    const tEnv = await withNumbers(1)
    tEnv.createTemporaryFunction(
      'later',
      udf(async (n) => n, { inputTypes: [INT()], resultType: INT() }),
    )
    const sql = 'SELECT a.n FROM numbers AS a JOIN numbers AS b ON later(a.n) > b.n'
    const error = await failureOf(() => tEnv.explainSql(sql))
    assert.equal(error.code, 'FUNCTION_ASYNC_PLACE')
    assert.match(error.message, /'later'/)
  })
})

// ---- Values and mistakes ---------------------------------------------------------------------------------------------

describe('accumulators', () => {
  it('of declared types keep BIGINT, DECIMAL, dates and nested values', async () => {
    const tEnv = await withNumbers(3)
    const trail = udaf({
      inputTypes: [INT()],
      resultType: STRING(),
      accumulatorType: ROW({ big: BIGINT(), price: DECIMAL(10, 2), at: TIMESTAMP(9), day: DATE(), seen: ARRAY(INT()) }),
      name: 'trail',
      createAccumulator: () => ({
        big: (2n ** 60n) as bigint | null,
        price: '0.10' as string | null,
        at: null as unknown,
        day: null as unknown,
        seen: [] as readonly (number | null)[],
      }),
      accumulate: (acc, n) => ({ ...acc, big: (acc.big ?? 0n) + 1n, seen: [...acc.seen, n] }),
      getValue: ({ big, price, seen }) => `${big} ${price} ${seen.join('-')}`,
    })
    tEnv.createTemporaryFunction('trail', trail)
    assert.equal((await rowsOf(tEnv, 'SELECT trail(n) FROM numbers')).at(-1), `+U[${2n ** 60n + 3n} 0.10 1-2-3]`)
  })

  it('that are no plain data are refused at the first row', async () => {
    class Account {
      balance = 0
    }
    const tEnv = await withNumbers(1)
    const bad = udaf({
      inputTypes: [INT()],
      resultType: INT(),
      name: 'bad',
      createAccumulator: () => new Account(),
      accumulate() {},
      getValue: ({ balance }) => balance,
    })
    tEnv.createTemporaryFunction('bad', bad)
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT bad(n) FROM numbers'))
    assert.equal(error.code, 'FUNCTION_ACCUMULATOR')
    assert.match(error.message, /Account/)
  })
})

describe('mistakes of functions', () => {
  const cases = [
    {
      name: 'null of a NOT NULL type',
      fn: udf((n) => (n === 1 ? (null as never) : 1), { inputTypes: [INT()], resultType: INT().notNull() }),
      code: 'FUNCTION_RETURNED_NULL',
    },
    {
      name: 'a promise of a function that is not async',
      fn: udf((n) => Promise.resolve(n), { inputTypes: [INT()], resultType: INT() }),
      code: 'FUNCTION_RETURNED_PROMISE',
    },
    {
      name: 'a value of another type',
      fn: udf((n) => `${n}` as never, { inputTypes: [INT()], resultType: INT() }),
      code: 'FUNCTION_WRONG_RESULT',
    },
  ]
  for (const { name, fn, code } of cases) {
    it(`${name} names the function, the row and the line of its declaration`, async () => {
      const tEnv = await withNumbers(1)
      tEnv.createTemporaryFunction('mine', fn)
      const error = await failureOf(() => rowsOf(tEnv, 'SELECT mine(n) FROM numbers'))
      assert.equal(error.code, code)
      assert.match(error.message, /mine .*\(1\)/)
      assert.match(String((error.cause as Error).stack), /functions\.test\.ts/)
    })
  }

  it('a table function that throws names its arguments and the line', async () => {
    const tEnv = await withNumbers(1)
    const broken = udtf(
      // biome-ignore lint/correctness/useYield: it fails before its first row
      function* (n): Generator<number> {
        throw new Error(`no rows for ${n}`)
      },
      { inputTypes: [INT()], resultType: INT() },
    )
    tEnv.createTemporaryFunction('broken', broken)
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT * FROM numbers, LATERAL TABLE(broken(n)) AS t(x)'))
    assert.equal(error.code, 'FUNCTION_FAILED')
    assert.match(error.message, /broken failed for \(1\): no rows for 1/)
    assert.match(String((error.cause as Error).stack), /functions\.test\.ts/)
  })

  it('a table function with a wrong row names the column', async () => {
    const tEnv = await withNumbers(1)
    const short = udtf(() => [{ a: 1 } as never], { inputTypes: [INT()], resultType: ROW({ a: INT(), b: STRING() }) })
    tEnv.createTemporaryFunction('short', short)
    const error = await failureOf(() => rowsOf(tEnv, 'SELECT * FROM numbers, LATERAL TABLE(short(n)) AS t'))
    assert.equal(error.code, 'FUNCTION_WRONG_RESULT')
    assert.match(error.message, /short .*\(1\).*'b'/)
  })

  it('wrong arguments name the signatures and the nearest', async () => {
    const tEnv = await withNumbers(1)
    const overloads = [
      { inputTypes: [INT(), INT()], resultType: INT() },
      { inputTypes: [STRING()], resultType: INT() },
    ] as const
    tEnv.createTemporaryFunction('mine', udf((() => 1) as never, { overloads }))
    const error = await failureOf(() => tEnv.explainSql("SELECT mine(n, 'x') FROM numbers"))
    assert.equal(error.code, 'PLAN_WRONG_ARGUMENTS')
    assert.match(error.message, /mine\(INT, INT\) or mine\(STRING\)/)
    assert.match(String(error.hint), /nearest is mine\(INT, INT\).*Argument 2/)
  })

  it('what is no function, has no types or lacks a method is refused when it is registered', async () => {
    const tEnv = StreamTableEnvironment.create()
    const plain = await failureOf(() => tEnv.createTemporaryFunction('f', () => 1))
    assert.equal(plain.code, 'ENGINE_NOT_A_FUNCTION')
    class NoTypes extends ScalarFunction {
      eval() {
        return 1
      }
    }
    assert.equal((await failureOf(() => tEnv.createTemporaryFunction('f', NoTypes))).code, 'FUNCTION_WITHOUT_TYPES')
    class NoEval extends ScalarFunction {
      override readonly inputTypes = []
      override readonly resultType = INT()
    }
    const noEval = await failureOf(() => tEnv.createTemporaryFunction('f', NoEval))
    assert.equal(noEval.code, 'FUNCTION_WITHOUT_METHOD')
    assert.match(noEval.message, /eval/)
  })
})
