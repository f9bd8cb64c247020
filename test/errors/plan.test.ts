/**
 * Mistakes that planning finds, and what is said about them: `plan-*.txt` beside this file.
 *
 * A block is a script, `----`, and its first error as a person sees it; blank lines part the blocks, lines that begin with
 * `#` are comments. The script stands on the tables below. `UPDATE=1` writes the answers anew.
 *
 * Law: every script in these files fails with one coded error that has a place in a text, and the text is exactly this.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { planErrors } from '../../src/base/catalogue/plan.ts'
import { isRivuletError, renderError } from '../../src/base/errors.ts'
import { PlanSession } from '../../src/plan/session.case.ts'
import { parseStatements } from '../../src/sql/index.ts'

const TABLES = [
  `CREATE TABLE orders (id INT, userName STRING, amount INT, price DECIMAL(10, 2), ts TIMESTAMP(3),
    WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'inline')`,
  `CREATE TABLE users (id INT, name STRING, city ROW<name STRING, zip STRING>, tags ARRAY<STRING>, born DATE)
    WITH ('connector' = 'inline')`,
  `CREATE TABLE plain (id INT, ts TIMESTAMP(3), millis BIGINT, text STRING) WITH ('connector' = 'inline')`,
  `CREATE TABLE accounts (id INT, owner STRING, balance INT, PRIMARY KEY (id) NOT ENFORCED)
    WITH ('connector' = 'inline', 'changelog-mode' = 'I,UA,D')`,
  `CREATE TABLE appends (k STRING, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'out',
    'properties.bootstrap.servers' = 'localhost:9092', 'format' = 'json')`,
  `CREATE TABLE upserts (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-sink')`,
  'CREATE VIEW totals AS SELECT userName, SUM(amount) AS total FROM orders GROUP BY userName',
]

const folder = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(folder).filter((file) => /^plan-.*\.txt$/.test(file))
const seen = new Set<string>()

function answer(script: string): string {
  const session = new PlanSession()
  for (const table of TABLES) session.run(table)
  const { statements, errors } = parseStatements(script)
  assert.deepEqual(
    errors.map((error) => error.message),
    [],
    `does not parse: ${script}`,
  )
  const source = { name: '<sql>', text: script }
  try {
    for (const { statement } of statements) session.runStatement(statement, source)
  } catch (error) {
    if (!isRivuletError(error)) throw error
    assert.notEqual(error.domain, 'internal', `${error.message} in ${script}`)
    assert.ok(error.span !== undefined && error.source !== undefined, `${error.message} has no place in ${script}`)
    assert.ok(error.span.end <= error.source.text.length)
    seen.add(error.code)
    return renderError(error)
  }
  throw new Error(`no error in: ${script}`)
}

for (const file of files) {
  test(file, () => {
    const before = readFileSync(folder + file, 'utf8')
    const blocks = before.split(/\n{2,}/).filter((block) => block.trim() !== '')
    const after = blocks.map((block) => {
      const [text] = block.trim().split('\n----')
      const comments = text.split('\n').filter((line) => line.startsWith('#'))
      const script = text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n')
      if (script.trim() === '') return text
      return [...comments, script, '----', answer(script)].join('\n')
    })
    const expected = `${after.join('\n\n')}\n`
    if (process.env.UPDATE === '1') writeFileSync(folder + file, expected)
    else assert.equal(before, expected)
  })
}

/** Codes that no script can raise in a planner alone. */
const ELSEWHERE = [
  'PLAN_INTERNAL',
  // Statements of the session, tested with the catalog.
  'PLAN_IN_USE',
  'PLAN_DATABASE_NOT_EMPTY',
  'PLAN_TEMPORARY_HIDES',
  // Tested with the plan's text form, and with changelogs.
  'PLAN_FILE',
  'PLAN_FILE_EXISTS',
  'PLAN_FILE_SECRET',
  'PLAN_SESSION_OPTION',
  'PLAN_TOO_DEEP',
]

test('every error of the planner has a case', () => {
  const missing = Object.keys(planErrors).filter((code) => !seen.has(code) && !ELSEWHERE.includes(code))
  assert.deepEqual(missing, [])
})
