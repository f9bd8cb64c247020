/**
 * Law: the compiled form of an expression gives the interpreter's values, NULLs and errors, for any batch.
 *
 * Random typed trees over columns of every physical kind, with NULLs, extremes, −0, NaN and integers beyond 2^53, are run
 * through both, with and without a condition, and again after constant folding.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../base/errors.ts'
import { type CompileMode, compileCalc, compilePredicate, compileScalar } from '../expr/compile.ts'
import { type CallExpr, type Expr, walkExpr } from '../expr/expr.ts'
import { foldConstants } from '../expr/fold.ts'
import type { EvalContext } from '../expr/function.ts'
import { valueKey } from '../expr/key.ts'
import { type Batch, batchOf, rowAt, type Schema, valueAt } from '../types/batch.ts'
import { castIsVoid, leastRestrictive } from '../types/common-type.ts'
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  type LogicalType,
  notNull,
  SMALLINT,
  STRING,
  sameType,
  TINYINT,
  timestamp,
} from '../types/logical-type.ts'
import { exact, type Value } from '../types/value.ts'
import { builtInFunctions, findScalarFunction } from './registry.ts'

const context: EvalContext = {
  timeZone: 'Europe/Berlin',
  now: () => 0,
  queryStart: 0,
  random: () => 0.5,
  watermark: () => undefined,
  option: () => undefined,
}
const environment = { lookup: builtInFunctions, context }

const schema: Schema = [
  { name: 't', type: TINYINT },
  { name: 's', type: SMALLINT },
  { name: 'i', type: INT },
  { name: 'j', type: notNull(INT) },
  { name: 'l', type: BIGINT },
  { name: 'm', type: notNull(BIGINT) },
  { name: 'f', type: FLOAT },
  { name: 'd', type: DOUBLE },
  { name: 'p', type: decimal(10, 2) },
  { name: 'q', type: decimal(25, 4) },
  { name: 'b', type: BOOLEAN },
  { name: 'x', type: STRING },
  { name: 'z', type: timestamp(3) },
  { name: 'y', type: DATE },
]

const INTERESTING_DOUBLES = [0, -0, 1, -1.5, 0.1, 1e300, -1e-300, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 + 2]

function anyValue(type: LogicalType): fc.Arbitrary<Value> {
  const integer = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
  const small = fc.integer({ min: -9, max: 9 })
  switch (type.kind) {
    case 'TINYINT':
      return fc.oneof(small, integer(8).map(Number))
    case 'SMALLINT':
      return fc.oneof(small, integer(16).map(Number))
    case 'INTEGER':
      return fc.oneof(small, integer(32).map(Number), fc.constantFrom(-2147483648, 2147483647))
    case 'BIGINT':
      return fc.oneof(small, integer(64).map(exact), integer(55).map(exact), fc.constantFrom(2 ** 53 - 1, -(2n ** 63n)))
    case 'FLOAT':
      return fc.oneof(small, fc.constantFrom(...INTERESTING_DOUBLES).map(Math.fround), fc.float())
    case 'DOUBLE':
      return fc.oneof(small, fc.constantFrom(...INTERESTING_DOUBLES), fc.double())
    case 'DECIMAL': {
      const limit = 10n ** BigInt(type.precision) - 1n
      return fc.oneof(small, fc.bigInt({ min: -limit, max: limit }).map(exact))
    }
    case 'BOOLEAN':
      return fc.boolean()
    case 'TIMESTAMP':
      return fc.integer({ min: -1e13, max: 1e13 })
    case 'DATE':
      return fc.integer({ min: -500_000, max: 500_000 })
    default:
      return fc.constantFrom('', 'a', 'ab', '12', ' 7 ', '-3.5', 'TRUE', 'é😀', '2024-02-29')
  }
}

const cell = (type: LogicalType): fc.Arbitrary<Value> =>
  type.nullable
    ? fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: anyValue(type) })
    : anyValue(type)

const rows = fc.array(fc.tuple(...schema.map((field) => cell(field.type))), { minLength: 0, maxLength: 6 })

/** A call as the binder makes it: arguments cast to what the signature asks for; undefined when it does not fit. */
function call(fn: string, args: readonly Expr[]): CallExpr | undefined {
  const resolution = findScalarFunction(fn)?.signature.resolve(
    args.map((arg) => ({ type: arg.type, literal: arg.kind === 'literal' ? { value: arg.value } : undefined })),
    context,
  )
  if (resolution === undefined) return undefined
  return { kind: 'call', fn, args: args.map((arg, i) => castTo(arg, resolution.args[i])), type: resolution.returns }
}

