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
import type {
  BinaryOperator,
  Case,
  CaseBranch,
  Collection,
  CollectionQuery,
  ComparisonOperator,
  Expression,
  FieldAccess,
  FunctionCall,
  Identifier,
  IsTestName,
  Name,
  Query,
  Row,
} from '../ast.ts'
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
  tokenText,
  unexpected,
  want,
} from '../cursor.ts'
import { parseCall, parseDescriptor, parseModifiedCall, parseReservedCall } from './function.ts'
import {
  isDateTime,
  isIntervalUnit,
  parseBinary,
  parseDateTime,
  parseInterval,
  parseIntervalQualifier,
  parseNumber,
  parseString,
} from './literal.ts'
import { nameOf, parseIdentifier, parseName } from './name.ts'
import { parseExpressionsWithoutQuery } from './window.ts'

const AND = 24
const NOT = 26
const POSTFIX = 28
const COMPARISON = 30
const MATCH = 32
const SIGN = 80
const ACCESS = 100

export function parseExpression(c: Cursor): Expression {
  return parseOperators(c, parsePrefix(c), 0)
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
  enter(c)
  const from = start(c)
  const { type } = c
  let expression: Expression
  if (type === '-' || type === '+') {
    advance(c)
    const operand = parseAbove(c, SIGN)
    expression = { kind: 'unary', op: type, operand, span: spanFrom(c, from) }
  } else if (type === 'NOT') {
    advance(c)
    const operand = parseAbove(c, NOT)
    expression = { kind: 'unary', op: 'NOT', operand, span: spanFrom(c, from) }
  } else if (type === 'EXISTS' || type === 'UNIQUE') {
    advance(c)
    if (!is(c, '(')) unexpected(c)
    const content = c.grammar.parenthesized(c)
    if (!isQuery(content)) {
      fail('SQL_NOT_ALLOWED', { what: `${type} takes a query` }, { span: spanFrom(c, from), source: c.source })
    }
    expression = { kind: 'exists', test: type, query: content, span: spanFrom(c, from) }
  } else expression = parsePrimary(c)
  leave(c)
  return expression
}

