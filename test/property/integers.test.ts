/**
 * Integers never lose a digit: through JSON, arithmetic, group and join keys, aggregates and a function, in batches that mix
 * safe and unsafe values, against BigInt with Java's wrap-around.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { simulatedHost } from '../../src/base/simulated-host.ts'
import { InlineFeed, type InlineRow } from '../../src/connectors/inline/feed.ts'
import { DataTypes, StreamTableEnvironment, udf } from '../../src/index.ts'

const WIDTHS = [
  { type: 'TINYINT', bits: 8 },
  { type: 'SMALLINT', bits: 16 },
  { type: 'INT', bits: 32 },
  { type: 'BIGINT', bits: 64 },
] as const

/** Values of a width: small ones, the edges, around 2^53, and anything. */
function integersOf(bits: number): fc.Arbitrary<bigint> {
  const limit = 2n ** BigInt(bits - 1)
  const edges = [0n, 1n, -1n, limit - 1n, -limit]
  if (bits === 64) for (const d of [-2n, -1n, 0n, 1n, 2n]) edges.push(2n ** 53n + d, -(2n ** 53n) + d)
  return fc.oneof(
    { arbitrary: fc.constantFrom(...edges), weight: 3 },
    { arbitrary: fc.bigInt({ min: -3n, max: 3n }), weight: 2 },
    fc.bigInt({ min: -limit, max: limit - 1n }),
  )
}

async function run(ddl: readonly string[], rows: readonly InlineRow[], query: string): Promise<string[][]> {
  const feed = new InlineFeed(rows)
  const tEnv = new StreamTableEnvironment({
    host: { ...simulatedHost(), clock: realClock },
    inline: (name) => feed.table(name.split('.').at(-1) as string),
  })
  tEnv.createTemporarySystemFunction('same', same)
  for (const sql of ddl) await tEnv.executeSql(sql)
  const result = await tEnv.sqlQuery(query).execute().collect()
  return result.map((row) => [row.kind, ...row.values.map(String)])
}

const realClock = { ...(await import('../../src/base/node-host.ts')).nodeHost.clock }
const same = udf((n: bigint | null) => n, { inputTypes: [DataTypes.BIGINT()], resultType: DataTypes.BIGINT() })
const insert = (table: string, fields: Record<string, bigint>): InlineRow => ({
  table,
  kind: '+I',
  json: `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`,
})

describe('integers of all widths', () => {
  for (const { type, bits } of WIDTHS) {
    const wrap = (value: bigint) => BigInt.asIntN(bits, value)
    const pairs = fc.array(fc.tuple(integersOf(bits), integersOf(bits)), { minLength: 1, maxLength: 12 })
    const table = `CREATE TABLE t (a ${type}, b ${type}) WITH ('connector' = 'inline')`

    it(`${type}: JSON, +, −, ×, comparison and a function`, async () => {
      await fc.assert(
        fc.asyncProperty(pairs, async (values) => {
          const rows = values.map(([a, b]) => insert('t', { a, b }))
          const found = await run(
            [table],
            rows,
            `SELECT a, CAST(a + b AS ${type}), CAST(a - b AS ${type}), CAST(a * b AS ${type}), a < b, a = b, same(a) FROM t`,
          )
          const expected = values.map(([a, b]) =>
            ['+I', a, wrap(a + b), wrap(a - b), wrap(a * b), a < b, a === b, a].map(String),
          )
          assert.deepEqual(found, expected)
        }),
        { numRuns: 40 },
      )
    })

    it(`${type}: as a key and a value of an aggregate`, async () => {
      await fc.assert(
        fc.asyncProperty(pairs, async (values) => {
          const rows = values.map(([a, b]) => insert('t', { a, b }))
          const found = await run(
            [table],
            rows,
            'SELECT a, COUNT(*), SUM(CAST(b AS BIGINT)), MAX(b), MIN(b) FROM t GROUP BY a',
          )
          const last = new Map(found.filter(([kind]) => kind.startsWith('+')).map(([, key, ...cells]) => [key, cells]))
          const groups = Map.groupBy(values, ([a]) => String(a))
          const expected = new Map(
            [...groups].map(([key, group]) => {
              const bs = group.map(([, b]) => b)
              const sum = BigInt.asIntN(
                64,
                bs.reduce((x, y) => x + y, 0n),
              )
              const sorted = [...bs].sort((x, y) => (x < y ? -1 : 1))
              return [key, [bs.length, sum, sorted.at(-1), sorted[0]].map(String)]
            }),
          )
          assert.deepEqual(new Map([...last].sort()), new Map([...expected].sort()))
        }),
        { numRuns: 40 },
      )
    })

    it(`${type}: as the key of a join with BIGINT`, async () => {
      const ddl = [table, "CREATE TABLE u (k BIGINT, n INT) WITH ('connector' = 'inline')"]
      await fc.assert(
        fc.asyncProperty(pairs, fc.array(integersOf(bits), { maxLength: 6 }), async (values, keys) => {
          const rows = [
            ...values.map(([a, b]) => insert('t', { a, b })),
            ...keys.map((k, n) => insert('u', { k, n: BigInt(n) })),
          ]
          const found = await run(ddl, rows, 'SELECT t.a, t.b, u.n FROM t JOIN u ON t.a = u.k')
          const expected = values.flatMap(([a, b]) =>
            keys.flatMap((k, n) => (k === a ? [['+I', a, b, n].map(String)] : [])),
          )
          assert.deepEqual(found.map(String).sort(), expected.map(String).sort())
        }),
        { numRuns: 40 },
      )
    })
  }

  it('−0 is 0 where the type is an integer', async () => {
    const rows: InlineRow[] = [
      { table: 't', kind: '+I', json: '{"a":-0,"b":0}' },
      { table: 't', kind: '+I', json: '{"a":0,"b":0}' },
    ]
    const table = "CREATE TABLE t (a BIGINT, b BIGINT) WITH ('connector' = 'inline')"
    const found = await run([table], rows, 'SELECT a * -1, COUNT(*) FROM t GROUP BY a * -1')
    assert.deepEqual(found, [
      ['+I', '0', '1'],
      ['-U', '0', '1'],
      ['+U', '0', '2'],
    ])
  })
})
