/** COMPILE PLAN writes what EXECUTE PLAN runs: the same job, without its tables, and without a secret in the file. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isRivuletError } from '../../src/base/errors.ts'
import type { Connector } from '../../src/connectors/contract.ts'
import { print as printConnector } from '../../src/connectors/print/connector.ts'
import { DataTypes, TableEnvironment, udf } from '../../src/index.ts'

const TABLES = [
  "CREATE TABLE src (k INT, d DOUBLE) WITH ('connector' = 'datagen', 'number-of-rows' = '4', 'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '4')",
  "CREATE TABLE totals (g INT, n BIGINT, m BIGINT) WITH ('connector' = 'print')",
]
const INSERT = 'INSERT INTO totals SELECT MOD(k, 2), COUNT(*), MAX(9007199254740993) FROM src GROUP BY MOD(k, 2)'
const ROWS = [
  '+I[1, 1, 9007199254740993]',
  '+I[0, 1, 9007199254740993]',
  '-U[1, 1, 9007199254740993]',
  '+U[1, 2, 9007199254740993]',
  '-U[0, 1, 9007199254740993]',
  '+U[0, 2, 9007199254740993]',
]

const secured: Connector = {
  ...printConnector,
  identifier: 'secured',
  options: [...printConnector.options, { key: 'login', type: 'string', secret: true, description: '' }],
}

class Session {
  readonly lines: string[] = []
  readonly tEnv: TableEnvironment

  constructor() {
    this.tEnv = new TableEnvironment({ connectors: [secured], print: (line) => this.lines.push(line) })
    this.tEnv.getConfig().set('table.dml-sync', 'true')
  }

  async run(...statements: string[]): Promise<this> {
    for (const sql of statements) await this.tEnv.executeSql(sql)
    return this
  }

  async codeOf(sql: string): Promise<string> {
    try {
      await this.run(sql)
    } catch (error) {
      if (isRivuletError(error)) return `${error.code}: ${error.message} ${error.hint}`
      throw error
    }
    return 'no error'
  }
}

const folder = mkdtempSync(join(tmpdir(), 'rivulet-plans-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
/** A file of its own for each test. */
const fresh = () => join(folder, `${files++}.json`)
const textOf = (path: string) => readFileSync(path, 'utf8')

test('a plan that was compiled runs in a session that knows none of its tables', async () => {
  const p = fresh()
  const direct = await new Session().run(...TABLES, INSERT)
  assert.deepEqual(direct.lines, ROWS)
  const compiling = await new Session().run(...TABLES, `COMPILE PLAN '${p}' FOR ${INSERT}`)
  assert.deepEqual(compiling.lines, [])
  const running = await new Session().run(`EXECUTE PLAN '${p}'`)
  assert.deepEqual(running.lines, ROWS)
  const byUrl = await new Session().run(`EXECUTE PLAN 'file://${p}'`)
  assert.deepEqual(byUrl.lines, ROWS)
})

