/** DESCRIBE, SHOW CREATE and LIKE: what is shown makes the same table again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ShowCreate } from '../sql/ast.ts'
import { parseStatement } from '../sql/index.ts'
import { PlanSession } from './session.case.ts'
import { describeColumns, showCreate } from './show.ts'

const DDL = `CREATE TABLE pay (
  id BIGINT COMMENT 'the order''s number',
  text STRING,
  ts AS TO_TIMESTAMP(text),
  \`offset\` BIGINT METADATA VIRTUAL,
  received TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  WATERMARK FOR ts AS ts - INTERVAL '2' SECOND,
  PRIMARY KEY (id) NOT ENFORCED
) COMMENT 'payments' WITH (
  'connector' = 'kafka', 'topic' = 'pay', 'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json',
  'properties.sasl.jaas.config' = 'user and password'
)`

function session(): PlanSession {
  const made = new PlanSession()
  made.run(DDL)
  return made
}

test('DESCRIBE: types with marks, keys, extras and the watermark', () => {
  assert.deepEqual(describeColumns(session().context.catalog.get(['pay'])), [
    ['id', 'BIGINT', false, 'PRI(id)', null, null, "the order's number"],
    ['text', 'STRING', true, null, null, null, null],
    ['ts', 'TIMESTAMP(3) *ROWTIME*', true, null, 'AS TO_TIMESTAMP(text)', "ts - INTERVAL '2' SECOND", null],
    ['offset', 'BIGINT', true, null, 'METADATA VIRTUAL', null, null],
    ['received', 'TIMESTAMP_LTZ(3)', true, null, "METADATA FROM 'timestamp'", null, null],
  ])
})

test('SHOW CREATE TABLE makes the same table, secrets masked', () => {
  const made = session()
  const text = showCreate(made.context, parseStatement('SHOW CREATE TABLE pay') as ShowCreate)
  assert.ok(!text.includes('user and password'))
  assert.match(text, /'properties\.sasl\.jaas\.config' = '\*{6}'/)
  const again = new PlanSession()
  again.run(text)
  const { source: _, ...expected } = made.context.catalog.get(['pay']) as unknown as Record<string, unknown>
  const { source: __, ...found } = again.context.catalog.get(['pay']) as unknown as Record<string, unknown>
  const plain = (value: Record<string, unknown>) =>
    JSON.stringify({ ...value, options: undefined }, (key, part) => (key === 'span' ? undefined : part))
  assert.equal(plain(found), plain(expected))
})

test('SHOW CREATE VIEW', () => {
  const made = session()
  made.run("CREATE TABLE orders (id BIGINT) WITH ('connector' = 'datagen')")
  made.run('CREATE VIEW big (n) AS SELECT id FROM orders WHERE id > 5')
  assert.equal(
    showCreate(made.context, parseStatement('SHOW CREATE VIEW big') as ShowCreate),
    'CREATE VIEW `default_catalog`.`default_database`.`big` (`n`)\nAS SELECT id FROM orders WHERE id > 5',
  )
})

test('LIKE takes columns, key, watermark and options over, and leaves out what it is told to', () => {
  const made = session()
  made.run("CREATE TABLE copy (extra INT) WITH ('topic' = 'other') LIKE pay")
  const copy = made.context.catalog.get(['copy'])
  assert.ok(copy.kind === 'table')
  assert.deepEqual(
    copy.columns.map((column) => column.name),
    ['id', 'text', 'ts', 'offset', 'received', 'extra'],
  )
  assert.equal(copy.options.topic.value, 'other')
  assert.equal(copy.options.connector.value, 'kafka')
  assert.equal(copy.watermark?.column, 'ts')
  assert.deepEqual(copy.primaryKey, ['id'])
  made.run(`CREATE TABLE bare WITH ('connector' = 'print')
    LIKE pay (EXCLUDING ALL INCLUDING GENERATED EXCLUDING METADATA)`)
  const bare = made.context.catalog.get(['bare'])
  assert.ok(bare.kind === 'table')
  assert.deepEqual(
    bare.columns.map((column) => column.name),
    ['id', 'text', 'ts'],
  )
  assert.deepEqual(Object.keys(bare.options), ['connector'])
  assert.equal(bare.watermark, undefined)
  assert.deepEqual(bare.primaryKey, [])
})

test('EXPLAIN CREATE TABLE … AS plans the INSERT, and the catalog stays as it was', () => {
  const session = new PlanSession()
  session.run("CREATE TABLE numbers (n INT, s STRING) WITH ('connector' = 'inline')")
  const explain = (verb: string) =>
    session.explain(`EXPLAIN ${verb} made WITH ('connector' = 'print') AS SELECT n FROM numbers`)
  const text = explain('CREATE TABLE')
  assert.match(text, /Sink\(table=\[default_catalog\.default_database\.made\], fields=\[n\]\)/)
  const path = session.context.catalog.qualify(['made'])
  assert.equal(session.context.catalog.find(path), undefined)
  session.run("CREATE TABLE made (x STRING) WITH ('connector' = 'print')")
  const before = session.context.catalog.find(path)
  assert.equal(explain('CREATE OR REPLACE TABLE'), text)
  assert.equal(session.context.catalog.find(path), before)
  assert.throws(() => session.explain('EXPLAIN CREATE TABLE t AS SELECT nope FROM numbers'), /nope/)
  assert.throws(() => session.explain('EXPLAIN CREATE TABLE t (a INT)'), /EXPLAIN needs a statement with a query/)
})
