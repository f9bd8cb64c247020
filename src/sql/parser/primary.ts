/**
 * Operands: literals, names, calls, CASE, rows, collections, and whatever stands in parentheses.
 *
 * Law: the first token decides, with at most two more; a word that is no reserved one is a name unless what follows makes
 * it something else.
 */
import { fail } from '../../base/errors.ts'
import type {
  Case,
  CaseBranch,
  Collection,
  CollectionQuery,
  Expression,
  Identifier,
  Name,
  Query,
  Row,
  Unary,
} from '../ast.ts'
import {
  accept,
  advance,
  type Cursor,
  enter,
  expect,
  expectAll,
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
import {
  beginsReservedCall,
  namesColumns,
  parseCall,
  parseCursor,
  parseDescriptor,
  parseModifiedCall,
  parseReservedCall,
} from './function.ts'
import {
  isDateTime,
  isIntervalUnit,
  parseBinary,
  parseDateTime,
  parseDecimal,
  parseInterval,
  parseIntervalQualifier,
  parseNumber,
  parseString,
} from './literal.ts'
import { nameOf, parseName } from './name.ts'
import { parseJdbcType } from './type.ts'
import { parseExpressionsWithoutQuery } from './window.ts'

export function isQuery(content: readonly Expression[] | Query): content is Query {
  return !Array.isArray(content)
}

export function parsePrimary(c: Cursor): Expression {
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
    case 'escaped':
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
      if (peek(c, 1) === 'string') return parseDecimal(c)
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
      if (peek(c, 1) === '(') return parseCursor(c, false)
      break
    case 'DESCRIPTOR':
      if (peek(c, 1) === '(' && namesColumns(c)) return parseDescriptor(c)
      break
    case 'NEXT':
    case 'CURRENT':
      if (peek(c, 1) === 'VALUE') return parseSequence(c, type)
      break
    case 'NEW':
    case 'SPECIFIC':
      return parseModifiedCall(c)
    case 'RUNNING':
      return parseSemantics(c, type)
    case 'FINAL':
      if (beginsPrimary(c, peek(c, 1), peek(c, 2))) return parseSemantics(c, type)
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

/** `FINAL x`, `RUNNING x`: the operand ends before any operator, also before `[…]`. */
function parseSemantics(c: Cursor, op: 'FINAL' | 'RUNNING'): Unary {
  const from = start(c)
  enter(c)
  advance(c)
  const sign = is(c, '-') || is(c, '+') ? tokenSpan(c) : undefined
  const minus = is(c, '-')
  if (sign !== undefined) advance(c)
  if (sign !== undefined && !NUMBERS.has(c.type)) unexpected(c)
  const value = parsePrimary(c)
  if (value.kind === 'subquery') {
    fail('SQL_QUERY_NOT_ALLOWED', { where: `behind ${op}` }, { span: value.span, source: c.source })
  }
  const operand: Expression =
    sign === undefined || !minus ? value : { kind: 'unary', op: '-', operand: value, span: spanFrom(c, sign.start) }
  leave(c)
  return { kind: 'unary', op, operand, span: spanFrom(c, from) }
}

const NUMBERS: ReadonlySet<string> = new Set(['integer', 'decimal', 'approximate'])
const OPERANDS: ReadonlySet<string> = new Set([
  ...NUMBERS,
  ...['string', 'prefixed', 'unicode', 'escaped', 'binary', '?', '(', '{', '+', '-'],
  ...['TRUE', 'FALSE', 'UNKNOWN', 'NULL', 'INTERVAL', 'CASE', 'ROW', 'ARRAY', 'MAP', 'MULTISET', 'NEW', 'SPECIFIC'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'RUNNING', 'DESCRIPTOR'],
])

/** FINAL is a column's name where no operand follows; a sign is one of a number, not a difference. */
function beginsPrimary(c: Cursor, type: string, next: string): boolean {
  return OPERANDS.has(type) || isName(c, type) || beginsReservedCall(type, next)
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
  if (type === 'MULTISET' && isQuery(content)) refuseTail(c, content)
  return isQuery(content)
    ? { kind: 'collection-query', type, query: content, span: spanFrom(c, from) }
    : { kind: 'collection', type, elements: content, span: spanFrom(c, from) }
}

/** MULTISET takes the body of a query. */
function refuseTail(c: Cursor, { with: common, body, orderBy, limit, offset, span }: Query): void {
  const plain = common === undefined && orderBy.length === 0 && limit === undefined && offset === undefined
  if (plain && body.kind !== 'set-operation') return
  const what = 'MULTISET takes a query without WITH, UNION, ORDER BY and LIMIT'
  fail('SQL_NOT_ALLOWED', { what, hint: 'Put it into FROM: MULTISET(SELECT x FROM (…)).' }, { span, source: c.source })
}

function parseCase(c: Cursor): Case {
  const from = start(c)
  advance(c)
  const operand = is(c, 'WHEN') ? undefined : c.grammar.expression(c)
  const branches: CaseBranch[] = []
  if (!is(c, 'WHEN')) unexpected(c)
  while (is(c, 'WHEN')) {
    const at = start(c)
    advance(c)
    const values = [c.grammar.expression(c)]
    while (accept(c, ',')) values.push(c.grammar.expression(c))
    expect(c, 'THEN')
    const result = c.grammar.expression(c)
    const span = spanFrom(c, at)
    // biome-ignore lint/suspicious/noThenProperty: `then` is the word of SQL; nobody awaits a syntax tree
    for (const when of values) branches.push({ kind: 'case-branch', when, then: result, span })
  }
  const otherwise = accept(c, 'ELSE') ? c.grammar.expression(c) : undefined
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

function parseEscapedCall(c: Cursor): Expression {
  if (c.type === 'CONVERT') return parseEscapedConvert(c)
  if (!isName(c)) {
    const call = parseReservedCall(c)
    if (call?.kind === 'call') return call
    if (!/^[A-Z]/.test(c.type) || peek(c, 1) !== '(') unexpected(c)
    // Elsewhere such a word is no function's name without quotes.
    const word: Identifier = { kind: 'identifier', name: tokenText(c), quoted: true, span: tokenSpan(c) }
    advance(c)
    return parseCall(c, nameOf(word))
  }
  const name: Name = parseName(c)
  return parseCall(c, name)
}

/** `{fn CONVERT(x, SQL_INTEGER)}` is a cast. */
function parseEscapedConvert(c: Cursor): Expression {
  const from = start(c)
  expectAll(c, 'CONVERT', '(')
  const operand = c.grammar.expression(c)
  expect(c, ',')
  const type = parseJdbcType(c)
  expect(c, ')')
  return { kind: 'cast', operand, type, safe: false, span: spanFrom(c, from) }
}