function castTo(arg: Expr, type: LogicalType): Expr {
  if (sameType(arg.type, type, true) || castIsVoid(arg.type, type)) return arg
  return { kind: 'cast', arg, safe: false, type: { ...type, nullable: arg.type.nullable } }
}

const literal: fc.Arbitrary<Expr> = fc
  .constantFrom<LogicalType>(INT, BIGINT, DOUBLE, decimal(6, 3), STRING, BOOLEAN)
  .chain((type) =>
    cell(type).map((value): Expr => ({ kind: 'literal', value, type: value === null ? type : notNull(type) })),
  )

const BINARY = [
  ...[
    '+',
    '-',
    '*',
    '/',
    '%',
    '=',
    '<>',
    '<',
    '<=',
    '>',
    '>=',
    'AND',
    'OR',
    'IS DISTINCT FROM',
    'IS NOT DISTINCT FROM',
  ],
  ...['COALESCE', 'IFNULL', 'GREATEST', 'LEAST', 'NULLIF', 'POWER', 'LIKE', 'IN'],
]
const UNARY = [
  ...['NEGATE', 'NOT', 'IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS UNKNOWN'],
  ...['IS NOT UNKNOWN', 'ABS', 'CEIL', 'FLOOR', 'ROUND', 'SIGN', 'SQRT', 'HEX'],
]
const CASTS: readonly LogicalType[] = [
  ...[TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, decimal(12, 2), decimal(30, 10), STRING, BOOLEAN],
]

/** One step of building: an operation over nodes that are there already, so that subtrees are shared. */
interface Step {
  readonly kind: number
  readonly pick: number
  readonly at: readonly number[]
  readonly safe: boolean
}

/** The nodes in an order that the step says, so that the first ones that fit are taken. */
const from = (nodes: readonly Expr[], at: number): Expr[] => nodes.map((_, k) => nodes[(at + k) % nodes.length])

function build(nodes: readonly Expr[], { kind, pick, at, safe }: Step): Expr | undefined {
  const [first, second, third] = at.map((offset) => from(nodes, offset))
  if (kind < 5) {
    const fn = BINARY[pick % BINARY.length]
    for (const a of first.slice(0, 12)) {
      for (const b of second.slice(0, 12)) {
        const made = call(fn, [a, b])
        if (made !== undefined) return made
      }
    }
    return undefined
  }
  if (kind < 7) {
    for (const a of first) {
      const made = call(UNARY[pick % UNARY.length], [a])
      if (made !== undefined) return made
    }
    return undefined
  }
  if (kind < 8) {
    const to = CASTS[pick % CASTS.length]
    const [arg] = first
    if ((arg.type.kind === 'DATE' || arg.type.kind === 'TIMESTAMP') && to.kind !== 'VARCHAR') return undefined
    return { kind: 'cast', arg, safe, type: { ...to, nullable: safe || arg.type.nullable } }
  }
  const when = first.find((expr) => expr.type.kind === 'BOOLEAN') as Expr
  const [result] = second
  for (const otherwise of third) {
    const type = leastRestrictive([result.type, otherwise.type])
    if (type === undefined) continue
    if (kind === 8) return call('IF', [when, result, otherwise])
    return {
      kind: 'case',
      branches: [{ when, result: castTo(result, type) }],
      otherwise: castTo(otherwise, type),
      type,
    }
  }
  return undefined
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat(9),
  pick: fc.nat(1000),
  at: fc.array(fc.nat(8), { minLength: 3, maxLength: 3 }),
  safe: fc.boolean(),
})

const tree: fc.Arbitrary<Expr> = fc
  .tuple(
    fc.array(literal, { minLength: 2, maxLength: 3 }),
    fc.array(step, { minLength: 6, maxLength: 14, size: 'max' }),
  )
  .map(([literals, steps]) => {
    const inputs = schema.map((field, index): Expr => ({ kind: 'input', index, type: field.type }))
    const nodes: Expr[] = [...inputs, ...literals]
    for (const each of steps) {
      // New nodes are taken more often than columns, so that trees grow deep.
      const made = build([...nodes.slice(inputs.length).reverse(), ...inputs], each)
      if (made !== undefined) nodes.push(made)
    }
    return nodes[nodes.length - 1]
  })

type Outcome = { readonly rows: readonly string[] } | { readonly error: string }

function outcome(run: () => readonly (readonly Value[])[]): Outcome {
  try {
    return { rows: run().map((row) => row.map((value) => valueKey(value)).join('|')) }
  } catch (error) {
    return { error: isRivuletError(error) ? `${error.code}: ${error.message}` : `${error}` }
  }
}

function calc(mode: CompileMode, batch: Batch, projections: readonly Expr[], condition?: Expr): Outcome {
  return outcome(() => {
    const result = compileCalc({ input: schema, projections, condition, mode, ...environment }).run(batch)
    if (result === null) return []
    const output = projections.map((expr, i) => ({ name: String(i), type: expr.type }))
    return Array.from({ length: result.length }, (_, row) => rowAt(result, output, row))
  })
}

