/** Statements that change or show the catalog, and statements without a meaning in one process: each says so by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import { DataTypes, TableEnvironment, udf } from '../../src/index.ts'

const STREAM = "WITH ('connector' = 'datagen', 'number-of-rows' = '2')"

async function run(tEnv: TableEnvironment, ...statements: string[]): Promise<string[]> {
  let rows: string[] = []
  for (const sql of statements) rows = (await (await tEnv.executeSql(sql)).collect()).map((row) => row.values.join('|'))
  return rows
}

async function codeOf(tEnv: TableEnvironment, sql: string): Promise<string> {
  try {
    await run(tEnv, sql)
  } catch (error) {
    if (isRivuletError(error)) return `${error.code}: ${error.message} (${error.hint})`
    throw error
  }
  return 'no error'
}

test('ALTER TABLE: columns, key, watermark, options, name', async () => {
  const tEnv = new TableEnvironment()
  await run(
    tEnv,
    `CREATE TABLE t (id INT, a STRING, ts TIMESTAMP(3), b AS id + 1, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) ${STREAM}`,
    "ALTER TABLE t ADD (c INT COMMENT 'said' FIRST, d AS UPPER(a) AFTER id, CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED)",
    'ALTER TABLE t MODIFY c BIGINT AFTER a',
    "ALTER TABLE t SET ('number-of-rows' = '4', 'fields.id.min' = '1')",
    "ALTER TABLE t RESET ('fields.id.min')",
  )
  assert.deepEqual(await run(tEnv, 'DESCRIBE t'), [
    'id|INT|false|PRI(id)|||',
    'd|STRING|true||AS UPPER(a)||',
    'a|STRING|true||||',
    'c|BIGINT|true||||said',
    "ts|TIMESTAMP(3) *ROWTIME*|true|||ts - INTERVAL '1' SECOND|",
    'b|INT|false||AS id + 1||',
  ])
  const [created] = await run(tEnv, 'SHOW CREATE TABLE t')
  assert.match(created, /`c` BIGINT COMMENT 'said',/)
  assert.match(created, /CONSTRAINT `pk` PRIMARY KEY \(`id`\) NOT ENFORCED/)
  assert.match(created, /'number-of-rows' = '4'\n\)/)
  // A computed column has the type of what it is made of afterwards.
  await run(tEnv, 'ALTER TABLE t MODIFY id BIGINT', 'ALTER TABLE t MODIFY WATERMARK FOR ts AS ts')
  assert.deepEqual((await run(tEnv, "SHOW COLUMNS FROM t LIKE 'b'"))[0], 'b|BIGINT|false||AS id + 1||')
  await run(tEnv, 'ALTER TABLE t DROP (c, d)', 'ALTER TABLE t DROP WATERMARK', 'ALTER TABLE t DROP CONSTRAINT pk')
  await run(tEnv, 'ALTER TABLE t RENAME a TO z', 'ALTER TABLE t RENAME TO u', 'ALTER TABLE IF EXISTS t DROP z')
  assert.deepEqual(await run(tEnv, 'DESCRIBE u'), [
    'id|BIGINT|false|||',
    'z|STRING|true|||',
    'ts|TIMESTAMP(3)|true|||',
    'b|BIGINT|false||AS id + 1|',
  ])
  assert.equal((await run(tEnv, 'SELECT b - id FROM u')).join(), '1,1,1,1')
})

test('CREATE TABLE … AS fills the table; REPLACE makes it anew; what cannot be filled is not made', async () => {
  const lines: string[] = []
  const tEnv = new TableEnvironment({ print: (line) => lines.push(line) })
  const execute = async (sql: string) => (await tEnv.executeSql(sql)).wait()
  await execute("CREATE TABLE t WITH ('connector' = 'print') AS VALUES (1, 'a')")
  assert.deepEqual(lines.splice(0), ['+I[1, a]'])
  await execute("CREATE TABLE IF NOT EXISTS t WITH ('connector' = 'print') AS VALUES (2, 'b')")
  assert.deepEqual(lines, [])
  await execute("CREATE OR REPLACE TABLE t WITH ('connector' = 'print') AS SELECT 3 AS x")
  assert.deepEqual(lines.splice(0), ['+I[3]'])
  assert.deepEqual(await run(tEnv, 'DESCRIBE t'), ['x|INT|false|||'])
  assert.match(
    await codeOf(tEnv, "REPLACE TABLE missing WITH ('connector' = 'print') AS SELECT 3 AS x"),
    /no table 'missing'/,
  )
  assert.match(
    await codeOf(tEnv, "CREATE TABLE u WITH ('connector' = 'datagen') AS SELECT 3 AS x"),
    /cannot be written/,
  )
  assert.deepEqual(await run(tEnv, 'SHOW TABLES'), ['t'])
})

test('ALTER VIEW, and views of other databases', async () => {
  const tEnv = new TableEnvironment()
  await run(tEnv, 'CREATE VIEW v AS SELECT 1 AS a', 'ALTER VIEW v AS SELECT 2 AS b, 3 AS c', 'ALTER VIEW v RENAME TO w')
  assert.deepEqual(await run(tEnv, 'SELECT * FROM w'), ['2|3'])
  assert.deepEqual(await run(tEnv, 'SHOW VIEWS'), ['w'])
  await run(tEnv, 'CREATE DATABASE d', 'CREATE VIEW d.x AS SELECT 1 AS a', 'ALTER VIEW d.x RENAME TO y')
  assert.deepEqual(await run(tEnv, 'SHOW VIEWS FROM d'), ['y'])
})

test('catalogs and databases: options, comments, what is current', async () => {
  const tEnv = new TableEnvironment()
  await run(
    tEnv,
    "CREATE CATALOG c COMMENT 'mine' WITH ('type' = 'generic_in_memory', 'default-database' = 'db')",
    "ALTER CATALOG c SET ('token' = 'abc', 'k' = 'v')",
    "ALTER CATALOG c RESET ('k')",
    "ALTER CATALOG c COMMENT 'yours'",
  )
  const shown =
    "CREATE CATALOG `c`\nCOMMENT 'yours'\nWITH (\n  'default-database' = 'db',\n  'token' = '******',\n  'type' = 'generic_in_memory'\n)"
  assert.deepEqual(await run(tEnv, 'SHOW CREATE CATALOG c'), [shown])
  assert.deepEqual(await run(tEnv, 'USE CATALOG c', 'SHOW CURRENT DATABASE'), ['db'])
  await run(tEnv, "CREATE DATABASE e COMMENT 'said' WITH ('k' = 'v')", "ALTER DATABASE e SET ('k' = 'w')")
  assert.deepEqual(await run(tEnv, 'DESCRIBE DATABASE EXTENDED e'), ['name|e', 'comment|said', 'option:k|w'])
  assert.deepEqual(await run(tEnv, 'DESCRIBE CATALOG c'), ['name|c', 'type|generic_in_memory', 'comment|yours'])
  // A temporary object hides the permanent one of its path.
  await run(tEnv, 'CREATE VIEW c.e.x AS SELECT 1 AS a', 'CREATE TEMPORARY VIEW c.e.x AS SELECT 2 AS a')
  assert.deepEqual(await run(tEnv, 'SELECT a FROM c.e.x'), ['2'])
  assert.deepEqual(await run(tEnv, 'DROP TEMPORARY VIEW c.e.x', 'SELECT a FROM e.x'), ['1'])
  assert.match(await codeOf(tEnv, "CREATE CATALOG j WITH ('type' = 'jdbc')"), /generic_in_memory/)
  assert.match(await codeOf(tEnv, "CREATE CATALOG j WITH ('typ' = 'generic_in_memory')"), /'type'/)
  assert.match(await codeOf(tEnv, 'CREATE CATALOG j'), /'type'/)
  assert.match(
    await codeOf(tEnv, 'SHOW TABLES FROM default_catalog.defualt_database'),
    /Did you mean 'default_database'/,
  )
})

test('ALTER FUNCTION puts another function in its place', async () => {
  const tEnv = new TableEnvironment({ loadFunction: async (_, name) => FUNCTIONS[name as 'one' | 'two'] })
  await run(tEnv, "CREATE FUNCTION f AS './x.ts#one' LANGUAGE TYPESCRIPT")
  assert.deepEqual(await run(tEnv, 'SELECT f()'), ['1'])
  await run(tEnv, "ALTER FUNCTION f AS './x.ts#two' LANGUAGE TYPESCRIPT")
  assert.deepEqual(await run(tEnv, 'SELECT f()'), ['2'])
  assert.match(await codeOf(tEnv, "ALTER FUNCTION g AS './x.ts#two' LANGUAGE TYPESCRIPT"), /no function 'g'/)
})

const FUNCTIONS = {
  one: udf(() => 1, { inputTypes: [], resultType: DataTypes.INT() }),
  two: udf(() => 2, { inputTypes: [], resultType: DataTypes.INT() }),
}

test('BEGIN STATEMENT SET … END of a script is one job', async () => {
  const tEnv = new TableEnvironment()
  const script = `CREATE TABLE s (id INT) ${STREAM}; CREATE TABLE o (id INT) WITH ('connector' = 'blackhole');
    BEGIN STATEMENT SET; INSERT INTO o SELECT id FROM s; INSERT INTO o SELECT id + 1 FROM s; END;`
  let jobs = 0
  for await (const result of tEnv.executeScript(script)) if (result.jobClient !== undefined) jobs += 1
  assert.equal(jobs, 1)
  const wrong = async (text: string) => {
    try {
      for await (const _ of new TableEnvironment().executeScript(text));
    } catch (error) {
      return isRivuletError(error) ? error.message : String(error)
    }
    return 'no error'
  }
  assert.match(await wrong('BEGIN STATEMENT SET; SHOW TABLES; END;'), /only INSERT/)
  assert.match(await wrong('BEGIN STATEMENT SET;'), /END is missing/)
  assert.match(await wrong('BEGIN STATEMENT SET; BEGIN STATEMENT SET; END;'), /in another one/)
  assert.match(await wrong('END;'), /END without/)
})

/** One statement of each kind that has no meaning in one process, and a word of what to use instead. */
const REFUSED: readonly (readonly [sql: string, name: string, instead: RegExp])[] = [
  ['UPDATE t SET a = 1 WHERE b = 2', 'UPDATE', /INSERT INTO/],
  ['DELETE FROM t WHERE b = 2', 'DELETE', /INSERT INTO/],
  ['TRUNCATE TABLE t', 'TRUNCATE TABLE', /rivulet topics/],
  ["CREATE MODEL m INPUT (a STRING) OUTPUT (b STRING) WITH ('provider' = 'x')", 'CREATE MODEL', /LANGUAGE TYPESCRIPT/],
  ["ALTER MODEL m SET ('a' = 'b')", 'ALTER MODEL', /LANGUAGE TYPESCRIPT/],
  ['DROP MODEL m', 'DROP MODEL', /LANGUAGE TYPESCRIPT/],
  ['SHOW CREATE MODEL m', 'SHOW CREATE MODEL', /LANGUAGE TYPESCRIPT/],
  ['DESCRIBE MODEL m', 'DESCRIBE MODEL', /LANGUAGE TYPESCRIPT/],
  [
    "CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT 1",
    'CREATE MATERIALIZED TABLE',
    /INSERT INTO/,
  ],
  ['ALTER MATERIALIZED TABLE m SUSPEND', 'ALTER MATERIALIZED TABLE', /INSERT INTO/],
  ['DROP MATERIALIZED TABLE m', 'DROP MATERIALIZED TABLE', /INSERT INTO/],
  ["CREATE CONNECTION c WITH ('a' = 'b')", 'CREATE CONNECTION', /WITH/],
  ["ALTER CONNECTION c SET ('a' = 'b')", 'ALTER CONNECTION', /WITH/],
  ['DROP CONNECTION c', 'DROP CONNECTION', /WITH/],
  ['USE MODULES hive', 'USE MODULES', /core/],
  ['LOAD MODULE hive', 'LOAD MODULE', /core/],
  ['UNLOAD MODULE hive', 'UNLOAD MODULE', /core/],
  ["ADD JAR '/x.jar'", 'ADD JAR', /TYPESCRIPT/],
  ["REMOVE JAR '/x.jar'", 'REMOVE JAR', /TYPESCRIPT/],
  ['ANALYZE TABLE t COMPUTE STATISTICS', 'ANALYZE TABLE', /leave it out/],
  ['CALL sys.compact()', 'CALL', /function/],
  ['SHOW PARTITIONS t', 'SHOW PARTITIONS', /topics describe/],
  ['BEGIN STATEMENT SET', 'BEGIN STATEMENT SET', /EXECUTE STATEMENT SET/],
  ["CREATE FUNCTION f AS 'a.B' LANGUAGE JAVA", 'CREATE FUNCTION … LANGUAGE JAVA', /TypeScript/],
  ['QUIT', 'QUIT', /interactive/],
]

