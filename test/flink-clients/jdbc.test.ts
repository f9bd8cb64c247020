/** Flink's JDBC driver, unchanged, against `rivulet server`: DDL, a streaming SELECT, an INSERT, types, errors. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type TestServer, testServer } from '../server/harness.ts'
import { flinkProgram, startProgram } from './programs.ts'

const source = fileURLToPath(new URL('JdbcClient.java', import.meta.url))

describe('the JDBC driver', { timeout: 600_000 }, () => {
  let t: TestServer
  let classPath: string
  before(async () => {
    classPath = flinkProgram('jdbc')
    t = await testServer()
  })
  after(() => t?.close())

  it('runs DDL, a streaming SELECT and an INSERT', async () => {
    const program = startProgram('java', ['-cp', classPath, source, `localhost:${t.server.port}`])
    const { code, text } = await program.done
    assert.equal(code, 0, text)
    const facts = new Map(
      text.split('\n').map((line) => [line.split(' ')[0], line.slice(line.indexOf(' ') + 1)] as const),
    )
    assert.equal(facts.get('catalog'), 'default_catalog schema default_database')
    assert.match(text, /^table sums\ntable ticks$/m)
    assert.equal(
      facts.get('types'),
      'small:INT NOT NULL big:BIGINT NOT NULL ratio:DOUBLE NOT NULL flag:BOOLEAN NOT NULL txt:CHAR(1) NOT NULL ' +
        'amount:DECIMAL(10, 2) NOT NULL birth:DATE NOT NULL ts:TIMESTAMP(3) NOT NULL nothing:INT',
    )
    assert.equal(facts.get('values'), '7 12345678901 1.5 true ü 12.34 2024-02-29 2024-02-29 12:34:56.123 null')
    assert.equal(facts.get('more'), 'false')
    // 2 + 4 + … + 400
    assert.equal(facts.get('streamed'), '40200')
    assert.match(text, /^error .*PLAN_UNKNOWN_COLUMN: There is no column 'nosuch' here/m)
    assert.match(text, /^error .*SqlParserException: SQL_/m)
    assert.doesNotMatch(text, /no error/)
    assert.match(text, /^done$/m)
    // The INSERT is a job of the server and goes on behind the session's end.
    const job = await t.until(facts.get('job') ?? '', 'RUNNING')
    while ((await t.client.operators(job.jid)).operators.every(({ rowsOut }) => rowsOut === 0)) {}
    assert.deepEqual(
      (await t.client.jobs()).map(({ jid }) => jid),
      [job.jid],
      'queries end with their result',
    )
  })
})
