/**
 * Expressions: a Pratt parser.
 *
 * Law: binding powers are Calcite's, as measured on its trees; from tight to loose
 *
 *   100  . [ ]            left
 *    80  unary + -
 *    60  * / % ||         left
 *    40  + -              left
 *    32  BETWEEN IN, comparison with ANY and ALL   left; LIKE SIMILAR TO   right
 *    30  = <> < <= > >=, IS DISTINCT FROM, OVERLAPS and the other period operators, MEMBER OF, SUBMULTISET OF   left
 *    28  IS NULL and the other postfix tests
 *    26  NOT
 *    24  AND              left
 *    22  OR               left
 *    18  MULTISET INTERSECT   left
 *    14  MULTISET UNION, MULTISET EXCEPT   left
 *
 * A prefix operator takes its operand at its own power wherever it stands: `a = NOT b = c` is `a = (NOT (b = c))`.
 */
import { fail } from '../../base/errors.ts'
import type { BinaryOperator, ComparisonOperator, Expression, FieldAccess, IsTestName } from '../ast.ts'
import {
  accept,
  acceptOne,
  advance,
  type Cursor,
  enter,
  expect,
  expectAll,
  expectOne,
  is,
  isName,
  leave,
  peek,
  spanFrom,
  start,
  tokenSpan,
  unexpected,
  want,
} from '../cursor.ts'
import { parseCall } from './function.ts'
import { nameOf, parseIdentifier } from './name.ts'
import { isQuery, parsePrimary } from './primary.ts'

const AND = 24
const NOT = 26
const POSTFIX = 28
const COMPARISON = 30
const MATCH = 32
const SIGN = 80
const ACCESS = 100

export function parseExpression(c: Cursor): Expression {
  enter(c)
  const expression = parseOperators(c, parsePrefix(c), 0)
  leave(c)
  return expression
}

/** Operators that bind tighter than AND and IN only: for places where one of these words ends the expression. */
export function parseOperand(c: Cursor): Expression {
  return parseOperators(c, parsePrefix(c), MATCH + 1)
}

function parseAbove(c: Cursor, min: number): Expression {
  return parseOperators(c, parsePrefix(c), min)
}

/** Continue an expression behind its first operand with the operators of at least this power. */
export function parseOperators(c: Cursor, first: Expression, min: number): Expression {
  let left = first
  for (;;) {
    const next = parseOperator(c, left, min)
    if (next === undefined) return left
    left = next
  }
}

function parsePrefix(c: Cursor): Expression {
  const { type } = c
  if (type !== '-' && type !== '+' && type !== 'NOT') {
    return type === 'EXISTS' || type === 'UNIQUE' ? parseExists(c, type) : parsePrimary(c)
  }
  enter(c)
  const from = start(c)
  advance(c)
  const operand = parseAbove(c, type === 'NOT' ? NOT : SIGN)
  leave(c)
  return { kind: 'unary', op: type, operand, span: spanFrom(c, from) }
}

function parseExists(c: Cursor, test: 'EXISTS' | 'UNIQUE'): Expression {
  const from = start(c)
  advance(c)
  if (!is(c, '(')) unexpected(c)
  const content = c.grammar.parenthesized(c)
  if (!isQuery(content)) {
    fail('SQL_NOT_ALLOWED', { what: `${test} takes a query` }, { span: spanFrom(c, from), source: c.source })
  }
  return { kind: 'exists', test, query: content, span: spanFrom(c, from) }
}

// --- operators -------------------------------------------------------------------------------------------------------

const BINARY: ReadonlyMap<string, readonly [op: BinaryOperator, power: number]> = new Map<
  string,
  readonly [BinaryOperator, number]
>([
  ['OR', ['OR', 22]],
  ['AND', ['AND', AND]],
  ['=', ['=', COMPARISON]],
  ['<>', ['<>', COMPARISON]],
  ['<', ['<', COMPARISON]],
  ['<=', ['<=', COMPARISON]],
  ['>', ['>', COMPARISON]],
  ['>=', ['>=', COMPARISON]],
  ['OVERLAPS', ['OVERLAPS', COMPARISON]],
  ['CONTAINS', ['CONTAINS', COMPARISON]],
  ['EQUALS', ['EQUALS', COMPARISON]],
  ['PRECEDES', ['PRECEDES', COMPARISON]],
  ['SUCCEEDS', ['SUCCEEDS', COMPARISON]],
  ['+', ['+', 40]],
  ['-', ['-', 40]],
  ['*', ['*', 60]],
  ['/', ['/', 60]],
  ['%', ['%', 60]],
  ['||', ['||', 60]],
])