test('a statement without a meaning in one process says so by name and names the alternative', async () => {
  const tEnv = new TableEnvironment()
  for (const [sql, name, instead] of REFUSED) {
    const said = await codeOf(tEnv, sql)
    assert.ok(/^(ENGINE_NOT_EMBEDDED|PLAN_NOT_SUPPORTED): /.test(said) && said.includes(name), `${sql}: ${said}`)
    assert.match(said, instead, sql)
  }
})

test('CREATE TABLE … AS: own columns come first, columns of the query are found by their names', async () => {
  const tEnv = new TableEnvironment()
  const query = "SELECT * FROM (VALUES (1, CAST('a' AS STRING))) AS s (id, name)"
  const create = async (columns: string): Promise<string> => {
    await run(tEnv, 'DROP TABLE IF EXISTS x')
    const result = await tEnv.executeSql(`CREATE TABLE x (${columns}) WITH ('connector' = 'blackhole') AS ${query}`)
    await result.wait()
    return (await run(tEnv, 'DESCRIBE x')).map((row) => row.split('|').slice(0, 2).join(' ')).join(', ')
  }
  assert.equal(await create('more INT, twice AS id * 2'), 'more INT, twice INT, id INT, name STRING')
  assert.equal(await create('id BIGINT'), 'id BIGINT, name STRING')
  assert.equal(await create('name, id'), 'name STRING, id INT')
  assert.match(
    await codeOf(tEnv, `CREATE TABLE y (nam, id) WITH ('connector' = 'blackhole') AS ${query}`),
    /^PLAN_UNKNOWN_COLUMN: .*'nam'.*'name'/,
  )
})

test('DESCRIBE has a column for comments where there are some', async () => {
  const tEnv = new TableEnvironment()
  await run(tEnv, `CREATE TABLE t (a INT COMMENT 'the key', b INT) ${STREAM}`, `CREATE TABLE u (a INT) ${STREAM}`)
  assert.deepEqual(await run(tEnv, 'DESCRIBE t'), ['a|INT|true||||the key', 'b|INT|true||||'])
  assert.deepEqual(await run(tEnv, 'SHOW COLUMNS FROM u'), ['a|INT|true|||'])
})

test('CURRENT_DATE and its like name their column, PI needs no parentheses', async () => {
  const tEnv = new TableEnvironment()
  const { schema } = await tEnv.executeSql('SELECT CURRENT_DATE, localtime, PI, CURRENT_DATE')
  assert.deepEqual(
    schema.map(({ name }) => name),
    ['CURRENT_DATE', 'localtime', 'PI', 'CURRENT_DATE0'],
  )
})
