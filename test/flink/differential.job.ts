/** The golden jobs of the differential suite: one INSERT each, into a table that prints the case's name and its value as text. */
import { defineJob } from 'rivulet'
import * as functions from './differential.functions.ts'

const BIG = 'CAST(9223372036854775807 AS BIGINT)'
const ROWS =
  "(VALUES (1, 1.5E0, 'a'), (2, 2.5E0, 'bb'), (3, CAST(NULL AS DOUBLE), 'bb'), (4, 4.25E0, CAST(NULL AS STRING)))"

const of = (fn: string, type: string, values: readonly string[]) =>
  `SELECT CAST(${fn}(v) AS STRING) FROM (VALUES ${values.map((each) => `(CAST(${each} AS ${type}))`).join(', ')}) AS t(v)`

export const cases: Readonly<Record<string, string>> = {
  boolean: of('sameBoolean', 'BOOLEAN', ['TRUE', 'FALSE', 'NULL']),
  tinyint: of('sameTiny', 'TINYINT', ['127', '-128', 'NULL']),
  smallint: of('sameSmall', 'SMALLINT', ['32767', '-32768', 'NULL']),
  int: of('sameInt', 'INT', ['2147483647', '-2147483648', '0', 'NULL']),
  bigint: of('sameBig', 'BIGINT', ['9223372036854775807', '-9223372036854775807', '9007199254740993', '-1', 'NULL']),
  float: of('sameFloat', 'FLOAT', ['1.1', '-0.25', 'NULL']),
  double: of('sameDouble', 'DOUBLE', ['0.1', '1e300', '-2.5', 'NULL']),
  decimal: of('sameDecimal', 'DECIMAL(18, 4)', ['12345678901234.5678', '-0.0001', 'NULL']),
  'wide decimal': of('sameWideDecimal', 'DECIMAL(38, 10)', [
    "'1234567890123456789012345678.0123456789'",
    "'-0.0000000001'",
    'NULL',
  ]),
  string: of('sameString', 'STRING', ["'héllo'", "'中文 😀'", "''", 'NULL']),
  bytes: of('sameBytes', 'BYTES', ["x'00ff10'", "x''", 'NULL']),
  date: of('sameDate', 'DATE', ["DATE '2024-02-29'", "DATE '1969-12-31'", 'NULL']),
  time: of('sameTime', 'TIME(0)', ["TIME '23:59:59'", "TIME '00:00:00'", 'NULL']),
  'timestamp 3': of('sameMillis', 'TIMESTAMP(3)', [
    "TIMESTAMP '2024-02-29 12:34:56.789'",
    "TIMESTAMP '1969-12-31 23:59:59.999'",
    'NULL',
  ]),
  'timestamp 9': of('sameNanos', 'TIMESTAMP(9)', [
    "TIMESTAMP '2024-02-29 12:34:56.123456789'",
    "TIMESTAMP '1969-12-31 23:59:59.999999999'",
    'NULL',
  ]),
  'timestamp ltz 3': of('sameInstant', 'TIMESTAMP_LTZ(3)', ["TIMESTAMP '2024-02-29 12:34:56.789'", 'NULL']),
  'timestamp ltz 9': of('sameInstantNanos', 'TIMESTAMP_LTZ(9)', ["TIMESTAMP '2024-02-29 12:34:56.123456789'", 'NULL']),
  'array of int': of('sameInts', 'ARRAY<INT>', ['ARRAY[1, 2, CAST(NULL AS INT)]', 'NULL']),
  'array of string': of('sameTexts', 'ARRAY<STRING>', ["ARRAY['a', '', CAST(NULL AS STRING)]", 'NULL']),
  map: of('sameMap', 'MAP<STRING, BIGINT>', [`MAP['a', ${BIG}]`, 'NULL']),
  row: of('sameRow', 'ROW<id BIGINT, name STRING, ts TIMESTAMP(9)>', [
    `ROW(${BIG}, 'x', TIMESTAMP '2024-01-01 00:00:00.000000001')`,
    'NULL',
  ]),
  'bigint is bigint': of('kind', 'BIGINT', ['9007199254740993', '1', 'NULL']),
  'bigint sum': `SELECT CAST(addBig(v, CAST(1 AS BIGINT)) AS STRING) FROM (VALUES (CAST(9007199254740992 AS BIGINT)), (CAST(NULL AS BIGINT))) AS t(v)`,
  'decimal text': of('decimalText', 'DECIMAL(38, 10)', ["'1234567890123456789012345678.0123456789'", 'NULL']),
  'implicit cast to bigint': of('kind', 'INT', ['5', 'NULL']),
  'implicit cast to double': of('sameDouble', 'INT', ['5', 'NULL']),
  reversed: of('reversed', 'STRING', ["'abc中'", 'NULL']),
  'long string': "SELECT CAST(CHAR_LENGTH(repeated(v, 100000)) AS STRING) FROM (VALUES ('abc'), ('')) AS t(v)",
  'long argument':
    "SELECT CAST(CHAR_LENGTH(reversed(REPEAT(v, 50000))) AS STRING) FROM (VALUES ('ab'), ('中文')) AS t(v)",
  'byte sum': of('byteSum', 'BYTES', ["x'00ff10'", 'NULL']),
  'nanoseconds apart': of('stampText', 'TIMESTAMP(9)', ["TIMESTAMP '1969-12-31 23:59:59.999999999'", 'NULL']),
  'a nanosecond later': of('nanoLater', 'TIMESTAMP(9)', ["TIMESTAMP '2024-02-29 12:34:56.123456788'", 'NULL']),
  'a second later': of('secondLater', 'TIMESTAMP_LTZ(3)', ["TIMESTAMP '2024-02-29 12:34:56.789'", 'NULL']),
  'a day later': of('dayLater', 'DATE', ["DATE '2024-02-28'", 'NULL']),
  total: of('total', 'ARRAY<INT>', ['ARRAY[1, 2, CAST(NULL AS INT)]', 'NULL']),
  keys: of('keys', 'MAP<STRING, BIGINT>', [`MAP['b', ${BIG}, 'a', ${BIG}]`, 'NULL']),
  'row in': of('describeRow', 'ROW<id BIGINT, name STRING>', [`ROW(${BIG}, 'x')`, 'NULL']),
  'row out': `SELECT CAST(makeRow(id, name) AS STRING) FROM ${ROWS} AS t(id, d, name)`,
  'field of a row': `SELECT CAST(makeRow(id, name).id AS STRING) FROM ${ROWS} AS t(id, d, name)`,
  'no arguments': "SELECT noArguments() || v FROM (VALUES ('x')) AS t(v)",
  'five arguments': `SELECT five(id, d, name, TRUE, ${BIG}) FROM ${ROWS} AS t(id, d, name)`,
  nested: of('reversed', 'STRING', ["reversed('abc')"]),
  'in a predicate': `SELECT name FROM ${ROWS} AS t(id, d, name) WHERE reversed(name) = 'a'`,
  'table function':
    "SELECT w || CAST(n AS STRING) FROM (VALUES ('to be or'), (''), (CAST(NULL AS STRING))) AS t(v), LATERAL TABLE(words(v)) AS u(w, n)",
  'left table function':
    "SELECT COALESCE(w, 'none') FROM (VALUES ('to be'), ('')) AS t(v) LEFT JOIN LATERAL TABLE(words(v)) AS u(w, n) ON TRUE",
  'table function of one column':
    'SELECT CAST(n AS STRING) FROM (VALUES (3), (0)) AS t(v), LATERAL TABLE(countdown(v)) AS u(n)',
  aggregate: `SELECT CAST(weightedAverage(d, id) AS STRING) FROM ${ROWS} AS t(id, d, name)`,
  'aggregate by key': `SELECT COALESCE(name, '-') || CAST(weightedAverage(d, id) AS STRING) FROM ${ROWS} AS t(id, d, name) GROUP BY name`,
  'aggregate that retracts': `SELECT CAST(weightedAverage(s, n) AS STRING) FROM (SELECT name, SUM(d) AS s, CAST(COUNT(*) AS INT) AS n FROM ${ROWS} AS t(id, d, name) GROUP BY name)`,
  'aggregate of bigint': `SELECT CAST(bigSum(v) AS STRING) FROM (VALUES (CAST(9007199254740992 AS BIGINT)), (CAST(1 AS BIGINT)), (CAST(NULL AS BIGINT))) AS t(v)`,
  'aggregate with a set': `SELECT longest(name) FROM ${ROWS} AS t(id, d, name)`,
}

export const job = defineJob(async ({ tEnv }) => {
  tEnv.getConfig().set('table.local-time-zone', 'UTC')
  for (const [name, fn] of Object.entries(functions)) tEnv.createTemporarySystemFunction(name, fn as object)
  await tEnv.executeSql("CREATE TABLE answers (name STRING, answer STRING) WITH ('connector' = 'print')")
  const set = tEnv.createStatementSet()
  for (const [name, query] of Object.entries(cases)) {
    set.addInsertSql(`INSERT INTO answers SELECT '${name}', v FROM (${query}) AS c(v)`)
  }
  return set.execute()
})
