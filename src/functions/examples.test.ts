/**
 * Every example of every built-in function is true: folded, interpreted and compiled.
 *
 * An example is SQL text; it goes the way of a query's expressions (parse, bind, fold), and its value is compared as the SQL
 * client prints it. The SQL of a failing one must fail somewhere on that way.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalog } from '../catalog/catalog.ts'
import { SessionOptions } from '../catalog/session-options.ts'
import { compileCalc } from '../expr/compile.ts'
import type { Expr } from '../expr/expr.ts'
import { foldConstants } from '../expr/fold.ts'
import type { EvalContext } from '../expr/function.ts'
import { interpret } from '../expr/interpret.ts'
import { bindExpression } from '../plan/bind/expression.ts'
import type { PlannerContext } from '../plan/context.ts'
import { parseExpression } from '../sql/index.ts'
import { valueAt } from '../types/batch.ts'
import { printText } from '../types/format.ts'
import type { Value } from '../types/value.ts'
import { builtInFunctions, findScalarFunction, scalarFunctions } from './registry.ts'

const options = new SessionOptions()
options.set('table.local-time-zone', 'UTC')

/** 2024-02-29 12:34:56.789 UTC, so that examples of CURRENT_DATE and its kin have one answer. */
const NOW = Date.UTC(2024, 1, 29, 12, 34, 56, 789)

const context: EvalContext = {
  timeZone: 'UTC',
  now: () => NOW,
  queryStart: NOW,
  random: () => 0.5,
  watermark: () => undefined,
  option: (key) => options.get(key),
}
const environment = { lookup: builtInFunctions, context }

const planner: PlannerContext = {
  catalog: new Catalog(),
  functions: {
    scalar: findScalarFunction,
    aggregate: () => undefined,
    names: () => scalarFunctions.map((fn) => fn.name),
  },
  connectors: [],
  formats: [],
  options,
}

const print = (value: Value, expr: Expr) => printText(value, expr.type, context)

function compiled(expr: Expr): Value {
  const calc = compileCalc({ input: [], projections: [expr], ...environment })
  const batch = calc.run({ length: 1, columns: [], kinds: null })
  assert.ok(batch !== null)
  return valueAt(batch.columns[0], expr.type, 0)
}

const ways: readonly (readonly [string, (expr: Expr) => string])[] = [
  ['interpreted', (expr) => print(interpret(expr, [], environment), expr)],
  ['compiled', (expr) => print(compiled(expr), expr)],
  [
    'folded',
    (expr) => {
      const folded = foldConstants(expr, environment)
      return print(interpret(folded, [], environment), folded)
    },
  ],
]

for (const fn of scalarFunctions) {
  test(`examples of ${fn.name}`, () => {
    assert.ok(fn.examples.length > 0, 'every function has an example')
    for (const [sql, expected] of fn.examples) {
      for (const [way, run] of ways) {
        const evaluate = () => run(bindExpression(planner, parseExpression(sql)))
        if (typeof expected === 'string') assert.equal(evaluate(), expected, `${sql} ${way}`)
        else assert.throws(evaluate, `${sql} ${way}`)
      }
    }
  })
}

test('names and aliases are in upper case, belong to one function each, and the docs are sentences', () => {
  const owners = new Map<string, string>()
  for (const fn of scalarFunctions) {
    for (const name of [fn.name, ...(fn.aliases ?? [])]) {
      assert.equal(name, name.toUpperCase())
      assert.equal(owners.get(name), undefined, `${name} is declared twice`)
      owners.set(name, fn.name)
    }
    assert.match(fn.doc, /[.!?]$/, `doc of ${fn.name}`)
    assert.ok(fn.eval !== undefined || fn.prepare !== undefined, `${fn.name} can be evaluated`)
  }
})
