/** STATE_TTL and 'table.exec.state.ttl' reach the state of the operators that they are about, and PLAN_ADVICE names the others. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { PlanSession } from './session.case.ts'

const DAY = 86_400_000

function session(options: Readonly<Record<string, string>> = {}): PlanSession {
  const made = new PlanSession(options)
  for (const name of ['orders', 'users', 'items'])
    made.run(
      `CREATE TABLE ${name} (id INT, k INT, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'inline')`,
    )
  made.run('CREATE VIEW big AS SELECT id, k FROM orders WHERE v > 10')
  return made
}

/** `ttlMs` by node kind and state. */
function ttls(sql: string, options: Readonly<Record<string, string>> = {}): Record<string, number | undefined>[] {
  return session(options)
    .plan(sql)
    .plan.nodes.filter(({ kind }) => kind === 'join' || kind === 'group-aggregate')
    .map(({ state }) =>
      Object.fromEntries(Object.entries(state).map(([name, each]) => [name, 'ttlMs' in each ? each.ttlMs : undefined])),
    )
}

test('each side of a join has its own', () => {
  const join = 'o.id, u.v FROM orders AS o JOIN users AS u ON o.k = u.id'
  assert.deepEqual(ttls(`SELECT ${join}`), [{ left: undefined, right: undefined }])
  assert.deepEqual(ttls(`SELECT ${join}`, { 'table.exec.state.ttl': '1 h' }), [{ left: DAY / 24, right: DAY / 24 }])
  assert.deepEqual(ttls(`SELECT /*+ STATE_TTL('u' = '2 d') */ ${join}`, { 'table.exec.state.ttl': '1 h' }), [
    { left: DAY / 24, right: 2 * DAY },
  ])
  assert.deepEqual(
    ttls(`SELECT /*+ STATE_TTL('u' = '0 ms', 'o' = '1 d') */ ${join}`, { 'table.exec.state.ttl': '1 h' }),
    [{ left: DAY, right: undefined }],
  )
})

test('names are aliases, tables and views; of joins in a row each table is one side', () => {
  const three = `SELECT /*+ STATE_TTL('items' = '3 d', 'orders' = '1 d') */ orders.v FROM orders
    JOIN users ON orders.k = users.id JOIN items ON items.id = users.k + 1`
  assert.deepEqual(ttls(three), [
    { left: DAY, right: undefined },
    { left: undefined, right: 3 * DAY },
  ])
  const view = "SELECT /*+ STATE_TTL('big' = '1 d') */ big.id FROM big LEFT JOIN users ON big.k = users.id"
  assert.deepEqual(ttls(view), [{ left: DAY, right: undefined }])
})

test('an aggregate over one table has its own; the block around and the block inside have not', () => {
  const inner = "SELECT /*+ STATE_TTL('orders' = '1 d') */ k, SUM(v) AS s FROM orders GROUP BY k"
  assert.deepEqual(ttls(inner), [{ groups: DAY }])
  assert.deepEqual(ttls(`SELECT s, COUNT(*) FROM (${inner}) AS t GROUP BY s`), [{ groups: DAY }, { groups: undefined }])
  assert.deepEqual(
    ttls(
      "SELECT /*+ STATE_TTL('t' = '1 d') */ s, COUNT(*) FROM (SELECT k, SUM(v) AS s FROM orders GROUP BY k) AS t GROUP BY s",
    ),
    [{ groups: undefined }, { groups: DAY }],
  )
})

test('what is no hint, or names no table, is said', () => {
  const said = (sql: string) => {
    try {
      session().plan(sql)
    } catch (error) {
      if (isRivuletError(error)) return `${error.code}: ${error.message} ${error.hint}`
      throw error
    }
    return 'nothing'
  }
  assert.match(said("SELECT /*+ STATE_TTL('order' = '1 d') */ k FROM orders"), /^PLAN_HINT: .*'order'.*orders/)
  assert.match(said("SELECT /*+ STATE_TTL('orders' = 'soon') */ k FROM orders"), /^PLAN_HINT: .*'orders' = 'soon'/)
  assert.match(said('SELECT /*+ STATE_TTL(orders) */ k FROM orders'), /^PLAN_HINT: .*not 'orders'/)
  assert.match(said("SELECT /*+ STATE_TL('orders' = '1 d') */ k FROM orders"), /^PLAN_HINT: .*STATE_TL .*STATE_TTL/)
  assert.match(said("SELECT /*+ OPTIONS('a' = 'b') */ k FROM orders"), /^PLAN_HINT: .*behind the table's name/)
  assert.equal(said('SELECT /*+ BROADCAST(users) */ orders.k FROM orders JOIN users ON orders.k = users.id'), 'nothing')
})

const advice = (sql: string, options: Readonly<Record<string, string>> = {}) =>
  session(options).explain(`EXPLAIN PLAN_ADVICE ${sql}`).split('== Advice ==\n')[1]?.trim()

test('PLAN_ADVICE names every operator whose state grows for ever, and what would bound it', () => {
  const group = 'SELECT k, COUNT(*) FROM orders GROUP BY k'
  assert.equal(
    advice(group),
    "[2] group-aggregate keeps one entry per group for ever; SET 'table.exec.state.ttl' = '1 d' would bound it.",
  )
  assert.equal(advice(group, { 'table.exec.state.ttl': '1 d' }), 'No advice.')
  assert.equal(advice("SELECT /*+ STATE_TTL('orders' = '1 d') */ k, COUNT(*) FROM orders GROUP BY k"), 'No advice.')
  assert.equal(advice('SELECT COUNT(*) FROM orders'), 'No advice.')
  assert.match(advice('SELECT COUNT(DISTINCT k) FROM orders'), /every value of DISTINCT/)
  const join = 'o.id FROM orders AS o JOIN users AS u ON o.k = u.id'
  assert.match(advice(`SELECT ${join}`), /^\[5\] join keeps every row of both sides for ever; .*STATE_TTL/)
  assert.match(advice(`SELECT /*+ STATE_TTL('o' = '1 d') */ ${join}`), /every row of its right side for ever/)
  assert.equal(advice(`SELECT /*+ STATE_TTL('o' = '1 d', 'u' = '1 h') */ ${join}`), 'No advice.')
  const windows =
    "SELECT window_start, COUNT(*) FROM TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR) GROUP BY window_start, window_end"
  assert.equal(advice(windows), 'No advice.')
  const match = (within: string) =>
    `SELECT * FROM orders MATCH_RECOGNIZE (ORDER BY ts MEASURES A.v AS v PATTERN (A B) ${within} DEFINE B AS B.v > 1)`
  assert.match(advice(match('')), /^\[2\] match keeps .* WITHIN/)
  assert.equal(advice(match("WITHIN INTERVAL '1' HOUR")), 'No advice.')
})

test('PLAN_ADVICE names what is likely not meant', () => {
  const options = { 'table.exec.state.ttl': '1 d' }
  const pairs = 'SELECT o.id FROM orders AS o JOIN users AS u ON o.k > u.k'
  assert.match(advice(pairs, options), /^\[\d\] join has no equality of both sides/)
  assert.equal(advice('SELECT o.id FROM orders AS o JOIN users AS u ON o.k = u.k', options), 'No advice.')
  assert.equal(
    advice('SELECT id FROM orders WHERE k = NULL'),
    '(k = NULL) is never true: write IS NULL or IS NOT NULL.',
  )
  assert.equal(advice('SELECT id FROM orders WHERE k IS NULL'), 'No advice.')
})
