/** What may stand at a place of a statement, told by the grammar and the session. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { complete } from './complete.ts'
import { StreamTableEnvironment } from './environment.ts'

const environment = StreamTableEnvironment.create()
/** `|` is the cursor; without it the end. */
const at = (text: string) => {
  const cursor = text.indexOf('|')
  const found = complete(environment.session, text.replace('|', ''), cursor < 0 ? text.length : cursor)
  return found.map((candidate) => candidate.text)
}

describe('completion', () => {
  before(async () => {
    await environment.executeSql("CREATE TABLE gen (id INT, k INT) WITH ('connector' = 'datagen')")
    await environment.executeSql('CREATE VIEW doubled AS SELECT k AS kk FROM gen')
  })

  it('gives the words that the grammar takes there, and no others', () => {
    assert.deepEqual(at('SELECT k FROM gen W'), ['WHERE', 'WINDOW'])
    assert.deepEqual(at('STOP '), ['JOB'])
    assert.deepEqual(at('ALTER TABLE gen '), ['RENAME', 'SET', 'RESET', 'ADD', 'MODIFY', 'DROP'])
    assert.deepEqual(at('CREATE TABLE x (a INT, WATERMARK '), ['FOR'], 'the second word of a pair')
    assert.deepEqual(at('INSERT '), ['INTO', 'OVERWRITE'])
    assert.deepEqual(at('SELECT * FROM gen LEFT '), ['JOIN', 'OUTER JOIN'])
    assert.deepEqual(at("SELECT INTERVAL '1' m"), ['minute', 'month'], 'in the case that is written')
    assert.equal(at('SELECT CAST(k AS ')[0], 'INT')
    assert.equal(at('SELECT k FROM gen ')[0], 'WHERE', 'what is written every day comes first')
    assert.ok(at('SELECT k FROM gen gr').includes('group by'), 'words that nothing else can follow come together')
  })

  it('gives names: tables, columns of tables, views and aliases, functions', () => {
    assert.deepEqual(at('SELECT * FROM g'), ['gen'])
    assert.deepEqual(at('SELECT * FROM TABLE(T'), ['TUMBLE'])
    assert.deepEqual(at('SELECT i| FROM gen').slice(0, 1), ['id'])
    assert.deepEqual(at('SELECT d.| FROM doubled AS d'), ['kk'])
    assert.deepEqual(at('SELECT coun').slice(0, 1), ['COUNT'])
    assert.ok(!at('SELECT ').includes('='), 'an operator is no function')
    assert.deepEqual(at('SELECT * FROM TABLE(TUMBLE(TABLE gen, DESCRIPTOR(')[0], 'id')
  })

  it('gives options and their values, with quotes where none are written', () => {
    assert.deepEqual(at('CREATE TABLE x (a INT) WITH ('), ["'connector'"])
    assert.ok(at("CREATE TABLE x (a INT) WITH ('connector' = ").includes("'kafka'"))
    assert.ok(at("CREATE TABLE x (a INT) WITH ('connector' = 'kafka', 'scan.startup.m").includes('scan.startup.mode'))
    assert.deepEqual(at("SET 'execution.checkpointing.int"), ['execution.checkpointing.interval'])
    assert.deepEqual(at("SET 'sql-client.execution.result-mode' = 'ta"), ['table', 'tableau'])
  })

  it('still helps behind a mistake, and never fails', () => {
    assert.deepEqual(at('SELEC a FROM gen W'), ['WHERE', 'WITH', 'WHEN', 'WATERMARK'])
    for (const text of ["'", '`', '/*', ')))', 'SELECT \0 ', ';;', 'SELECT (((((((', '\ud800'])
      assert.ok(Array.isArray(at(text)))
  })
})