export function isQuery(content: readonly Expression[] | Query): content is Query {
  return !Array.isArray(content)
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
  ['!=', ['<>', COMPARISON]],
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
  if (c.watch === c.at) for (const word of ['AND', 'OR']) if (min <= AND) c.wanted.add(word)
  const from = left.span.start
  switch (type) {
    case '.': {
      if (min > ACCESS || !isName(c, peek(c, 1))) return undefined
      advance(c)
      return parseField(c, left)
    }
    case '[': {
      advance(c)
      acceptOne(c, 'OFFSET', 'ORDINAL', 'SAFE_OFFSET', 'SAFE_ORDINAL')
      const index = parseExpression(c)
      expect(c, ']')
      return { kind: 'element', collection: left, index, span: spanFrom(c, from) }
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
      if (accept(c, 'ENCODING')) expectOne(c, 'UTF8', 'UTF16', 'UTF32')
      return { kind: 'json-format', operand: left, span: spanFrom(c, from) }
    default:
      return undefined
  }
}

function isQuantifier(type: string): boolean {
  return type === 'ANY' || type === 'ALL' || type === 'SOME'
}

function parseRight(c: Cursor, left: Expression, op: BinaryOperator, power: number): Expression {
  const right = parseAbove(c, power + 1)
  return { kind: 'binary', op, left, right, span: { start: left.span.start, end: spanFrom(c, left.span.start).end } }
}

function parseField(c: Cursor, object: Expression): FieldAccess {
  const from = object.span.start
  const field = parseIdentifier(c)
  const call = is(c, '(') ? parseCall(c, nameOf(field)) : undefined
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
  const escape = accept(c, 'ESCAPE') ? parseAbove(c, ACCESS) : undefined
  return { kind: 'like', op, operand, pattern, escape, negated, span: spanFrom(c, from) }
}

/** The low bound of BETWEEN reaches to its AND, so it may hold any other operator. */
function parseLow(c: Cursor): Expression {
  let low = parseAbove(c, AND + 1)
  while (c.type === 'OR') {
    advance(c)
    low = parseOrAbove(c, low)
  }
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

// --- operands --------------------------------------------------------------------------------------------------------

function parsePrimary(c: Cursor): Expression {
  want(c, 'expression')
  const from = start(c)
  const { type } = c
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'approximate':
      return parseNumber(c)
    case 'string':
    case 'prefixed':
    case 'unicode':
      return parseString(c)
    case 'binary':
      return parseBinary(c)
    case 'TRUE':
    case 'FALSE':
      advance(c)
      return { kind: 'boolean', value: type === 'TRUE', span: spanFrom(c, from) }
    case 'UNKNOWN':
      advance(c)
      return { kind: 'boolean', value: null, span: spanFrom(c, from) }
    case 'NULL':
      advance(c)
      return { kind: 'null', span: spanFrom(c, from) }
    case 'INTERVAL':
      return parseInterval(c, false)
    case 'DECIMAL':
      if (peek(c, 1) === 'string') return parseNumber(c)
      break
    case '?': {
      advance(c)
      return { kind: 'parameter', index: c.parameters++, span: spanFrom(c, from) }
    }
    case '(':
      return parseParentheses(c)
    case '{':
      return parseEscape(c)
    case '*':
      // COUNT(*) is read with its call; here it would be an operand.
      break
    case 'CASE':
      return parseCase(c)
    case 'ROW':
      if (peek(c, 1) === '(') return parseRow(c)
      break
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      if (peek(c, 1) === '[' || (peek(c, 1) === '(' && type !== 'MULTISET')) return parseCollection(c, type)
      if (type === 'MULTISET' && peek(c, 1) === '(') return parseCollection(c, type)
      break
    case 'CURSOR':
      return fail('SQL_QUERY_NOT_ALLOWED', { where: 'in a CURSOR here' }, { span: tokenSpan(c), source: c.source })
    case 'DESCRIPTOR':
      if (peek(c, 1) === '(') return parseDescriptor(c)
      break
    case 'NEXT':
    case 'CURRENT':
      if (peek(c, 1) === 'VALUE') return parseSequence(c, type)
      break
    case 'NEW':
    case 'SPECIFIC':
    case 'RUNNING':
      return parseModifiedCall(c)
    case 'FINAL':
      if (peek(c, 2) === '(' && peek(c, 1) !== '.' && peek(c, 1) !== '(' && /^[A-Za-z]/.test(peek(c, 1))) {
        return parseModifiedCall(c)
      }
      break
    case 'SELECT': {
      const where = 'here without parentheses'
      return fail('SQL_QUERY_NOT_ALLOWED', { where }, { span: tokenSpan(c), source: c.source })
    }
  }
  if (isDateTime(c)) return parseDateTime(c)
  if (isName(c)) return parseReference(c)
  const call = parseReservedCall(c)
  if (call !== undefined) return call
  return unexpected(c)
}

/** A column, `t.*`, or a call with a name that is no reserved word. */
function parseReference(c: Cursor): Expression {
  if (peek(c, 1) === '(') {
    const special = parseReservedCall(c)
    if (special !== undefined) return special
  }
  const name = parseName(c)
  if (c.type === '(') return parseCall(c, name)
  if (c.type === '.' && peek(c, 1) === '*') {
    advance(c)
    advance(c)
    return { kind: 'star', qualifier: name, span: spanFrom(c, name.span.start) }
  }
  return { kind: 'column', name, span: name.span }
}

/** `(…)`: a value, a row, or a query; `(a - b) DAY`, the interval between two times. */
function parseParentheses(c: Cursor): Expression {
  const from = start(c)
  return asOperand(c, c.grammar.parenthesized(c), from)
}

/** The content of parentheses that began at `from` and have just been closed, as one operand. */
export function asOperand(c: Cursor, content: readonly Expression[] | Query, from: number): Expression {
  if (isQuery(content)) return { kind: 'subquery', query: content, span: spanFrom(c, from) }
  if (content.length !== 1) return { kind: 'row', explicit: false, elements: content, span: spanFrom(c, from) }
  const [only] = content
  if (only.kind === 'binary' && only.op === '-' && isIntervalUnit(c.type)) {
    const qualifier = parseIntervalQualifier(c)
    return { kind: 'time-difference', left: only.left, right: only.right, qualifier, span: spanFrom(c, from) }
  }
  return only
}

function parseRow(c: Cursor): Row {
  const from = start(c)
  advance(c)
  if (peek(c, 1) === ')') {
    advance(c)
    advance(c)
    return { kind: 'row', explicit: true, elements: [], span: spanFrom(c, from) }
  }
  const content = c.grammar.parenthesized(c)
  const elements: readonly Expression[] = isQuery(content)
    ? [{ kind: 'subquery', query: content, span: content.span }]
    : content
  return { kind: 'row', explicit: true, elements, span: spanFrom(c, from) }
}

function parseCollection(c: Cursor, type: Collection['type']): Collection | CollectionQuery {
  const from = start(c)
  advance(c)
  if (accept(c, '[')) {
    const elements = is(c, ']') ? [] : parseExpressionsWithoutQuery(c, `in ${type}[…]`)
    expect(c, ']')
    return { kind: 'collection', type, elements, span: spanFrom(c, from) }
  }
  if (peek(c, 1) === ')') {
    advance(c)
    advance(c)
    return { kind: 'collection', type, elements: [], span: spanFrom(c, from) }
  }
  const content = c.grammar.parenthesized(c)
  return isQuery(content)
    ? { kind: 'collection-query', type, query: content, span: spanFrom(c, from) }
    : { kind: 'collection', type, elements: content, span: spanFrom(c, from) }
}

function parseCase(c: Cursor): Case {
  const from = start(c)
  advance(c)
  const operand = is(c, 'WHEN') ? undefined : parseExpression(c)
  const branches: CaseBranch[] = []
  if (!is(c, 'WHEN')) unexpected(c)
  while (is(c, 'WHEN')) {
    const at = start(c)
    advance(c)
    const values = [parseExpression(c)]
    while (accept(c, ',')) values.push(parseExpression(c))
    expect(c, 'THEN')
    const result = parseExpression(c)
    const span = spanFrom(c, at)
    // biome-ignore lint/suspicious/noThenProperty: `then` is the word of SQL; nobody awaits a syntax tree
    for (const when of values) branches.push({ kind: 'case-branch', when, then: result, span })
  }
  const otherwise = accept(c, 'ELSE') ? parseExpression(c) : undefined
  expect(c, 'END')
  return { kind: 'case', operand, branches, otherwise, span: spanFrom(c, from) }
}

function parseSequence(c: Cursor, which: 'NEXT' | 'CURRENT'): Expression {
  const from = start(c)
  advance(c)
  expectAll(c, 'VALUE', 'FOR')
  return { kind: 'sequence-value', which, sequence: parseName(c), span: spanFrom(c, from) }
}

/** JDBC's escapes: `{d '…'}`, `{t '…'}`, `{ts '…'}`, `{fn f(…)}`. */
function parseEscape(c: Cursor): Expression {
  const from = start(c)
  advance(c)
  const word = tokenText(c).toLowerCase()
  let value: Expression
  if (word === 'fn') {
    advance(c)
    value = parseEscapedCall(c)
  } else {
    const type = word === 'd' ? 'DATE' : word === 't' ? 'TIME' : word === 'ts' ? 'TIMESTAMP' : undefined
    if (type === undefined) {
      for (const one of ['d', 't', 'ts', 'fn']) want(c, one)
      unexpected(c)
    }
    advance(c)
    want(c, 'string')
    if (c.type !== 'string') unexpected(c)
    value = { kind: 'datetime', type, text: parseString(c).value, span: spanFrom(c, from) }
  }
  expect(c, '}')
  return value
}

function parseEscapedCall(c: Cursor): FunctionCall {
  if (!isName(c)) {
    const call = parseReservedCall(c)
    if (call?.kind === 'call') return call
    if (!/^[A-Z]/.test(c.type) || peek(c, 1) !== '(') unexpected(c)
    const word: Identifier = { kind: 'identifier', name: tokenText(c), quoted: false, span: tokenSpan(c) }
    advance(c)
    return parseCall(c, nameOf(word))
  }
  const name: Name = parseName(c)
  return parseCall(c, name)
}
