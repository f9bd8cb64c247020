/**
 * Arbitrary expression trees, for tests: only trees that some text has, so that printing and parsing must give them back.
 */
import fc from 'fast-check'
import type { BinaryOperator, Expression, Identifier, IntervalUnit, IsTestName, Name } from '../../src/sql/ast.ts'

const span = { start: 0, end: 0 }
const binaryOperators: readonly BinaryOperator[] = [
  'OR',
  'AND',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  'OVERLAPS',
  'CONTAINS',
  'IMMEDIATELY PRECEDES',
  'MEMBER OF',
  'SUBMULTISET OF',
  'NOT SUBMULTISET OF',
  'MULTISET UNION',
  'MULTISET UNION ALL',
  'MULTISET INTERSECT',
  'MULTISET EXCEPT ALL',
]
const tests: readonly IsTestName[] = ['NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'A SET', 'EMPTY', 'JSON', 'JSON OBJECT']
const units: readonly IntervalUnit[] = ['YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND']

const identifier: fc.Arbitrary<Identifier> = fc.oneof(
  fc.constantFrom('a', 'b', 'Price', 'rowtime_1', 'key', 'desc').map((name) => ident(name, false)),
  fc.string({ minLength: 1, maxLength: 5 }).map((name) => ident(name, true)),
  fc.constantFrom('order', 'SELECT', 'a`b', 'größe', '数', 'a.b').map((name) => ident(name, true)),
)
function ident(name: string, quoted: boolean): Identifier {
  return { kind: 'identifier', name, quoted, span }
}
const name: fc.Arbitrary<Name> = fc
  .array(identifier, { minLength: 1, maxLength: 3 })
  .map((parts) => ({ kind: 'name', parts, span }))

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc.constantFrom('0', '42', '1.50', '.5', '9223372036854775808').map((text) => number(text, true)),
  fc.constantFrom('1e3', '1.5E-3').map((text) => number(text, false)),
  fc.string({ maxLength: 6 }).map((value): Expression => ({ kind: 'string', value, span })),
  fc.constantFrom('', '0aFF').map((hex): Expression => ({ kind: 'binary-string', hex, span })),
  fc.constantFrom(true, false, null).map((value): Expression => ({ kind: 'boolean', value, span })),
  fc.constant<Expression>({ kind: 'null', span }),
  fc
    .constantFrom('DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ')
    .map((type): Expression => ({ kind: 'datetime', type, text: '2024-01-01', span })),
  fc.tuple(fc.constantFrom(...units), fc.boolean()).map(
    ([unit, negative]): Expression => ({
      kind: 'interval',
      value: '5',
      negative,
      qualifier: { unit, precision: undefined, to: undefined, fraction: undefined, span },
      span,
    }),
  ),
  name.map((n): Expression => ({ kind: 'column', name: n, span })),
)
function number(text: string, exact: boolean): Expression {
  return { kind: 'number', text, exact, span }
}

/** Expressions of every kind that holds expressions, at most a few levels deep. */
export const expressionTree: fc.Arbitrary<Expression> = fc.letrec<{ e: Expression }>((tie) => {
  const e = tie('e')
  const list = (min: number) => fc.array(e, { minLength: min, maxLength: 3 })
  const operation: fc.Arbitrary<Expression> = fc.oneof(
    fc
      .tuple(fc.constantFrom(...binaryOperators), e, e)
      .map(([op, left, right]): Expression => ({ kind: 'binary', op, left, right, span })),
    fc
      .tuple(fc.constantFrom('NOT', '-', '+'), e)
      .map(([op, operand]): Expression => ({ kind: 'unary', op, operand, span })),
    fc
      .tuple(
        fc.constantFrom('FINAL', 'RUNNING'),
        e.filter(({ kind }) => kind !== 'subquery' && kind !== 'star'),
      )
      .map(([op, operand]): Expression => ({ kind: 'unary', op, operand, span })),
    fc
      .tuple(e, fc.constantFrom(...tests), fc.boolean())
      .map(([operand, test, negated]): Expression => ({ kind: 'is', operand, test, negated, span })),
    fc
      .tuple(e, e, fc.boolean())
      .map(([left, right, negated]): Expression => ({ kind: 'is-distinct', left, right, negated, span })),
    fc.tuple(e, e, e, fc.boolean(), fc.boolean()).map(
      ([operand, low, high, symmetric, negated]): Expression => ({
        kind: 'between',
        operand,
        low,
        high,
        symmetric,
        negated,
        span,
      }),
    ),
    fc
      .tuple(
        fc.constantFrom('LIKE', 'ILIKE', 'RLIKE', 'SIMILAR TO'),
        e,
        e,
        fc.option(e, { nil: undefined }),
        fc.boolean(),
      )
      .map(
        ([op, operand, pattern, sign, negated]): Expression => ({
          kind: 'like',
          op,
          operand,
          pattern,
          escape: sign,
          negated,
          span,
        }),
      ),
    fc
      .tuple(e, list(1), fc.boolean())
      .map(([operand, list, negated]): Expression => ({ kind: 'in-list', operand, list, negated, span })),
    fc.tuple(fc.constantFrom('=', '<', '<>'), fc.constantFrom('ANY', 'ALL'), e, list(1)).map(
      ([op, quantifier, operand, right]): Expression => ({
        kind: 'quantified',
        op,
        quantifier,
        operand,
        right,
        span,
      }),
    ),
  )
  const primary: fc.Arbitrary<Expression> = fc.oneof(
    fc.tuple(e, identifier).map(([object, field]): Expression => ({ kind: 'field', object, field, span })),
    fc.tuple(e, e).map(([collection, index]): Expression => ({ kind: 'element', collection, index, span })),
    fc
      .tuple(
        fc.option(e, { nil: undefined }),
        fc.array(fc.tuple(e, e), { minLength: 1, maxLength: 2 }),
        fc.option(e, { nil: undefined }),
      )
      .map(
        ([operand, branches, otherwise]): Expression => ({
          kind: 'case',
          operand,
          branches: branches.map(([when, then]) => ({ kind: 'case-branch', when, then, span })),
          otherwise,
          span,
        }),
      ),
    fc.tuple(e, fc.boolean()).map(
      ([operand, safe]): Expression => ({
        kind: 'cast',
        operand,
        type: { kind: 'basic-type', name: 'INT', precision: undefined, scale: undefined, nullable: true, span },
        safe,
        span,
      }),
    ),
    list(0).map(
      (args): Expression => ({
        kind: 'call',
        name: { kind: 'name', parts: [ident('my_function', false)], span },
        parentheses: true,
        quantifier: undefined,
        args,
        orderBy: [],
        nulls: undefined,
        span,
      }),
    ),
    list(1).map((elements): Expression => ({ kind: 'row', explicit: true, elements, span })),
    list(2).map((elements): Expression => ({ kind: 'row', explicit: false, elements, span })),
    list(0).map((elements): Expression => ({ kind: 'collection', type: 'ARRAY', elements, span })),
  )
  return { e: fc.oneof({ maxDepth: 5, depthSize: 'small' }, leaf, operation, primary) }
}).e
