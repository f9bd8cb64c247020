/**
 * What stands behind FROM.
 *
 * Law: a comma binds looser than the join words; all joins associate to the left. A join in parentheses has no alias.
 */
import { fail } from '../../base/errors.ts'
import type {
  FunctionCall,
  Identifier,
  Join,
  NumberLiteral,
  Query,
  QueryBody,
  SelectItem,
  TableAlias,
  TableExpression,
  TableSample,
  UnpivotValue,
} from '../ast.ts'
import {
  accept,
  acceptAll,
  acceptOne,
  advance,
  type Cursor,
  enter,
  expect,
  expectAll,
  expectOne,
  is,
  isName,
  isPair,
  leave,
  peek,
  spanFrom,
  start,
  tokenSpan,
  tokenText,
  unexpected,
  want,
} from '../cursor.ts'
import { parseCall, parseReservedCall } from './function.ts'
import { parseHints } from './hint.ts'
import { isNumber, parseNumber, parseString } from './literal.ts'
import { parseMatchRecognize } from './match-recognize.ts'
import { nameOf, parseIdentifier, parseIdentifierList, parseIdentifierOrList, parseInteger, parseName } from './name.ts'
import { isQuery } from './primary.ts'
import { isQueryStart, queryContinues } from './query-start.ts'
import { parseExtension } from './schema.ts'
import { isTypeWord } from './type.ts'
import { parseExpressionWithoutQuery } from './window.ts'

/** Behind FROM. */
export function parseFrom(c: Cursor, grammar: QueryRules): TableExpression {
  let left = parseJoins(c, grammar)
  while (accept(c, ',')) {
    const right = parseJoins(c, grammar)
    left = { kind: 'join', type: 'COMMA', natural: false, left, right, span: spanFrom(c, left.span.start) }
  }
  return left
}

/** The rules of queries that tables need; given in, since queries need tables. */
export interface QueryRules {
  query(c: Cursor): Query
  /** The rest of a query whose first operand, in parentheses, has been read. */
  continueQuery(c: Cursor, first: QueryBody, from: number): Query
}

/** One table with its joins, without commas. */
export function parseJoins(c: Cursor, grammar: QueryRules): TableExpression {
  return parseMoreJoins(c, parsePrimary(c, grammar), grammar)
}

function parseMoreJoins(c: Cursor, first: TableExpression, grammar: QueryRules): TableExpression {
  let left = first
  for (;;) {
    if (isPair(c, 'CROSS', 'APPLY') || isPair(c, 'OUTER', 'APPLY')) {
      const what = `${c.type} APPLY is no join of Flink`
      fail('SQL_NOT_ALLOWED', { what, hint: 'Write CROSS JOIN LATERAL or LEFT JOIN LATERAL … ON TRUE.' }, place(c))
    }
    const natural = accept(c, 'NATURAL')
    const type = parseJoinType(c)
    if (type === undefined) {
      if (natural) unexpected(c)
      return left
    }
    const right = parsePrimary(c, grammar)
    const from = left.span.start
    if (accept(c, 'ON')) {
      const on = c.grammar.expression(c)
      left = { kind: 'join', type, natural, left, right, on, span: spanFrom(c, from) }
    } else if (accept(c, 'USING')) {
      const using = parseIdentifierList(c)
      left = { kind: 'join', type, natural, left, right, using, span: spanFrom(c, from) }
    } else left = { kind: 'join', type, natural, left, right, span: spanFrom(c, from) }
  }
}

function place(c: Cursor) {
  return { span: tokenSpan(c), source: c.source }
}

