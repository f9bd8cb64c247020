/**
 * Queries: WITH, SELECT, VALUES, set operations, ORDER BY and LIMIT.
 *
 * Law: see `ast/query.ts`; INTERSECT binds tighter than UNION and EXCEPT, all associate to the left.
 */
import { fail } from '../../base/errors.ts'
import type {
  CommonTable,
  Expression,
  GroupBy,
  GroupingElement,
  Identifier,
  NamedWindow,
  OrderItem,
  Query,
  QueryBody,
  Row,
  Select,
  SelectItem,
  TableExpression,
  Values,
  With,
} from '../ast.ts'
import {
  accept,
  acceptOne,
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
  unexpected,
} from '../cursor.ts'
import { parseExpression, parseOperators } from './expression.ts'
import { parseHints } from './hint.ts'
import { isNumber, parseNumber } from './literal.ts'
import { parseIdentifier, parseIdentifierList, parseName } from './name.ts'
import { asOperand, isQuery } from './primary.ts'
import { isQueryStart, isSetOperator, queryContinues } from './query-start.ts'
import { parseFrom, type QueryRules } from './table.ts'
import { parseExpressions, parseOrderBy, parseWindow } from './window.ts'

const rules: QueryRules = { query: parseQuery, continueQuery }

export function parseQuery(c: Cursor): Query {
  if (c.noQuery !== '') {
    fail('SQL_QUERY_NOT_ALLOWED', { where: c.noQuery }, { span: tokenSpan(c), source: c.source })
  }
  enter(c)
  const from = start(c)
  const withClause = is(c, 'WITH') ? parseWith(c) : undefined
  const body = parseUnion(c, parseIntersection(c, parseLeaf(c)))
  const query = parseTail(c, body, from, withClause)
  leave(c)
  return query
}

/** The rest of a query whose first operand, in parentheses, has been read. */
export function continueQuery(c: Cursor, first: QueryBody, from: number): Query {
  return parseTail(c, parseUnion(c, parseIntersection(c, plain(first))), from, undefined)
}

/** A query without WITH, ORDER BY and LIMIT is its body. */
function plain(body: QueryBody): QueryBody {
  if (body.kind !== 'query' || body.with !== undefined || body.orderBy.length > 0) return body
  return body.limit === undefined && body.offset === undefined ? body.body : body
}

function parseWith(c: Cursor): With {
  const from = start(c)
  expect(c, 'WITH')
  const recursive = accept(c, 'RECURSIVE')
  const tables: CommonTable[] = []
  do {
    const at = start(c)
    const name = parseIdentifier(c)
    const columns = is(c, '(') ? parseIdentifierList(c) : []
    expect(c, 'AS')
    if (!is(c, '(')) unexpected(c)
    const content = parseParenthesized(c)
    if (!isQuery(content)) {
      const what = 'A table of WITH is a query'
      fail('SQL_NOT_ALLOWED', { what }, { span: spanFrom(c, at), source: c.source })
    }
    tables.push({ kind: 'common-table', name, columns, query: content, span: spanFrom(c, at) })
  } while (accept(c, ','))
  return { kind: 'with', recursive, tables, span: spanFrom(c, from) }
}

function parseUnion(c: Cursor, first: QueryBody): QueryBody {
  let left = first
  for (;;) {
    rejectMinus(c)
    const op = acceptOne(c, 'UNION', 'EXCEPT')
    if (op === undefined) return left
    const all = acceptOne(c, 'ALL', 'DISTINCT') === 'ALL'
    const right = parseIntersection(c, parseLeaf(c))
    left = { kind: 'set-operation', op, all, left, right, span: spanFrom(c, left.span.start) }
  }
}
function parseIntersection(c: Cursor, first: QueryBody): QueryBody {
  let left = first
  while (accept(c, 'INTERSECT')) {
    const all = acceptOne(c, 'ALL', 'DISTINCT') === 'ALL'
    const right = parseLeaf(c)
    left = { kind: 'set-operation', op: 'INTERSECT', all, left, right, span: spanFrom(c, left.span.start) }
  }
  return left
}
function rejectMinus(c: Cursor): void {
  if (c.type !== 'MINUS') return
  const place = { span: tokenSpan(c), source: c.source }
  fail('SQL_NOT_ALLOWED', { what: 'MINUS is no set operation of Flink', hint: 'Write EXCEPT.' }, place)
}

function parseLeaf(c: Cursor): QueryBody {
  const from = start(c)
  if (is(c, 'SELECT')) return parseSelect(c)
  if (is(c, 'VALUES') || c.type === 'VALUE') return parseValues(c)
  if (is(c, 'TABLE')) {
    advance(c)
    return { kind: 'explicit-table', name: parseName(c), span: spanFrom(c, from) }
  }
  if (is(c, '(')) {
    const content = parseParenthesized(c)
    if (isQuery(content)) return plain(content)
    const place = { span: spanFrom(c, from), source: c.source }
    const hint = 'Behind UNION, EXCEPT and INTERSECT stands a query; * EXCEPT (columns) is not known.'
    fail('SQL_NOT_ALLOWED', { what: 'Here stands a query, not a value', hint }, place)
  }
  return unexpected(c)
}

