/**
 * Every expression case through both forms: the compiled and the interpreted give Flink's value, without folding (which
 * planning would do to most of them).
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Catalog } from '../../src/catalog/catalog.ts'
import { SessionOptions } from '../../src/catalog/session-options.ts'
import { compileCalc } from '../../src/expr/compile.ts'
import type { EvalContext } from '../../src/expr/function.ts'
import { interpret } from '../../src/expr/interpret.ts'
import { builtInFunctions, findScalarFunction } from '../../src/functions/registry.ts'
import { bindExpression } from '../../src/plan/bind/expression.ts'
import type { PlannerContext } from '../../src/plan/context.ts'
import { parseExpression } from '../../src/sql/index.ts'
import { valueAt } from '../../src/types/batch.ts'
import { printText } from '../../src/types/format.ts'
import type { ExprCase } from './case.ts'
import type { Golden } from './judge.ts'

const cases: (ExprCase & Golden)[] = JSON.parse(readFileSync(new URL('functions.public.json', import.meta.url), 'utf8'))
/**
 * Flink's planner folds constants with other arithmetic than its runtime has (a FLOAT constant keeps its decimal digits, NaN
 * equals NaN); our planner does as it does, the two forms here are the runtime. Interpreted and compiled never differ.
 */
const FOLDED_OTHERWISE = 21
const NOW = Date.parse('2024-05-01T12:00:00Z')

/** Values of both forms as the SQL client prints them. */
function bothForms(testCase: ExprCase): { compiled: string | null; interpreted: string | null } {
  const options = new SessionOptions()
  const timeZone = testCase.tz ?? 'UTC'
  options.set('table.local-time-zone', timeZone)
  for (const [key, value] of Object.entries(testCase.set ?? {})) options.set(key, value)
  const planner: PlannerContext = {
    catalog: new Catalog(),
    functions: { scalar: findScalarFunction, aggregate: () => undefined, names: () => [] },
    connectors: [],
    formats: [],
    options,
  }
  const context: EvalContext = {
    timeZone,
    now: () => NOW,
    queryStart: NOW,
    random: () => 0.5,
    watermark: () => undefined,
    option: (key) => options.get(key),
  }
  const environment = { lookup: builtInFunctions, context }
  const expr = bindExpression(planner, parseExpression(testCase.expr))
  const print = (value: ReturnType<typeof interpret>) =>
    value === null ? null : printText(value, expr.type, { timeZone })
  const batch = compileCalc({ input: [], projections: [expr], ...environment }).run({
    length: 1,
    columns: [],
    kinds: null,
  })
  assert.ok(batch !== null)
  return {
    compiled: print(valueAt(batch.columns[0], expr.type, 0)),
    interpreted: print(interpret(expr, [], environment)),
  }
}

describe('expression cases', () => {
  const todo = cases.filter(({ error, nondet }) => error === undefined && nondet !== true)
  const misses: string[] = []
  const differences: string[] = []
  for (const testCase of todo) {
    try {
      const { compiled, interpreted } = bothForms(testCase)
      if (compiled !== interpreted)
        differences.push(`${testCase.expr}: compiled ${compiled}, interpreted ${interpreted}`)
      if (compiled !== testCase.value || interpreted !== testCase.value) {
        misses.push(
          `${testCase.id} ${testCase.expr}: ${testCase.value}, compiled ${compiled}, interpreted ${interpreted}`,
        )
      }
    } catch (error) {
      misses.push(`${testCase.id} ${testCase.expr}: ${(error as Error).message}`)
    }
  }

  it('are many', () => assert.ok(todo.length > 3000))
  it('give the same value compiled and interpreted', () => assert.deepEqual(differences, []))
  it('give the value of Flink, but where its planner decides alone', () => {
    assert.ok(misses.length <= FOLDED_OTHERWISE, `${misses.length} misses:\n${misses.join('\n')}`)
  })
})
