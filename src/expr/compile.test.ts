import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError, type RivuletError } from '../base/errors.ts'
import { type Batch, batchOf, rowAt, type Schema } from '../types/batch.ts'
import { BIGINT, BOOLEAN, INT, type LogicalType, notNull, STRING } from '../types/logical-type.ts'
import { RowKind } from '../types/row-kind.ts'
import type { Value } from '../types/value.ts'
import { type CompileMode, compileCalc } from './compile.ts'
import type { Expr } from './expr.ts'
import type { EvalContext, FunctionLookup, ScalarFunction } from './function.ts'
import { args, returns } from './signature.ts'

const context: EvalContext = {
  timeZone: 'UTC',
  now: () => 0,
  queryStart: 0,
  random: () => 0.5,
  watermark: () => undefined,
  option: () => undefined,
}

function fn(
  name: string,
  takes: readonly LogicalType[],
  gives: LogicalType,
  evaluate: (...values: never[]) => Value,
): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    theme: 'auxiliary',
    doc: '',
    signature: args(takes, returns(gives))(name),
    nulls: 'propagate',
    eval: evaluate,
    examples: [],
  }
}

const provinces = ['beijing', 'shanghai']
let calls = 0
const functions = new Map(
  [
    fn('province', [INT], STRING, (id: number) => provinces[id] as string),
    fn('broken', [INT], INT, (n: number) => {
      if (n > 1) throw new TypeError(`no answer for ${n}`)
      return n
    }),
    fn('counted', [INT], INT, (n: number) => {
      calls++
      return n * 2
    }),
    fn('positive', [INT], BOOLEAN, (n: number) => n > 0),
  ].map((each) => [each.name, each]),
)
const lookup: FunctionLookup = { scalar: (name) => functions.get(name) }

const schema: Schema = [
  { name: 'n', type: INT },
  { name: 'l', type: BIGINT },
  { name: 's', type: STRING },
]
const n: Expr = { kind: 'input', index: 0, type: INT }
const user = (name: string, type: LogicalType, ...given: Expr[]): Expr => ({
  kind: 'call',
  fn: name,
  args: given,
  type,
  user: true,
  span: { start: 7, end: 20 },
})

function run(
  batch: Batch,
  projections: readonly Expr[],
  condition?: Expr,
  mode: CompileMode = 'compiled',
): Batch | null {
  return compileCalc({ input: schema, projections, condition, lookup, context, mode }).run(batch)
}

const batch = batchOf(schema, [
  [1, 2 ** 53 - 1, 'a'],
  [null, 9007199254740993n, 'b'],
  [0, -5, null],
])

for (const mode of ['compiled', 'interpreted'] as const) {
  test(`${mode}: a function that returns undefined says so, with its name, its arguments and its place`, () => {
    const input = batchOf(schema, [
      [1, 0, ''],
      [9, 0, ''],
    ])
    assert.throws(
      () => run(input, [user('province', STRING, n)], undefined, mode),
      (error: RivuletError) => {
        assert.ok(isRivuletError(error))
        assert.equal(error.code, 'FUNCTION_RETURNED_UNDEFINED')
        assert.match(error.message, /province returned undefined for \(9\)/)
        assert.deepEqual(error.span, { start: 7, end: 20 })
        return true
      },
    )
  })

  test(`${mode}: a function that throws fails with its cause, which keeps the stack`, () => {
    const input = batchOf(schema, [
      [1, 0, ''],
      [null, 0, ''],
      [2, 0, ''],
    ])
    assert.throws(
      () => run(input, [user('broken', INT, n)], undefined, mode),
      (error: RivuletError) => {
        assert.equal(error.code, 'FUNCTION_FAILED')
        assert.equal(error.message, 'broken failed for (2): no answer for 2')
        assert.match((error.cause as Error).stack ?? '', /compile\.test\.ts/)
        return true
      },
    )
  })

  test(`${mode}: a condition keeps kinds and drops the array when only inserts are left`, () => {
    const changes = batchOf(
      schema,
      [
        [1, 1, 'a'],
        [-1, 2, 'b'],
        [2, 3, 'c'],
      ],
      [RowKind.INSERT, RowKind.DELETE, RowKind.INSERT],
    )
    const positive = user('positive', BOOLEAN, n)
    const kept = run(changes, [n, { kind: 'input', index: 2, type: STRING }], positive, mode)
    assert.equal(kept?.length, 2)
    assert.equal(kept?.kinds, null)
    assert.deepEqual(rowAt(kept as Batch, [schema[0], schema[2]], 1), [2, 'c'])
    const all = run(changes, [n], undefined, mode)
    assert.deepEqual([...(all?.kinds ?? [])], [0, 3, 0])
    assert.equal(run(batchOf(schema, [[-1, 0, '']]), [n], positive, mode), null)
  })
}

test('plain columns that survive whole are handed on, not copied', () => {
  const result = run(batch, [{ kind: 'input', index: 1, type: BIGINT }, user('counted', INT, n)])
  assert.equal(result?.columns[0], batch.columns[1])
})

test('a common subexpression is computed once per row, NULL not at all', () => {
  calls = 0
  const doubled = user('counted', INT, n)
  const result = run(batch, [doubled, user('counted', INT, n), doubled])
  assert.equal(calls, 2)
  assert.equal(result?.columns[0], result?.columns[1])
  assert.deepEqual(rowAt(result as Batch, [schema[0]], 1), [null])
})

test('what is not needed is not computed', () => {
  calls = 0
  const condition: Expr = { kind: 'literal', value: false, type: notNull(BOOLEAN) }
  const chosen: Expr = {
    kind: 'case',
    type: INT,
    branches: [{ when: condition, result: user('counted', INT, n) }],
    otherwise: { kind: 'literal', value: 1, type: INT },
  }
  run(batch, [chosen])
  assert.equal(calls, 0)
})

test('the text of a query cannot become code: strings are constants beside it', () => {
  const evil = "'); throw new Error('injected'); ('"
  const calc = compileCalc({
    input: schema,
    projections: [{ kind: 'literal', value: evil, type: notNull(STRING) }],
    lookup,
    context,
  })
  assert.ok(!calc.source.includes('injected'))
  assert.deepEqual(rowAt(calc.run(batch) as Batch, [schema[2]], 0), [evil])
})

test('a CASE of thousands of branches compiles', () => {
  const branches = Array.from({ length: 3000 }, (_, k) => ({
    when: { ...user('positive', BOOLEAN, { kind: 'literal', value: k - 2990, type: INT } as Expr) },
    result: { kind: 'literal', value: k, type: INT } as Expr,
  }))
  const expr: Expr = { kind: 'case', branches, otherwise: { kind: 'literal', value: -1, type: INT }, type: INT }
  assert.deepEqual(rowAt(run(batch, [expr]) as Batch, [schema[0]], 0), [2991])
})