test('random trees: compiled and interpreted agree', () => {
  fc.assert(
    fc.property(tree, tree, rows, (first, second, cells) => {
      const batch = batchOf(schema, cells)
      const projections = [first, second, first, { kind: 'input', index: 4, type: BIGINT } as Expr]
      assert.deepEqual(calc('compiled', batch, projections), calc('interpreted', batch, projections))
    }),
    { numRuns: 3000 },
  )
})

test('random trees as conditions: compiled and interpreted agree, as a calc and as a selection', () => {
  fc.assert(
    fc.property(tree, tree, rows, (first, second, cells) => {
      const condition =
        call('AND', [call('IS NOT NULL', [second]) as Expr, call('=', [first, first]) ?? first]) ??
        call('IS NULL', [first])
      const batch = batchOf(schema, cells)
      const expected = calc('interpreted', batch, [first, second], condition)
      assert.deepEqual(calc('compiled', batch, [first, second], condition), expected)
      for (const mode of ['compiled', 'interpreted'] as const) {
        const select = compilePredicate(condition as Expr, { input: schema, mode, ...environment })
        const selected = new Int32Array(batch.length)
        try {
          const count = select(batch, selected)
          if ('rows' in expected) assert.equal(count, expected.rows.length)
        } catch (error) {
          assert.ok('error' in expected, String(error))
        }
      }
    }),
    { numRuns: 1500 },
  )
})

test('folding a tree changes no value; it may only report a constant’s error earlier', () => {
  fc.assert(
    fc.property(tree, rows, (expr, cells) => {
      const batch = batchOf(schema, cells)
      let folded: Expr
      try {
        folded = foldConstants(expr, environment)
      } catch (error) {
        assert.ok(isRivuletError(error), String(error))
        return
      }
      // Constants of FLOAT and DOUBLE are normalised on purpose, so trees with such literals inside are compared loosely; and what is
      // compared with itself is equal, NaN too, so that a row with NaN in a part may take another branch.
      const before = calc('interpreted', batch, [expr])
      const after = calc('interpreted', batch, [folded])
      if ('error' in before || 'error' in after) return
      const parts = floatParts(expr).map((part) => calc('interpreted', batch, [part]))
      before.rows.forEach((text, i) => {
        if (!isFloat(expr) || parts.some((part) => 'error' in part || Number.isNaN(Number(part.rows[i])))) return
        assert.ok(closeTo(Number(text), Number(after.rows[i])), `${text} ${after.rows[i]}`)
      })
      if (floatParts(expr).length === 0) assert.deepEqual(after, before)
    }),
    { numRuns: 1500 },
  )
})

function isFloat({ type }: Expr): boolean {
  return type.kind === 'FLOAT' || type.kind === 'DOUBLE'
}

/** All parts of a tree, itself among them, of FLOAT and DOUBLE. */
function floatParts(expr: Expr): readonly Expr[] {
  const below = (): readonly Expr[] => {
    switch (expr.kind) {
      case 'literal':
      case 'input':
        return []
      case 'cast':
        return [expr.arg]
      case 'call':
        return expr.args
      case 'case':
        return [expr.otherwise, ...expr.branches.flatMap(({ when, result }) => [when, result])]
    }
  }
  return [...(isFloat(expr) ? [expr] : []), ...below().flatMap(floatParts)]
}

function closeTo(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Number.isNaN(a) || Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b))
}

test('one expression as a column', () => {
  const batch = batchOf(schema, [])
  assert.equal(
    compileScalar({ kind: 'input', index: 4, type: BIGINT }, { input: schema, ...environment })(batch),
    batch.columns[4],
  )
  const one = batchOf([{ name: 'l', type: BIGINT }], [[2 ** 53 - 1], [null]])
  const sum = call('+', [
    { kind: 'input', index: 0, type: BIGINT },
    { kind: 'literal', value: 1, type: notNull(BIGINT) },
  ]) as Expr
  const column = compileScalar(sum, { input: [{ name: 'l', type: BIGINT }], ...environment })(one)
  assert.equal(valueAt(column, BIGINT, 0), 9007199254740992n)
  assert.equal(valueAt(column, BIGINT, 1), null)
})

test('the random trees are worth their name', () => {
  const sizes = fc
    .sample(tree, 500)
    .map((expr) => {
      let size = 0
      walkExpr(expr, () => {
        size++
      })
      return size
    })
    .sort((a, b) => a - b)
  assert.ok(sizes[250] >= 8, `the median tree has ${sizes[250]} nodes`)
})
