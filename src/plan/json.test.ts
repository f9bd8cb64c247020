/** Plans written and read again are the same plans. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../base/errors.ts'
import { parsePlan, planText } from './json.ts'
import { PlanSession } from './session.case.ts'

const wrap = (value: unknown) => ({ rivuletPlan: 1, nodes: [], options: {}, value })

test('values that JSON has no form for come back as they were', () => {
  const scalar = fc.oneof(
    fc.bigInt(),
    fc.double(),
    fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.uint8Array({ maxLength: 8 }),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
  )
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 4 }),
    fc.record({ a: scalar, b: fc.array(scalar) }, { noNullPrototype: true }),
  )
  fc.assert(
    fc.property(value, (given) => {
      const read = parsePlan(planText(wrap(given))) as unknown as { value: unknown }
      assert.deepStrictEqual(read.value, given)
    }),
    { numRuns: 500, seed: 7 },
  )
})

test('a compiled plan is the same after writing and reading, and equal SQL gives equal texts', () => {
  const sql = `SELECT cat, SUM(price * 1.5), MAX(9007199254740993), FIRST_VALUE(X'00ff'), COUNT(*) FILTER (WHERE d > CAST('-0.0' AS DOUBLE))
    FROM items GROUP BY cat`
  const make = () => {
    const session = new PlanSession()
    session.run("CREATE TABLE items (cat STRING, price DECIMAL(8, 2), d DOUBLE) WITH ('connector' = 'inline')")
    return session.plan(sql).plan
  }
  const plan = make()
  const text = planText(plan)
  assert.deepStrictEqual(planText(parsePlan(text)), text)
  assert.equal(planText(make()), text)
  assert.match(text, /"\$bigint": "9007199254740993"/)
  assert.match(text, /"\$bytes": "AP8="/)
})

test('what is no plan is refused by name', () => {
  const code = (text: string) => {
    try {
      parsePlan(text)
    } catch (error) {
      return isRivuletError(error) ? error.code : 'another error'
    }
    return 'none'
  }
  assert.equal(code('{'), 'PLAN_FILE')
  assert.equal(code('{"flinkVersion": "2.3"}'), 'PLAN_FILE')
  assert.equal(code('[]'), 'PLAN_FILE')
})