function parseTail(c: Cursor, body: QueryBody, from: number, withClause: With | undefined): Query {
  const orderBy: readonly OrderItem[] = parseOrderBy(c)
  let limit: Expression | undefined
  let offset: Expression | undefined
  if (accept(c, 'LIMIT')) {
    if (!accept(c, 'ALL')) limit = parseCount(c)
    if (c.type === ',') {
      const place = { span: tokenSpan(c), source: c.source }
      fail('SQL_NOT_ALLOWED', { what: 'LIMIT takes one number', hint: 'Write LIMIT count OFFSET start.' }, place)
    }
    if (is(c, 'OFFSET')) offset = parseOffset(c)
  } else if (is(c, 'OFFSET')) {
    offset = parseOffset(c)
    if (is(c, 'FETCH')) limit = parseFetch(c)
    else if (c.type === 'LIMIT') {
      const place = { span: tokenSpan(c), source: c.source }
      fail('SQL_NOT_ALLOWED', { what: 'LIMIT stands before OFFSET', hint: 'Write LIMIT count OFFSET start.' }, place)
    }
  } else if (is(c, 'FETCH')) limit = parseFetch(c)
  return { kind: 'query', with: withClause, body, orderBy, limit, offset, span: spanFrom(c, from) }
}

/** An unsigned number or a parameter. */
function parseCount(c: Cursor): Expression {
  const from = start(c)
  if (accept(c, '?')) return { kind: 'parameter', index: c.parameters++, span: spanFrom(c, from) }
  if (!isNumber(c.type)) is(c, 'integer')
  return parseNumber(c)
}
function parseOffset(c: Cursor): Expression {
  expect(c, 'OFFSET')
  const offset = parseCount(c)
  acceptOne(c, 'ROW', 'ROWS')
  return offset
}
function parseFetch(c: Cursor): Expression {
  expect(c, 'FETCH')
  if (acceptOne(c, 'FIRST', 'NEXT') === undefined) unexpected(c)
  const limit = parseCount(c)
  if (acceptOne(c, 'ROW', 'ROWS') === undefined) unexpected(c)
  expect(c, 'ONLY')
  return limit
}

// --- SELECT ----------------------------------------------------------------------------------------------------------

function parseSelect(c: Cursor): Select {
  const from = start(c)
  expect(c, 'SELECT')
  const hints = parseHints(c)
  const stream = accept(c, 'STREAM') || undefined
  const quantifier = acceptOne(c, 'DISTINCT', 'ALL')
  const items = [parseSelectItem(c)]
  while (accept(c, ',')) items.push(parseSelectItem(c))
  let table: TableExpression | undefined
  let where: Expression | undefined
  let groupBy: GroupBy | undefined
  let having: Expression | undefined
  let windows: readonly NamedWindow[] = []
  let qualify: Expression | undefined
  if (accept(c, 'FROM')) {
    table = parseFrom(c, rules)
    if (accept(c, 'WHERE')) where = parseExpression(c)
    if (is(c, 'GROUP')) groupBy = parseGroupBy(c)
    if (accept(c, 'HAVING')) having = parseExpression(c)
    if (accept(c, 'WINDOW')) windows = parseNamedWindows(c)
    if (accept(c, 'QUALIFY')) qualify = parseExpression(c)
  }
  const span = spanFrom(c, from)
  const select = { hints, quantifier, items, from: table, where, groupBy, having, windows, qualify, span }
  return stream === undefined ? { kind: 'select', ...select } : { kind: 'select', stream, ...select }
}

function parseSelectItem(c: Cursor): SelectItem {
  const from = start(c)
  let expression: Expression
  if (accept(c, '*')) expression = { kind: 'star', span: spanFrom(c, from) }
  else expression = parseExpression(c)
  let alias: Identifier | undefined
  if (accept(c, 'AS') || isName(c)) alias = parseIdentifier(c)
  return { kind: 'select-item', expression, alias, span: spanFrom(c, from) }
}

function parseGroupBy(c: Cursor): GroupBy {
  const from = start(c)
  expectAll(c, 'GROUP', 'BY')
  const quantifier = acceptOne(c, 'DISTINCT', 'ALL')
  const elements = parseGroupingElements(c)
  return { kind: 'group-by', quantifier, elements, span: spanFrom(c, from) }
}

function parseGroupingElements(c: Cursor): readonly GroupingElement[] {
  enter(c)
  const elements = [parseGroupingElement(c)]
  while (accept(c, ',')) elements.push(parseGroupingElement(c))
  leave(c)
  return elements
}