test('a compiled plan goes on from a savepoint of itself', async () => {
  const p = fresh()
  const endless = TABLES[0]
    .replace("'fields.k.end' = '4'", "'fields.k.end' = '1000000', 'rows-per-second' = '200'")
    .replace("'number-of-rows' = '4', ", '')
  await new Session().run(endless, TABLES[1], `COMPILE PLAN '${p}' FOR ${INSERT}`)
  const start = async (session: Session) => {
    session.tEnv.getConfig().set('table.dml-sync', 'false')
    const job = (await session.tEnv.executeSql(`EXECUTE PLAN '${p}'`)).jobClient
    assert.ok(job !== undefined)
    while (session.lines.length < 20) await new Promise((resolve) => setTimeout(resolve, 20))
    return job
  }
  const first = new Session()
  const path = await (await start(first)).stopWithSavepoint(join(folder, 'savepoints'))
  const second = new Session()
  second.tEnv.getConfig().set('execution.state-recovery.path', path)
  await (await start(second)).cancel()
  const count = (line: string) => Number(line.match(/^[+]\w\[1, (\d+),/)?.[1] ?? 0)
  const before = Math.max(...first.lines.map(count))
  assert.equal(
    second.lines.map(count).find((n) => n > 0),
    before + 1,
  )
})

test('a statement set is one plan', async () => {
  const p = fresh()
  const set = `STATEMENT SET BEGIN ${INSERT}; INSERT INTO totals SELECT k, 0, 0 FROM src WHERE k > 3; END`
  await new Session().run(...TABLES, `COMPILE PLAN '${p}' FOR ${set}`)
  const { lines } = await new Session().run(`EXECUTE PLAN '${p}'`)
  assert.deepEqual([...lines].sort(), [...ROWS, '+I[4, 0, 0]'].sort())
})

test('a file that is there stays as it is unless it is told to go', async () => {
  const p = fresh()
  const session = await new Session().run(...TABLES, `COMPILE PLAN '${p}' FOR ${INSERT}`)
  const before = textOf(p)
  const other = 'INSERT INTO totals SELECT k, 0, 0 FROM src'
  assert.match(await session.codeOf(`COMPILE PLAN '${p}' FOR ${other}`), /^PLAN_FILE_EXISTS.*IF NOT EXISTS/)
  await session.run(`COMPILE PLAN '${p}' IF NOT EXISTS FOR ${other}`)
  assert.equal(textOf(p), before)
  await session.run(`COMPILE AND EXECUTE PLAN '${p}' FOR ${other}`)
  assert.deepEqual(session.lines, ROWS)
  await session.run("SET 'table.plan.force-recompile' = 'true'", `COMPILE PLAN '${p}' FOR ${other}`)
  assert.notEqual(textOf(p), before)
})

test('the same SQL gives the same file, without places of a text', async () => {
  const [a, b] = [fresh(), fresh()]
  await new Session().run(...TABLES, `COMPILE PLAN '${a}' FOR ${INSERT}`)
  await new Session().run(...TABLES, `COMPILE PLAN '${b}' FOR\n   ${INSERT}`)
  assert.equal(textOf(a), textOf(b))
  assert.doesNotMatch(textOf(a), /"span"/)
})

test('secrets come from the session', async () => {
  const p = fresh()
  const table = "CREATE TABLE secured (k INT) WITH ('connector' = 'secured', 'login' = 'the-secret')"
  await new Session().run(TABLES[0], table, `COMPILE PLAN '${p}' FOR INSERT INTO secured SELECT k FROM src`)
  assert.doesNotMatch(textOf(p), /the-secret/)
  const { loadPlan } = await import('../../src/engine/compiled-plan.ts')
  const span = { start: 0, end: 1 }
  await assert.rejects(
    loadPlan(new Session().tEnv.session, p, span),
    (error) => isRivuletError(error) && error.code === 'PLAN_FILE_SECRET' && error.message.includes("'login'"),
  )
  const { plan } = await loadPlan((await new Session().run(table)).tEnv.session, p, span)
  assert.match(JSON.stringify(plan.nodes), /the-secret/)
})

test("users' functions are found again by their names", async () => {
  const p = fresh()
  const twice = udf((n) => (n === null ? null : n * 2), { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })
  const compiling = new Session()
  compiling.tEnv.createTemporaryFunction('twice', twice)
  await compiling.run(
    ...TABLES,
    `COMPILE PLAN '${p}' FOR INSERT INTO totals SELECT twice(k), 0, 0 FROM src WHERE k = 3`,
  )
  const without = new Session()
  assert.match(await without.codeOf(`EXECUTE PLAN '${p}'`), /^PLAN_UNKNOWN_OBJECT.*twice.*Register it/)
  without.tEnv.createTemporaryFunction('twice', twice)
  assert.deepEqual((await without.run(`EXECUTE PLAN '${p}'`)).lines, ['+I[6, 0, 0]'])
})

test('what is no plan, or a plan for another session, is refused', async () => {
  const p = fresh()
  const session = await new Session().run(...TABLES, `COMPILE PLAN '${p}' FOR ${INSERT}`)
  assert.match(await session.codeOf("EXECUTE PLAN 'other.json'"), /^PLAN_FILE: .*there is no file 'other.json'/)
  const text = textOf(p)
  const [other, newer] = [fresh(), fresh()]
  writeFileSync(other, 'SELECT 1')
  assert.match(await session.codeOf(`EXECUTE PLAN '${other}'`), /^PLAN_FILE: .*no JSON/)
  writeFileSync(newer, text.replace('"kind": "group-aggregate"', '"kind": "better-aggregate"'))
  assert.match(await session.codeOf(`EXECUTE PLAN '${newer}'`), /^PLAN_FILE: .*no operator 'better-aggregate'/)
  await session.run("SET 'table.local-time-zone' = 'Asia/Tokyo'")
  assert.match(await session.codeOf(`EXECUTE PLAN '${p}'`), /^PLAN_FILE: .*'UTC'.*'Asia\/Tokyo'.*SET/)
})
