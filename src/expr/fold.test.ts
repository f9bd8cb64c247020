import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOOLEAN, INT, notNull } from '../types/logical-type.ts'
import type { CallExpr, Expr } from './expr.ts'
import { foldConstants } from './fold.ts'
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

function fn(name: string, determinism?: ScalarFunction['determinism']): ScalarFunction {
  return {
    kind: 'scalar',
    name,
    theme: 'auxiliary',
    doc: '',
    signature: args([INT], returns(INT))(name),
    nulls: 'propagate',
    determinism,
    eval: (n: number) => {
      if (n === 13) throw new RangeError('unlucky')
      return n + 1
    },
    examples: [],
  }
}

const functions = new Map([fn('NEXT'), fn('NOW', 'dynamic'), fn('RANDOM', 'random')].map((each) => [each.name, each]))
const lookup: FunctionLookup = { scalar: (name) => functions.get(name) }
const fold = (expr: Expr) => foldConstants(expr, { lookup, context })

const int = (value: number): Expr => ({ kind: 'literal', value, type: notNull(INT) })
const truth = (value: boolean): Expr => ({ kind: 'literal', value, type: notNull(BOOLEAN) })
const column: Expr = { kind: 'input', index: 0, type: BOOLEAN }
const call = (name: string, ...given: Expr[]): CallExpr => ({
  kind: 'call',
  fn: name,
  args: given,
  type: name === 'AND' || name === 'OR' ? BOOLEAN : notNull(INT),
})

test('constants become literals as wholes, wherever they stand', () => {
  assert.deepEqual(fold(call('NEXT', call('NEXT', int(1)))), { ...int(3) })
  const mixed = fold(call('COALESCE', { kind: 'input', index: 1, type: INT }, call('NEXT', int(1)))) as CallExpr
  assert.deepEqual(mixed.args[1], int(2))
})

test('what may answer differently stays, and so does what fails', () => {
  for (const name of ['NOW', 'RANDOM']) assert.equal((fold(call(name, int(1))) as CallExpr).fn, name)
  assert.equal((fold(call('NEXT', int(13))) as CallExpr).fn, 'NEXT')
})

test('decided conditions choose their branch before the others are looked at', () => {
  const expr: Expr = {
    kind: 'case',
    type: INT,
    branches: [
      { when: truth(false), result: call('NEXT', int(13)) },
      { when: truth(true), result: int(5) },
    ],
    otherwise: call('NEXT', int(13)),
  }
  assert.deepEqual(fold(expr), { ...int(5), type: INT })
})

test('AND and OR drop what does not count and end where they are decided', () => {
  assert.deepEqual(fold(call('AND', truth(true), column)), column)
  assert.deepEqual(fold(call('AND', truth(false), column)), { ...truth(false), type: BOOLEAN })
  assert.equal((fold(call('AND', column, truth(false), column)) as CallExpr).args.length, 2)
  assert.deepEqual(fold(call('OR', truth(true), column)), { ...truth(true), type: BOOLEAN })
})

test('folding takes time in proportion to the expression, also of deep chains', () => {
  let chain: Expr = column
  for (let i = 0; i < 300; i++) chain = call(i % 2 === 0 ? 'AND' : 'OR', chain, column)
  assert.deepEqual(fold(chain), chain)
})
