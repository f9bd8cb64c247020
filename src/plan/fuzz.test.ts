/**
 * Whatever parses is planned or refused with a coded error of the user's domain: never a TypeError, never an internal one.
 *
 * The statements are the conformance queries with tokens taken from each other; the seed is fixed.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isRivuletError } from '../base/errors.ts'
import { parsePlan, planText } from './json.ts'
import { PlanSession } from './session.case.ts'

interface Case {
  readonly id: string
  readonly ddl: readonly string[]
  readonly query: string
}

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../../test/conformance/queries.public.json', import.meta.url), 'utf8'),
)

function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state
  }
}

const words = (sql: string): string[] => sql.match(/'[^']*'|<>|<=|>=|=>|\|\||\w+|[^\s\w]/g) ?? []

/** Tokens that may stand for each other: what comes out mostly parses and rarely means anything. */
const CLASSES: readonly (readonly string[])[] = [
  ['=', '<>', '<', '<=', '>', '>='],
  ['+', '-', '*', '/', '%', '||'],
  ['AND', 'OR'],
  ['JOIN', 'LEFT JOIN', 'FULL JOIN', 'CROSS JOIN', 'RIGHT JOIN'],
  ['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT'],
  ['SUM', 'COUNT', 'MAX', 'MIN', 'AVG', 'LISTAGG', 'UPPER', 'ABS', 'CHAR_LENGTH', 'COALESCE', 'FIRST_VALUE', 'NOPE'],
  ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION', 'TUMBLE_START', 'TUMBLE_ROWTIME', 'SESSION_END'],
  ['INT', 'STRING', 'BIGINT', 'DOUBLE', 'DATE', 'BOOLEAN', 'TIMESTAMP(3)'],
  ['window_start', 'window_end', 'window_time'],
]
const ANYTHING = [
  'NULL',
  '1',
  "'x'",
  '2.5',
  'TRUE',
  "INTERVAL '1' SECOND",
  'COUNT(*)',
  'ts',
  'id',
  'k',
  'v',
  '*',
  '(1, 2)',
  'ARRAY[1]',
]

function replacement(token: string, others: readonly string[], pick: (n: number) => number): string {
  const group = CLASSES.find((members) => members.includes(token.toUpperCase()))
  if (group !== undefined) return group[pick(group.length)]
  if (/^[A-Z(),.]+$/.test(token)) return token
  return pick(3) === 0 ? ANYTHING[pick(ANYTHING.length)] : others[pick(others.length)]
}

test('a statement of many thousand levels is refused, a long one is not', () => {
  const session = new PlanSession()
  session.run("CREATE TABLE a (v INT) WITH ('connector' = 'inline')")
  const chain = (n: number) => `SELECT ${Array<string>(n).fill('v').join(' + ')} FROM a`
  assert.equal(session.plan(chain(500)).plan.nodes.length, 3)
  assert.throws(
    () => session.plan(chain(20_000)),
    (error) => isRivuletError(error) && error.code === 'PLAN_TOO_DEEP',
  )
})

test('mutated queries end in a plan or a coded error', () => {
  const numbers = randomNumbers(20240229)
  const pick = (n: number) => numbers.next().value % n
  let planned = 0
  let refused = 0
  for (let round = 0; round < 1500; round++) {
    const c = cases[pick(cases.length)]
    const tokens = words(c.query)
    const others = ['nothing', ...tokens, ...words(c.ddl.join(' '))].filter((token) => /^[a-z]\w*$/.test(token))
    for (let change = 0; change <= pick(3); change++) {
      const at = pick(tokens.length)
      tokens[at] = replacement(tokens[at], others, pick)
    }
    const sql = tokens.join(' ')
    try {
      const session = new PlanSession()
      for (const ddl of c.ddl) session.run(ddl)
      const { plan } = session.plan(sql)
      assert.equal(planText(parsePlan(planText(plan))), planText(plan))
      planned++
    } catch (error) {
      if (!isRivuletError(error)) throw new Error(`${c.id}: ${sql}`, { cause: error })
      assert.notEqual(error.domain, 'internal', `${c.id}: ${sql}: ${error.message}`)
      if (error.code.startsWith('PLAN_')) refused++
    }
  }
  assert.ok(planned > 200 && refused > 400, `${planned} planned, ${refused} refused`)
})