function parseGroupingElement(c: Cursor): GroupingElement {
  const from = start(c)
  if (c.type === 'GROUPING' && peek(c, 1) === 'SETS') {
    expectAll(c, 'GROUPING', 'SETS', '(')
    const elements = parseGroupingElements(c)
    expect(c, ')')
    return { kind: 'grouping-sets', elements, span: spanFrom(c, from) }
  }
  const set = acceptOne(c, 'ROLLUP', 'CUBE')
  if (set !== undefined) {
    expect(c, '(')
    const elements = parseExpressions(c).map(groupingSet)
    expect(c, ')')
    return { kind: set === 'ROLLUP' ? 'rollup' : 'cube', elements, span: spanFrom(c, from) }
  }
  if (c.type === '(' && peek(c, 1) === ')') {
    advance(c)
    advance(c)
    return { kind: 'grouping-set', expressions: [], span: spanFrom(c, from) }
  }
  return groupingSet(parseExpression(c))
}

function groupingSet(expression: Expression): GroupingElement {
  const expressions = expression.kind === 'row' && !expression.explicit ? expression.elements : [expression]
  return { kind: 'grouping-set', expressions, span: expression.span }
}

function parseNamedWindows(c: Cursor): readonly NamedWindow[] {
  const windows: NamedWindow[] = []
  do {
    const from = start(c)
    const name = parseIdentifier(c)
    expect(c, 'AS')
    const window = parseWindow(c)
    windows.push({ kind: 'named-window', name, window, span: spanFrom(c, from) })
  } while (accept(c, ','))
  return windows
}

// --- VALUES and parentheses ------------------------------------------------------------------------------------------

function parseValues(c: Cursor): Values {
  const from = start(c)
  advance(c)
  const rows = [parseValuesRow(c)]
  while (accept(c, ',')) rows.push(parseValuesRow(c))
  return { kind: 'values', rows, span: spanFrom(c, from) }
}

function parseValuesRow(c: Cursor): Expression {
  const from = start(c)
  if (c.type === '(' && peek(c, 1) === 'ROW' && peek(c, 2) === '(') {
    advance(c)
    advance(c)
    const row = parseRowElements(c, true, from)
    // `(ROW(1), 2)` is a row with a row in it.
    if (accept(c, ')')) return { ...row, span: spanFrom(c, from) }
    const first = parseOperators(c, row, 0)
    const elements: Expression[] = [first]
    while (accept(c, ',')) elements.push(parseElement(c))
    expect(c, ')')
    return { kind: 'row', explicit: false, elements, span: spanFrom(c, from) }
  }
  if (c.type === 'ROW' && peek(c, 1) === '(') {
    advance(c)
    return parseRowElements(c, true, from)
  }
  if (c.type === '(') return parseRowElements(c, false, from)
  const element = parseExpression(c)
  return { kind: 'row', explicit: false, elements: [element], span: element.span }
}

/** From `(` to `)`; DEFAULT may stand for a value, a query for all. */
function parseRowElements(c: Cursor, explicit: boolean, from: number): Row {
  if (!is(c, '(')) unexpected(c)
  if (peek(c, 1) !== 'DEFAULT') {
    const content = parseParenthesized(c, true)
    const elements: readonly Expression[] = isQuery(content)
      ? [{ kind: 'subquery', query: content, span: spanFrom(c, from) }]
      : content
    return { kind: 'row', explicit, elements, span: spanFrom(c, from) }
  }
  advance(c)
  const elements = [parseElement(c)]
  while (accept(c, ',')) elements.push(parseElement(c))
  expect(c, ')')
  return { kind: 'row', explicit, elements, span: spanFrom(c, from) }
}

function parseElement(c: Cursor): Expression {
  const from = start(c)
  if (accept(c, 'DEFAULT')) return { kind: 'default', span: spanFrom(c, from) }
  return parseExpression(c)
}

/** From `(` to `)`: values or a query. */
export function parseParenthesized(c: Cursor, defaults = false): readonly Expression[] | Query {
  enter(c)
  const open = start(c)
  expect(c, '(')
  let first: Expression
  if (isQueryStart(c)) {
    const query = parseQuery(c)
    expect(c, ')')
    leave(c)
    return query
  }
  if (c.type === '(') {
    const from = start(c)
    const inner = parseParenthesized(c)
    if (isQuery(inner) && (queryContinues(c) || is(c, ')'))) {
      const query = queryContinues(c) ? continueQuery(c, inner, from) : inner
      expect(c, ')')
      leave(c)
      return query
    }
    first = parseOperators(c, asOperand(c, inner, from), 0)
  } else first = parseExpression(c)
  const list = [first]
  while (accept(c, ',')) list.push(defaults ? parseElement(c) : parseExpression(c))
  if (isSetOperator(c.type)) {
    const place = { span: spanFrom(c, open), source: c.source }
    fail('SQL_NOT_ALLOWED', { what: `${c.type} joins queries, not values` }, place)
  }
  expect(c, ')')
  leave(c)
  return list
}