/** `left` with the operator that follows it, if there is one of at least that power. */
function parseOperator(c: Cursor, left: Expression, min: number): Expression | undefined {
  const { type } = c
  const binary = BINARY.get(type)
  if (binary !== undefined) {
    const [op, power] = binary
    if (power === COMPARISON && isQuantifier(peek(c, 1)) && peek(c, 2) === '(') {
      if (MATCH < min) return undefined
      advance(c)
      return parseQuantified(c, left, op as ComparisonOperator)
    }
    if (power < min) return undefined
    advance(c)
    return parseRight(c, left, op, power)
  }
  if (min <= AND) want(c, 'operator')
  const from = left.span.start
  switch (type) {
    case '!=': {
      const what = "'!=' is no operator of Flink"
      const place = { span: tokenSpan(c), source: c.source }
      return fail('SQL_NOT_ALLOWED', { what, hint: 'Write <>.' }, place)
    }
    case '.': {
      if (min > ACCESS || !isName(c, peek(c, 1)) || endsInWord(left, c)) return undefined
      advance(c)
      return parseField(c, left)
    }
    case '[': {
      advance(c)
      const mode = acceptOne(c, 'OFFSET', 'ORDINAL', 'SAFE_OFFSET', 'SAFE_ORDINAL')
      const index = parseExpression(c)
      expect(c, ']')
      const span = spanFrom(c, from)
      if (mode === undefined) return { kind: 'element', collection: left, index, span }
      return { kind: 'element', collection: left, index, mode, span }
    }
    case 'NOT':
      return parseNegated(c, left, min)
    case 'BETWEEN':
    case 'IN':
    case 'LIKE':
    case 'ILIKE':
    case 'RLIKE':
    case 'SIMILAR':
      return MATCH < min ? undefined : parseMatch(c, left, false)
    case 'IS':
      return parseIs(c, left, min)
    case 'IMMEDIATELY': {
      const word = peek(c, 1)
      if (COMPARISON < min || (word !== 'PRECEDES' && word !== 'SUCCEEDS')) return undefined
      advance(c)
      advance(c)
      return parseRight(c, left, `IMMEDIATELY ${word}`, COMPARISON)
    }
    case 'MEMBER':
    case 'SUBMULTISET':
      if (COMPARISON < min) return undefined
      advance(c)
      expect(c, 'OF')
      return parseRight(c, left, `${type} OF`, COMPARISON)
    case 'MULTISET':
      return parseMultisetOperator(c, left, min)
    case 'FORMAT':
      if (POSTFIX < min || peek(c, 1) !== 'JSON') return undefined
      expectAll(c, 'FORMAT', 'JSON')
      if (c.type === 'ENCODING' && ['UTF8', 'UTF16', 'UTF32'].includes(peek(c, 1))) {
        advance(c)
        advance(c)
      }
      return { kind: 'json-format', operand: left, span: spanFrom(c, from) }
    default:
      return undefined
  }
}

/** `x IS JSON .y`: no field can follow a test that is not in parentheses. */
function endsInWord(left: Expression, c: Cursor): boolean {
  return (left.kind === 'is' || left.kind === 'json-format') && peek(c, -1) !== ')'
}

function isQuantifier(type: string): boolean {
  return type === 'ANY' || type === 'ALL' || type === 'SOME'
}

function parseRight(c: Cursor, left: Expression, op: BinaryOperator, power: number): Expression {
  const right = parseAbove(c, power + 1)
  return { kind: 'binary', op, left, right, span: { start: left.span.start, end: spanFrom(c, left.span.start).end } }
}

/** Behind `a[1]` stand fields, no methods. */
function behindElement(object: Expression): boolean {
  if (object.kind === 'field') return behindElement(object.object)
  return object.kind === 'element'
}

function parseField(c: Cursor, object: Expression): FieldAccess {
  const from = object.span.start
  const field = parseIdentifier(c)
  const call = !behindElement(object) && is(c, '(') ? parseCall(c, nameOf(field)) : undefined
  return call === undefined
    ? { kind: 'field', object, field, span: spanFrom(c, from) }
    : { kind: 'field', object, field, call, span: spanFrom(c, from) }
}

function parseQuantified(c: Cursor, operand: Expression, op: ComparisonOperator): Expression {
  const quantifier = expectOne(c, 'ANY', 'ALL', 'SOME') === 'ALL' ? 'ALL' : 'ANY'
  const right = c.grammar.parenthesized(c)
  return { kind: 'quantified', op, quantifier, operand, right, span: spanFrom(c, operand.span.start) }
}

