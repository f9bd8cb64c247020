/** `rivulet sql`: statements from a line, a file and standard input, here and at a gateway. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { nodeHost } from '../../src/base/node-host.ts'
import { splitStatements } from '../../src/cli/sql/input.ts'
import { LiveTable } from '../../src/cli/sql/view.ts'
import { serveGateway } from '../../src/server/gateway/serve.ts'
import { runCli } from '../harness/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'rivulet-sql-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('splitting what is typed', () => {
  it('ends statements at semicolons outside of quotes and comments', () => {
    const { statements, rest } = splitStatements("SELECT ';' -- a; b\n; SELECT `;` /* ; */ ;\nSELECT 3")
    assert.deepEqual(statements, ["SELECT ';' -- a; b", 'SELECT `;` /* ; */'])
    assert.equal(rest.trim(), 'SELECT 3')
  })

  it('keeps a statement set together until its END', () => {
    const set = 'EXECUTE STATEMENT SET BEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND'
    assert.deepEqual(splitStatements(`${set};`).statements, [set])
    assert.deepEqual(splitStatements(set.slice(0, -4)).statements, [])
  })
})

describe('the table of a changelog', () => {
  it('has the rows that are left', () => {
    const table = new LiveTable([{ name: 'k', logicalType: { type: 'INTEGER' } }])
    const row = (kind: string, k: string) => ({ kind, fields: [k] })
    table.add([
      row('INSERT', '1'),
      row('INSERT', '2'),
      row('UPDATE_BEFORE', '1'),
      row('UPDATE_AFTER', '3'),
      row('DELETE', '2'),
    ])
    assert.deepEqual(table.lines(20, 80, 'end').slice(2), ['     3', '1 row · 5 changes · end'])
  })
})

const STATEMENTS =
  "CREATE TABLE t (id INT) WITH ('connector' = 'blackhole'); SHOW TABLES; SELECT k, COUNT(*) AS n FROM (VALUES (1), (1)) AS v(k) GROUP BY k; INSERT INTO t VALUES (1);"

function check(out: string): void {
  assert.match(out, /^\[INFO\] OK\n/)
  assert.match(out, /\| +t \|/)
  assert.match(out, /\| \+I \| +1 \| +1 \|\n\| -U \| +1 \| +1 \|\n\| \+U \| +1 \| +2 \|/)
  assert.match(out, /Job ID: [0-9a-f]{32}/)
}

describe('a table in the shell', () => {
  it('keeps equal rows apart, and no more rows than it may', () => {
    const table = new LiveTable([{ name: 'k', logicalType: { type: 'INTEGER' } }], 3)
    const row = (kind: string, k: string) => ({ kind, fields: [k] })
    table.add(['1', '2', '2', '2', '3'].map((k) => row('INSERT', k)))
    assert.deepEqual(table.lines(20, 80, 'end').slice(2), ['     2', '     2', '     3', '3 rows · 5 changes · end'])
    table.add([row('DELETE', '2'), row('DELETE', '9')])
    assert.deepEqual(table.lines(20, 80, 'end').slice(2, -1), ['     2', '     3'])
    assert.deepEqual(table.lines(5, 80, 'end').slice(2), ['     3', '2 rows (1 above) · 7 changes · end'])
  })
})

describe('rivulet sql', () => {
  it('runs statements of a line in this process', async () => {
    const { code, out } = await runCli(['sql', '-e', STATEMENTS])
    assert.equal(code, 0)
    check(out)
  })

  it('runs a file at a gateway', async () => {
    await using gateway = await serveGateway({ host: nodeHost, version: 'test', environment: { print: () => {} } })
    const file = join(folder, 'statements.sql')
    writeFileSync(file, STATEMENTS)
    const { code, out } = await runCli(['sql', '--gateway', `http://127.0.0.1:${gateway.port}`, '-f', file])
    assert.equal(code, 0)
    check(out)
    const wrong = await runCli(['sql', '--gateway', `127.0.0.1:${gateway.port}`, '-e', 'SELECT a FROM nowhere'])
    assert.equal(wrong.code, 2)
    assert.match(
      wrong.err,
      /PLAN_UNKNOWN_OBJECT: There is no table 'nowhere'[\s\S]*1 \| SELECT a FROM nowhere\n.*\^{7}/,
    )
  })

  it('shows a mistake at its place and stops there', async () => {
    const { code, out, err } = await runCli(['sql', '-e', 'SELECT 1 AS a; SELECT b; SELECT 2 AS c'])
    assert.equal(code, 2)
    assert.match(out, /\| +a \|/)
    assert.doesNotMatch(out, /\| +c \|/)
    assert.match(err, /PLAN_UNKNOWN_COLUMN[\s\S]*1 \| SELECT b\n.*\^/)
  })

  it('says that nobody is at the address', async () => {
    const { code, err } = await runCli(['sql', '--gateway', '127.0.0.1:1', '-e', 'SELECT 1'])
    assert.equal(code, 1)
    assert.match(err, /CLI_GATEWAY_UNREACHABLE.*127\.0\.0\.1:1/)
  })
})