function parseJoinType(c: Cursor): Join['type'] | undefined {
  if (accept(c, 'JOIN')) return 'INNER'
  const side = acceptOne(c, 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS')
  if (side === undefined) return undefined
  if (side === 'LEFT' || side === 'RIGHT' || side === 'FULL') accept(c, 'OUTER')
  expect(c, 'JOIN')
  return side
}

function parsePrimary(c: Cursor, grammar: QueryRules): TableExpression {
  enter(c)
  const from = start(c)
  want(c, 'table')
  const lateral = accept(c, 'LATERAL')
  let table: TableExpression
  if (is(c, '(')) {
    table = parseParenthesized(c, lateral, grammar)
    if (table.kind !== 'join' && is(c, 'MATCH_RECOGNIZE')) table = parseMatchRecognize(c, table)
  } else if (accept(c, 'UNNEST')) {
    if (!is(c, '(')) unexpected(c)
    const at = start(c)
    const content = c.grammar.parenthesized(c)
    const expressions = isQuery(content)
      ? [{ kind: 'subquery' as const, query: content, span: spanFrom(c, at) }]
      : content
    const ordinality = acceptAll(c, 'WITH', 'ORDINALITY')
    table = { kind: 'unnest', expressions, ordinality, lateral, span: spanFrom(c, from) }
  } else if (isPair(c, 'TABLE', '(')) {
    advance(c)
    expect(c, '(')
    accept(c, 'SPECIFIC')
    const call = parseTableCall(c)
    expect(c, ')')
    table = { kind: 'table-function', call, lateral, wrapped: true, span: spanFrom(c, from) }
  } else if (lateral) {
    table = unexpected(c)
  } else if (isName(c)) table = parseNamed(c)
  else if (isQueryStart(c) && c.type !== 'TABLE') {
    fail('SQL_QUERY_NOT_ALLOWED', { where: 'behind FROM without parentheses' }, place(c))
  } else table = unexpected(c)
  table = parseSuffix(c, table)
  leave(c)
  return table
}

function parseTableCall(c: Cursor): FunctionCall {
  if (isName(c)) return withoutQuantifier(c, parseCall(c, parseName(c), true))
  const call = parseReservedCall(c)
  if (call?.kind === 'call' && call.parentheses) {
    const what = `${call.name.parts[0].name.toUpperCase()} is no table function, so it cannot stand in TABLE( )`
    const hint = 'It gives one value: call it in SELECT, or UNNEST the array that it gives.'
    return fail('SQL_NOT_ALLOWED', { what, hint }, { span: call.span, source: c.source })
  }
  return unexpected(c)
}

function withoutQuantifier(c: Cursor, call: FunctionCall): FunctionCall {
  if (call.quantifier === undefined) return call
  const what = `A table function takes no ${call.quantifier}`
  return fail('SQL_NOT_ALLOWED', { what }, { span: call.span, source: c.source })
}

/** A table by its name, or `f(…)`. */
function parseNamed(c: Cursor): TableExpression {
  const from = start(c)
  const name = parseName(c)
  if (is(c, '(') && !(isName(c, peek(c, 1)) && isTypeWord(peek(c, 2)))) {
    const call = withoutQuantifier(c, parseCall(c, name, true))
    return { kind: 'table-function', call, lateral: false, wrapped: false, span: spanFrom(c, from) }
  }
  const hints = parseHints(c)
  const extend = parseExtension(c)
  let systemTime: ReturnType<typeof parseExpressionWithoutQuery> | undefined
  if (isPair(c, 'FOR', 'SYSTEM_TIME')) {
    expectAll(c, 'FOR', 'SYSTEM_TIME', 'AS', 'OF')
    systemTime = parseExpressionWithoutQuery(c, 'as a point in time')
  }
  const table: TableExpression = { kind: 'table', name, hints, ...extend, systemTime, span: spanFrom(c, from) }
  return is(c, 'MATCH_RECOGNIZE') ? parseMatchRecognize(c, table) : table
}

/** `(query)` or `(a JOIN b …)`; the parentheses leave no node. */
function parseParenthesized(c: Cursor, lateral: boolean, grammar: QueryRules): TableExpression {
  const from = start(c)
  const content = parseContent(c, grammar)
  if (content.kind !== 'query') return { ...content, span: spanFrom(c, from) }
  return { kind: 'derived-table', query: content, lateral, span: spanFrom(c, from) }
}

/** From `(` to `)`: a query or a join. */
function parseContent(c: Cursor, grammar: QueryRules): Query | Join {
  enter(c)
  expect(c, '(')
  let content: Query | TableExpression
  if (isQueryStart(c)) content = grammar.query(c)
  else if (is(c, '(')) {
    const from = start(c)
    const inner = parseContent(c, grammar)
    if (inner.kind !== 'query') content = parseMoreJoins(c, inner, grammar)
    else if (queryContinues(c)) content = grammar.continueQuery(c, inner, from)
    else if (is(c, ')')) content = inner
    else {
      let table: TableExpression = { kind: 'derived-table', query: inner, lateral: false, span: spanFrom(c, from) }
      if (is(c, 'MATCH_RECOGNIZE')) table = parseMatchRecognize(c, table)
      content = parseMoreJoins(c, parseSuffix(c, table), grammar)
    }
  } else content = parseJoins(c, grammar)
  if (content.kind !== 'query' && content.kind !== 'join') {
    if (is(c, ')')) {
      const what = 'In parentheses behind FROM stands a query or a join'
      fail('SQL_NOT_ALLOWED', { what, hint: 'Leave the parentheses away.' }, { span: content.span, source: c.source })
    }
    unexpected(c)
  }
  expect(c, ')')
  leave(c)
  return content
}

/** PIVOT, UNPIVOT, alias, TABLESAMPLE. */
function parseSuffix(c: Cursor, table: TableExpression): TableExpression {
  let result = table
  const wasJoin = table.kind === 'join'
  const first = c.at
  if (isPair(c, 'PIVOT', '(')) result = parsePivot(c, result)
  if (is(c, 'UNPIVOT')) result = parseUnpivot(c, result)
  const from = start(c)
  const as = accept(c, 'AS')
  if (as || isName(c)) {
    const name = parseIdentifier(c)
    const columns = is(c, '(') ? parseIdentifierList(c) : []
    const alias: TableAlias = { kind: 'table-alias', name, columns, span: spanFrom(c, from) }
    if (result.kind !== 'join') result = { ...result, alias, span: spanFrom(c, table.span.start) }
    // A table or a query may have one on either side; the second names the matches.
    const plain = result.kind === 'table' || result.kind === 'derived-table'
    if (as && columns.length === 0 && plain && is(c, 'MATCH_RECOGNIZE')) {
      return parseSuffix(c, parseMatchRecognize(c, result))
    }
  }
  if (is(c, 'TABLESAMPLE')) {
    const sample = parseSample(c)
    if (result.kind !== 'join') result = { ...result, sample, span: spanFrom(c, table.span.start) }
  }
  if (wasJoin && c.at > first) {
    const what = 'A join in parentheses cannot have an alias'
    const hint = 'Give the tables inside aliases, or write (SELECT * FROM …) AS name.'
    fail('SQL_NOT_ALLOWED', { what, hint }, { span: tokenSpan(c, first), source: c.source })
  }
  return result
}

function parseSample(c: Cursor): TableSample {
  const from = start(c)
  advance(c)
  const method = expectOne(c, 'BERNOULLI', 'SYSTEM', 'SUBSTITUTE')
  expect(c, '(')
  if (method !== 'SUBSTITUTE') want(c, 'integer')
  if (method !== 'SUBSTITUTE' && !isNumber(c.type)) unexpected(c)
  const value = method === 'SUBSTITUTE' ? parseString(c) : parseNumber(c)
  expect(c, ')')
  let repeatable: TableSample['repeatable']
  if (method !== 'SUBSTITUTE' && accept(c, 'REPEATABLE')) {
    expect(c, '(')
    const at = start(c)
    const sign = acceptOne(c, '-', '+')
    const operand: NumberLiteral = { kind: 'number', text: tokenText(c), exact: true, span: tokenSpan(c) }
    parseInteger(c)
    repeatable = sign === '-' ? { kind: 'unary', op: '-', operand, span: spanFrom(c, at) } : operand
    expect(c, ')')
  }
  return { kind: 'sample', method, value, repeatable, span: spanFrom(c, from) }
}

function parseAliased(c: Cursor, stop: string): SelectItem {
  const from = start(c)
  const expression = c.grammar.expression(c)
  const as = accept(c, 'AS')
  const alias: Identifier | undefined = as || (c.type !== stop && isName(c)) ? parseIdentifier(c) : undefined
  return { kind: 'select-item', expression, alias, span: spanFrom(c, from) }
}

function parsePivotAggregate(c: Cursor): SelectItem {
  const item = parseAliased(c, 'FOR')
  const { expression } = item
  if (expression.kind === 'call' && expression.parentheses && expression.span.start === item.span.start) return item
  const what = 'PIVOT takes aggregate functions'
  const hint = 'Write PIVOT (SUM(x) AS s FOR column IN (…)); what is computed from their values stands in SELECT.'
  return fail('SQL_NOT_ALLOWED', { what, hint }, { span: expression.span, source: c.source })
}

function parsePivot(c: Cursor, input: TableExpression): TableExpression {
  expectAll(c, 'PIVOT', '(')
  const aggregates = [parsePivotAggregate(c)]
  while (accept(c, ',')) aggregates.push(parsePivotAggregate(c))
  expect(c, 'FOR')
  const axes = parseIdentifierOrList(c).map(nameOf)
  expectAll(c, 'IN', '(')
  const values: SelectItem[] = []
  if (!is(c, ')')) {
    do values.push(parseAliased(c, ')'))
    while (accept(c, ','))
  }
  expectAll(c, ')', ')')
  return { kind: 'pivot', input, aggregates, axes, values, span: spanFrom(c, input.span.start) }
}

function parseUnpivot(c: Cursor, input: TableExpression): TableExpression {
  advance(c)
  const nulls = acceptOne(c, 'INCLUDE', 'EXCLUDE')
  if (nulls !== undefined) expect(c, 'NULLS')
  expect(c, '(')
  const measures = parseIdentifierOrList(c)
  expect(c, 'FOR')
  const axes = parseIdentifierOrList(c)
  expectAll(c, 'IN', '(')
  const values: UnpivotValue[] = []
  do {
    const from = start(c)
    const columns = parseIdentifierOrList(c).map(nameOf)
    let as: UnpivotValue['as']
    if (accept(c, 'AS')) {
      const row = c.grammar.expression(c)
      as = row.kind === 'row' && !row.explicit ? row.elements : [row]
    }
    values.push({ kind: 'unpivot-value', columns, as, span: spanFrom(c, from) })
  } while (accept(c, ','))
  expectAll(c, ')', ')')
  const includeNulls = nulls === 'INCLUDE'
  return { kind: 'unpivot', input, includeNulls, measures, axes, values, span: spanFrom(c, input.span.start) }
}
