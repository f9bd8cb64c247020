/** Values at the edges of their types through functions of each kind; the expected rows are in the Maven test `JobMainTest`. */
import { defineJob, DataTypes as T, udaf, udf, udtf } from 'rivulet'

// biome-ignore lint/suspicious/noExplicitAny: one declaration for every type
const same = (type: any) => udf((value) => value, { inputTypes: [type], resultType: type, name: 'same' })
const nestedRow = T.ROW({ id: T.BIGINT(), tags: T.ARRAY(T.MAP(T.STRING(), T.DECIMAL(38, 18))), at: T.TIMESTAMP(9) })

export const sameBig = same(T.BIGINT())
export const sameDecimal = same(T.DECIMAL(38, 18))
export const sameNanos = same(T.TIMESTAMP(9))
export const sameInstant = same(T.TIMESTAMP_LTZ(9))
export const sameDate = same(T.DATE())
export const sameTime = same(T.TIME(0))
export const sameBinary = same(T.BINARY(3))
export const sameText = same(T.STRING())
export const sameNested = same(nestedRow)
export const plusOne = udf((value: bigint | null) => (value === null ? null : value + 1n), {
  inputTypes: [T.BIGINT()],
  resultType: T.BIGINT(),
})
/** What the function saw: the code units, so that a lost surrogate or NUL shows. */
export const units = udf((text: string | null) => (text === null ? null : [...text.split('')].map(unitOf).join()), {
  inputTypes: [T.STRING()],
  resultType: T.STRING(),
})
const unitOf = (char: string) => char.charCodeAt(0).toString(16)
export const edgeText = udf((which: number | null) => ['a\0b', '\ud83d\ude00', 'end'][which ?? 2], {
  inputTypes: [T.INT()],
  resultType: T.STRING(),
})
export const bigsAround = udtf(
  function* (value: bigint | null) {
    for (const by of [-1n, 1n]) yield [value === null ? null : value + by, `by ${by}`] as const
  },
  { inputTypes: [T.BIGINT()], resultTypes: [T.BIGINT(), T.STRING()], name: 'bigsAround' },
)
export const decimals = udaf({
  inputTypes: [T.DECIMAL(38, 18)],
  resultType: T.ARRAY(T.DECIMAL(38, 18)),
  accumulatorType: T.ROW({ seen: T.ARRAY(T.DECIMAL(38, 18)) }),
  name: 'decimals',
  createAccumulator: () => ({ seen: [] as (string | null)[] | null }),
  accumulate: (acc, value) => ({ seen: [...(acc.seen ?? []), value] }),
  getValue: (acc) => acc.seen,
})

const BIG = 'CAST(9007199254740993 AS BIGINT)'
const DECIMAL = "CAST('12345678901234567890.123456789012345678' AS DECIMAL(38, 18))"
const STAMP = "TIMESTAMP '1969-12-31 23:59:59.123456789'"
const NESTED_TYPE = 'ROW<id BIGINT, tags ARRAY<MAP<STRING, DECIMAL(38, 18)>>, `at` TIMESTAMP(9)>'
const NESTED = `CAST(ROW(${BIG}, ARRAY[MAP['pi', ${DECIMAL}]], ${STAMP}) AS ${NESTED_TYPE})`
const of = (fn: string, value: string) => `SELECT CAST(${fn}(v) AS STRING) FROM (VALUES (${value})) AS t(v)`

const cases: Readonly<Record<string, string>> = {
  bigint: of('sameBig', BIG),
  'bigint sum': of('plusOne', BIG),
  'no bigint': of('plusOne', 'CAST(NULL AS BIGINT)'),
  decimal: of('sameDecimal', DECIMAL),
  timestamp: of('sameNanos', STAMP),
  instant: of('sameInstant', `CAST(${STAMP} AS TIMESTAMP_LTZ(9))`),
  date: of('sameDate', "DATE '0001-01-01'"),
  time: of('sameTime', "TIME '23:59:59'"),
  binary: "SELECT CAST(sameBinary(v) = x'00ff10' AS STRING) FROM (VALUES (x'00ff10')) AS t(v)",
  nested: of('sameNested', NESTED),
  'no row': of('sameNested', `CAST(NULL AS ${NESTED_TYPE})`),
  emoji: of('sameText', "'中😀'"),
  'units of an emoji': of('units', "'a😀'"),
  'units of NUL': 'SELECT units(edgeText(v)) FROM (VALUES (0)) AS t(v)',
  'units given': 'SELECT units(edgeText(v)) FROM (VALUES (1)) AS t(v)',
  'no text': of('sameText', 'CAST(NULL AS STRING)'),
  table: `SELECT w || ' ' || CAST(n AS STRING) FROM (VALUES (${BIG})) AS t(v), LATERAL TABLE(bigsAround(v)) AS u(n, w)`,
  aggregate: `SELECT CAST(decimals(v) AS STRING) FROM (VALUES (${DECIMAL})) AS t(v)`,
}

export const job = defineJob(async ({ tEnv }) => {
  tEnv.getConfig().set('table.local-time-zone', 'UTC')
  const functions = {
    sameBig,
    sameDecimal,
    sameNanos,
    sameInstant,
    sameDate,
    sameTime,
    sameBinary,
    sameText,
    sameNested,
  }
  for (const [name, fn] of Object.entries({ ...functions, plusOne, units, edgeText, bigsAround, decimals }))
    tEnv.createTemporarySystemFunction(name, fn)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer STRING) WITH ('connector' = 'print')")
  const set = tEnv.createStatementSet()
  for (const [name, query] of Object.entries(cases))
    set.addInsertSql(`INSERT INTO answers SELECT '${name}', v FROM (${query}) AS c(v)`)
  return set.execute()
})
