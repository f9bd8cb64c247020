/** Who emits which changes, and where old rows are asked for or dropped. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changelogModeText } from '../types/row-kind.ts'
import { PlanSession } from './session.case.ts'

const session = new PlanSession()
for (const ddl of [
  "CREATE TABLE a (id INT, k STRING, v INT) WITH ('connector' = 'inline')",
  "CREATE TABLE b (id INT, k STRING, w INT) WITH ('connector' = 'inline')",
  "CREATE TABLE upserts (id INT, k STRING, v INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'inline', 'changelog-mode' = 'I,UA,D')",
  "CREATE TABLE cdc (id INT, k STRING, v INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'inline', 'changelog-mode' = 'I,UB,UA,D')",
  "CREATE TABLE by_k (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'upsert-sink')",
  "CREATE TABLE by_id_v (id INT, v BIGINT, PRIMARY KEY (id, v) NOT ENFORCED) WITH ('connector' = 'upsert-sink')",
  "CREATE TABLE by_id (id INT, v INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'upsert-sink')",
]) {
  session.run(ddl)
}

function modes(sql: string): string {
  return session
    .plan(sql)
    .plan.nodes.map((node) => `${node.kind} ${changelogModeText(node.changelog)}`)
    .join(' · ')
}

const cases: readonly (readonly [string, string])[] = [
  ['SELECT k FROM a WHERE v > 1', 'source-scan I · calc I · collect I'],
  ['SELECT k, COUNT(*) FROM a GROUP BY k', 'source-scan I · group-aggregate I,UB,UA · collect I,UB,UA'],
  ['SELECT k, COUNT(*) FROM cdc GROUP BY k', 'source-scan I,UB,UA,D · group-aggregate I,UB,UA,D · collect I,UB,UA,D'],
  ['SELECT * FROM upserts', 'source-scan I,UA,D · changelog-normalize I,UB,UA,D · collect I,UB,UA,D'],
  ['SELECT a.id FROM a JOIN b ON a.k = b.k', 'source-scan I · source-scan I · join I · calc I · collect I'],
  // A sink by key gets no old rows, and nothing in front makes any.
  ['INSERT INTO by_k SELECT k, COUNT(*) FROM a GROUP BY k', 'source-scan I · group-aggregate I,UA · sink I,UA'],
  ['INSERT INTO by_id SELECT id, v FROM upserts', 'source-scan I,UA,D · sink I,UA,D'],
  [
    'INSERT INTO by_id SELECT id, v FROM upserts WHERE v > 3',
    'source-scan I,UA,D · changelog-normalize I,UA,D · sink I,UA,D',
  ],
  ['INSERT INTO by_id SELECT id, v FROM cdc', 'source-scan I,UB,UA,D · drop-update-before I,UA,D · sink I,UA,D'],
  // A wider key than the query's: the old row may be another one of the table, so that it must be taken back.
  [
    'INSERT INTO by_id_v SELECT id, v FROM upserts',
    'source-scan I,UA,D · changelog-normalize I,UB,UA,D · calc I,UB,UA,D · sink I,UB,UA,D',
  ],
  [
    "INSERT INTO by_k SELECT 'all', COUNT(*) FROM a",
    'source-scan I · group-aggregate I,UB,UA · calc I,UB,UA · sink I,UB,UA',
  ],
  ['INSERT INTO by_id SELECT id, v FROM a ON CONFLICT DO DEDUPLICATE', 'source-scan I · sink I'],
  ['INSERT INTO by_id SELECT id, v FROM upserts ON CONFLICT DO DEDUPLICATE', 'source-scan I,UA,D · sink I,UA,D'],
  // A condition on the key keeps or drops all versions of a row, any other needs the old one.
  [
    "INSERT INTO by_k SELECT k, n FROM (SELECT k, COUNT(*) AS n, RAND() AS r FROM a GROUP BY k) WHERE k > 'a' AND n > 1",
    'source-scan I · group-aggregate I,UB,UA · calc I,UB,UA · drop-update-before I,UA · sink I,UA',
  ],
  [
    'SELECT MAX(n) FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k)',
    'source-scan I · group-aggregate I,UB,UA · group-aggregate I,UB,UA,D · collect I,UB,UA,D',
  ],
  [
    'SELECT k, v FROM a UNION ALL SELECT k, v FROM cdc',
    'source-scan I · source-scan I,UB,UA,D · union I,UB,UA,D · collect I,UB,UA,D',
  ],
  [
    'SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k)',
    'source-scan I · source-scan I · join I,UB,UA,D · calc I,UB,UA,D · collect I,UB,UA,D',
  ],
]

for (const [sql, expected] of cases) {
  test(sql, () => assert.equal(modes(sql), expected))
}

test('rows without a key go into a table by key when it was said what counts, or need not be said', () => {
  const insert = 'INSERT INTO by_id SELECT id, v FROM a'
  assert.throws(() => session.plan(insert), /identified by its primary key \(id\)/)
  const lenient = new PlanSession({ 'table.exec.sink.require-on-conflict': 'false' })
  lenient.run("CREATE TABLE a (id INT, v INT) WITH ('connector' = 'inline')")
  lenient.run("CREATE TABLE by_id (id INT, v INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'upsert-sink')")
  assert.deepEqual(
    lenient.plan(insert).plan.nodes.map(({ kind }) => kind),
    ['source-scan', 'sink'],
  )
  const conflict = session.plan(`${insert} ON CONFLICT DO DEDUPLICATE`).plan.nodes.at(-1)
  assert.match(conflict?.description ?? '', /conflictStrategy=\[DEDUPLICATE\]/)
})

test('upsert keys: of tables, groups and joins', () => {
  const keys = (sql: string) => session.plan(sql).plan.nodes.at(-1)?.upsertKeys
  assert.deepEqual(keys('SELECT v, id FROM cdc'), [[1]])
  assert.deepEqual(keys('SELECT COUNT(*), k FROM a GROUP BY k'), [[1]])
  assert.deepEqual(keys('SELECT COUNT(*) FROM a'), [[]])
  assert.deepEqual(keys('SELECT a.v, cdc.id FROM a JOIN cdc ON a.id = cdc.id'), [])
  assert.deepEqual(keys('SELECT x.v, y.id, x.id AS xid FROM cdc AS x JOIN upserts AS y ON x.v = y.id'), [[2]])
  assert.deepEqual(keys('SELECT DISTINCT k, v FROM a'), [[0, 1]])
})

test('a join knows what is unique on its sides', () => {
  const { nodes } = session.plan('SELECT * FROM a JOIN cdc ON a.id = cdc.id').plan
  const join = nodes.find((node) => node.kind === 'join')
  assert.deepEqual(join?.leftKey, { kind: 'none' })
  assert.deepEqual(join?.rightKey, { kind: 'join-key-unique' })
  const other = session.plan('SELECT * FROM a JOIN cdc ON a.k = cdc.k').plan.nodes.find((node) => node.kind === 'join')
  assert.deepEqual(other?.rightKey, { kind: 'unique', columns: [0] })
})

test('expressions as join keys get a column of their own', () => {
  const { nodes } = session.plan('SELECT a.id, w FROM a JOIN b ON UPPER(a.k) = LOWER(b.k)').plan
  assert.deepEqual(
    nodes.map((node) => node.kind),
    ['source-scan', 'calc', 'source-scan', 'calc', 'join', 'calc', 'collect'],
  )
  const join = nodes.find((node) => node.kind === 'join')
  assert.deepEqual(
    join?.inputs.map(({ distribution }) => distribution),
    [
      { kind: 'hash', keys: [1] },
      { kind: 'hash', keys: [1] },
    ],
  )
})

test('several INSERTs are one plan that reads the table once', () => {
  const planned = session.plan(`EXECUTE STATEMENT SET BEGIN
    INSERT INTO by_k SELECT k, COUNT(*) FROM a GROUP BY k;
    INSERT INTO by_id SELECT id, MAX(v) FROM a GROUP BY id;
  END`)
  assert.deepEqual(
    planned.plan.nodes.map((node) => node.kind),
    ['source-scan', 'group-aggregate', 'sink', 'group-aggregate', 'sink'],
  )
  assert.ok(planned.fired.includes('share-scans'))
})

test('MAX of what only grows keeps no values for -U; MAX of anything else does', () => {
  const retracts = (sql: string) => {
    const node = session.plan(sql).plan.nodes.findLast((n) => n.kind === 'group-aggregate')
    return node?.kind === 'group-aggregate' ? node.aggregates.map((call) => call.retract) : []
  }
  const counts = 'SELECT k, COUNT(*) AS n, MIN(v) AS low, SUM(v) AS s FROM a GROUP BY k'
  assert.deepEqual(retracts(`SELECT MAX(n), MIN(n), MIN(low), MAX(s) FROM (${counts})`), [false, true, false, true])
  // Rows move between groups when the key itself is updated.
  assert.deepEqual(retracts(`SELECT s, MAX(n) FROM (${counts}) GROUP BY s`), [true])
  // Deletes take values away for good.
  assert.deepEqual(retracts('SELECT MAX(n) FROM (SELECT k, COUNT(*) AS n FROM cdc GROUP BY k)'), [true])
})

test('mini-batch comes from the session, and says what is missing', () => {
  const made = (options: Readonly<Record<string, string>>) => {
    const other = new PlanSession({ 'table.exec.mini-batch.enabled': 'true', ...options })
    other.run("CREATE TABLE a (k STRING) WITH ('connector' = 'inline')")
    return other.plan('SELECT k, COUNT(*) FROM a GROUP BY k').plan.nodes[1]
  }
  const size = 'table.exec.mini-batch.size'
  const latency = 'table.exec.mini-batch.allow-latency'
  const node = made({ [size]: '100', [latency]: '5 s' })
  assert.deepEqual(node.kind === 'group-aggregate' && node.miniBatch, { size: 100, latencyMs: 5000 })
  assert.throws(() => made({ [latency]: '5 s' }), /table\.exec\.mini-batch\.size/)
  assert.throws(() => made({ [size]: '100' }), /allow-latency/)
})

test('ids and descriptions do not change from run to run', () => {
  const sql = 'SELECT k, COUNT(*) FROM (SELECT k FROM a UNION ALL SELECT k FROM b) GROUP BY k'
  assert.deepEqual(session.plan(sql).plan, session.plan(sql).plan)
})
