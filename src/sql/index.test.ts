import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { parseExpression, parseQuery, parseStatement, parseStatements } from './index.ts'

test('a script is split at its semicolons, spans are those of the statements', () => {
  const script = `-- first
SET 'a' = 'b;c';
CREATE VIEW v AS SELECT ';' AS x -- ; no end
;
EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;
;`
  const { statements, errors } = parseStatements(script)
  assert.deepEqual(errors, [])
  assert.deepEqual(
    statements.map(({ statement, span }) => [statement.kind, script.slice(span.start, span.end)]),
    [
      ['set', "SET 'a' = 'b;c'"],
      ['create-view', "CREATE VIEW v AS SELECT ';' AS x"],
      ['execute', 'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END'],
    ],
  )
})

test('a mistake costs its own statement only', () => {
  const { statements, errors } = parseStatements('SELECT 1; SELCT 2; SELECT 3; SELECT (4; SELECT 5', {
    name: 'job.sql',
  })
  assert.deepEqual(
    statements.map(({ span }) => span.start),
    [0, 19, 40],
  )
  assert.deepEqual(
    errors.map((error) => [error.code, error.span?.start, error.source?.name]),
    [
      ['SQL_UNEXPECTED_TOKEN', 10, 'job.sql'],
      ['SQL_UNEXPECTED_TOKEN', 38, 'job.sql'],
    ],
  )
})

test('parameters are numbered within their statement', () => {
  const { statements } = parseStatements('SELECT ?, ?; SELECT ?')
  const indexes = statements.map(({ statement }) =>
    [...JSON.stringify(statement).matchAll(/"index":(\d)/g)].map((m) => m[1]),
  )
  assert.deepEqual(indexes, [['0', '1'], ['0']])
})

test('an incomplete statement has a code of its own', () => {
  for (const sql of ['', 'SELECT', 'SELECT a FROM', 'SELECT (1', 'CREATE TABLE t (a INT', 'INSERT INTO t VALUES (1,']) {
    assert.throws(
      () => parseStatement(sql),
      (error) => isRivuletError(error) && error.code === 'SQL_UNEXPECTED_END' && error.span?.start === sql.length,
      sql,
    )
  }
})

test('one statement is one statement', () => {
  assert.equal(parseStatement('SELECT 1;').kind, 'query')
  assert.throws(() => parseStatement('SELECT 1; SELECT 2'))
  assert.throws(() => parseExpression('1, 2'))
  assert.throws(() => parseQuery('INSERT INTO t SELECT 1'))
})

test("the client's SET takes what is no SQL", () => {
  const set = parseStatement('SET table.local-time-zone = Asia/Shanghai')
  assert.deepEqual(set.kind === 'set' && [set.key?.value, set.value?.value], ['table.local-time-zone', 'Asia/Shanghai'])
  const url = parseStatement('SET a.b=http://host:1/x;')
  assert.deepEqual(url.kind === 'set' && [url.key?.value, url.value?.value], ['a.b', 'http://host:1/x'])
})