function parseNegated(c: Cursor, left: Expression, min: number): Expression | undefined {
  switch (peek(c, 1)) {
    case 'BETWEEN':
    case 'IN':
    case 'LIKE':
    case 'ILIKE':
    case 'RLIKE':
    case 'SIMILAR':
      if (MATCH < min) return undefined
      advance(c)
      return parseMatch(c, left, true)
    case 'SUBMULTISET':
      if (COMPARISON < min) return undefined
      expectAll(c, 'NOT', 'SUBMULTISET', 'OF')
      return parseRight(c, left, 'NOT SUBMULTISET OF', COMPARISON)
    default:
      return undefined
  }
}

function parseMatch(c: Cursor, operand: Expression, negated: boolean): Expression {
  const from = operand.span.start
  const word = c.type
  advance(c)
  if (word === 'IN') {
    if (!is(c, '(')) unexpected(c)
    const content = c.grammar.parenthesized(c)
    return isQuery(content)
      ? { kind: 'in-query', operand, query: content, negated, span: spanFrom(c, from) }
      : { kind: 'in-list', operand, list: content, negated, span: spanFrom(c, from) }
  }
  if (word === 'BETWEEN') {
    const symmetric = acceptOne(c, 'SYMMETRIC', 'ASYMMETRIC') === 'SYMMETRIC'
    const low = parseLow(c)
    expect(c, 'AND')
    const high = parseAbove(c, MATCH + 1)
    return { kind: 'between', operand, low, high, symmetric, negated, span: spanFrom(c, from) }
  }
  if (word === 'SIMILAR') expect(c, 'TO')
  const op = word === 'SIMILAR' ? 'SIMILAR TO' : (word as 'LIKE' | 'ILIKE' | 'RLIKE')
  enter(c)
  const pattern = parseAbove(c, MATCH)
  leave(c)
  const sign = accept(c, 'ESCAPE') ? parseAbove(c, ACCESS) : undefined
  return { kind: 'like', op, operand, pattern, escape: sign, negated, span: spanFrom(c, from) }
}

/** The low bound of BETWEEN reaches to its AND, so it may hold any other operator. */
function parseLow(c: Cursor): Expression {
  enter(c)
  let low = parseAbove(c, AND + 1)
  while (c.type === 'OR') {
    advance(c)
    low = parseOrAbove(c, low)
  }
  leave(c)
  return low
}
function parseOrAbove(c: Cursor, left: Expression): Expression {
  const right = parseAbove(c, AND + 1)
  return { kind: 'binary', op: 'OR', left, right, span: spanFrom(c, left.span.start) }
}

function parseIs(c: Cursor, left: Expression, min: number): Expression | undefined {
  const from = left.span.start
  const negatedHere = peek(c, 1) === 'NOT'
  const distinct = peek(c, negatedHere ? 2 : 1) === 'DISTINCT'
  if ((distinct ? COMPARISON : POSTFIX) < min) return undefined
  advance(c)
  const negated = accept(c, 'NOT')
  if (accept(c, 'DISTINCT')) {
    expect(c, 'FROM')
    const right = parseAbove(c, COMPARISON + 1)
    return { kind: 'is-distinct', left, right, negated, span: spanFrom(c, from) }
  }
  let test: IsTestName
  const word = expectOne(c, 'NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'A', 'EMPTY', 'JSON')
  if (word === 'A') {
    expect(c, 'SET')
    test = 'A SET'
  } else if (word === 'JSON') {
    const kind = acceptOne(c, 'VALUE', 'OBJECT', 'ARRAY', 'SCALAR')
    test = kind === undefined ? 'JSON' : `JSON ${kind}`
  } else test = word
  return { kind: 'is', operand: left, test, negated, span: spanFrom(c, from) }
}

function parseMultisetOperator(c: Cursor, left: Expression, min: number): Expression | undefined {
  const word = peek(c, 1)
  if (word !== 'UNION' && word !== 'INTERSECT' && word !== 'EXCEPT') return undefined
  const power = word === 'INTERSECT' ? 18 : 14
  if (power < min) return undefined
  advance(c)
  advance(c)
  // Without a word it is ALL in Flink.
  const distinct = acceptOne(c, 'ALL', 'DISTINCT') === 'DISTINCT'
  return parseRight(c, left, distinct ? `MULTISET ${word}` : `MULTISET ${word} ALL`, power)
}
