/**
 * Function calls: arguments and what may follow them.
 *
 * Law: whatever was written, the result is a `call` with the arguments in the order that `ast/expression.ts` states.
 */
import { fail } from '../../base/errors.ts'
import type {
  Argument,
  CollectionQuery,
  Descriptor,
  Expression,
  FunctionCall,
  Identifier,
  Name,
  OrderItem,
  Query,
  TableArgument,
  WindowSpecification,
} from '../ast.ts'
import {
  accept,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  is,
  isName,
  isPair,
  peek,
  spanFrom,
  start,
  tokenSpan,
  unexpected,
  want,
} from '../cursor.ts'
import { parseHints } from './hint.ts'
import { isJsonFunction, parseJsonFunction } from './json.ts'
import { nameOf, parseIdentifier, parseIdentifierOrList, parseName } from './name.ts'
import {
  parseCast,
  parseConvert,
  parseUnitFirst,
  parseUnitLast,
  parseUnitLastBehindName,
  plainCall,
  SPECIAL,
  wordName,
} from './special-function.ts'
import { parseExpressions, parseOrderBy, parseOrderItem, parseOver } from './window.ts'

const reservedFunctions =
  'ABS AVG CARDINALITY CEILING CHAR CHAR_LENGTH CHARACTER_LENGTH CLASSIFIER COALESCE COLLECT COVAR_POP COVAR_SAMP CUME_DIST COUNT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DENSE_RANK ELEMENT EVERY EXP FIRST_VALUE FLOOR FUSION INTERSECTION GROUPING HOUR LAG LEAD LEFT LAST_VALUE LN LOCALTIME LOCALTIMESTAMP LOWER MATCH_NUMBER MAX MIN MINUTE MOD MONTH NEXT NTH_VALUE NTILE NULLIF OCTET_LENGTH PERCENTILE_CONT PERCENTILE_DISC PERCENT_RANK POWER PREV RANK REGR_COUNT REGR_SXX REGR_SYY RIGHT ROW_NUMBER SECOND SOME SQRT STDDEV_POP STDDEV_SAMP SUM UPPER TRUNCATE USER VAR_POP VAR_SAMP YEAR DATE TIME TIMESTAMP DATETIME'
/** Reserved words that are functions before a parenthesis. */
const RESERVED_FUNCTIONS: ReadonlySet<string> = new Set(reservedFunctions.split(' '))

/** Words that are a value without parentheses. */
const CONTEXT_VARIABLES: ReadonlySet<string> = new Set(
  'CURRENT_CATALOG CURRENT_DATE CURRENT_DEFAULT_TRANSFORM_GROUP CURRENT_PATH CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP SESSION_USER SYSTEM_USER USER'.split(
    ' ',
  ),
)
/** Functions whose first argument is a time unit. */
const UNIT_FIRST: ReadonlySet<string> = new Set(['TIMESTAMPADD', 'TIMESTAMPDIFF'])
/** Functions whose last argument is a time unit. */
const UNIT_LAST: ReadonlySet<string> = new Set([
  'DATE_DIFF',
  'DATETIME_DIFF',
  'TIMESTAMP_DIFF',
  'TIME_DIFF',
  'DATE_TRUNC',
  'DATETIME_TRUNC',
  'TIMESTAMP_TRUNC',
  'TIME_TRUNC',
])
const WITH_ORDER: ReadonlySet<string> = new Set(['ARRAY_AGG', 'ARRAY_CONCAT_AGG'])

/** A call or context variable that begins with a reserved word; undefined when the word begins none. */
export function parseReservedCall(c: Cursor): Expression | undefined {
  const word = c.type
  if (peek(c, 1) === '(') {
    if (isJsonFunction(word)) return parseSuffix(c, parseJsonFunction(c, wordName(c)))
    if (word === 'CAST' || word === 'TRY_CAST' || word === 'SAFE_CAST') return parseCast(c)
    const special = SPECIAL[word]
    if (special !== undefined) {
      const name = wordName(c)
      const from = start(c)
      advance(c)
      advance(c)
      const args = special(c)
      expect(c, ')')
      const call = plainCall(name, args, spanFrom(c, from))
      return word === 'FLOOR' || word.startsWith('CEIL') ? parseSuffix(c, call) : call
    }
    if (word === 'CONVERT') return parseConvert(c)
    if (UNIT_LAST.has(word)) return parseUnitLast(c, wordName(c))
    if (RESERVED_FUNCTIONS.has(word)) {
      const name = wordName(c)
      advance(c)
      return parseCall(c, name)
    }
  }
  if (CONTEXT_VARIABLES.has(word)) {
    const name = wordName(c)
    advance(c)
    return { kind: 'call', name, parentheses: false, args: [], orderBy: [], span: name.span }
  }
  return undefined
}

/** The call of `name`, which has just been read; the current token is its parenthesis. */
export function parseCall(c: Cursor, name: Name, ofTable = false): FunctionCall {
  const only = name.parts.length === 1 && !name.parts[0].quoted ? name.parts[0].name.toUpperCase() : ''
  if (UNIT_FIRST.has(only)) return parseUnitFirst(c, name)
  if (only === 'DATE_DIFF' || only === 'DATETIME_DIFF') return parseUnitLastBehindName(c, name)
  const noQuery = c.noQuery
  c.noQuery = ''
  const from = name.span.start
  expect(c, '(')
  const args: Argument[] = []
  let quantifier: FunctionCall['quantifier']
  let nulls: FunctionCall['nulls']
  let orderBy: readonly OrderItem[] = []
  if (c.type === '*' && peek(c, 1) === ')') {
    args.push({ kind: 'star', span: tokenSpan(c) })
    advance(c)
  } else if (!is(c, ')')) {
    quantifier = acceptOne(c, 'DISTINCT', 'ALL')
    args.push(parseArgument(c, true, ofTable))
    while (accept(c, ',')) args.push(parseArgument(c, false, ofTable))
    if (WITH_ORDER.has(only) || only.startsWith('PERCENTILE_')) {
      nulls = parseNulls(c)
      if (WITH_ORDER.has(only)) orderBy = parseOrderBy(c)
    }
  }
  expect(c, ')')
  c.noQuery = noQuery
  return parseSuffix(c, {
    kind: 'call',
    name,
    parentheses: true,
    quantifier,
    args,
    orderBy,
    nulls,
    span: spanFrom(c, from),
  })
}

function parseNulls(c: Cursor): FunctionCall['nulls'] {
  if (isPair(c, 'IGNORE', 'NULLS') || isPair(c, 'RESPECT', 'NULLS')) {
    const which = expectOne(c, 'IGNORE', 'RESPECT')
    advance(c)
    return which
  }
  return undefined
}

/** IGNORE NULLS, WITHIN, FILTER and OVER behind a call. */
export function parseSuffix(c: Cursor, call: FunctionCall): FunctionCall {
  const from = call.span.start
  const nulls = parseNulls(c) ?? call.nulls
  let withinDistinct: readonly Expression[] | undefined
  let withinGroup: readonly OrderItem[] | undefined
  let filter: Expression | undefined
  let over: WindowSpecification | Identifier | undefined
  if (isPair(c, 'WITHIN', 'DISTINCT')) {
    expectAll(c, 'WITHIN', 'DISTINCT', '(')
    withinDistinct = parseExpressions(c)
    expect(c, ')')
  }
  if (accept(c, 'WITHIN')) {
    expectAll(c, 'GROUP', '(')
    if (!is(c, 'ORDER')) unexpected(c)
    withinGroup = parseOrderBy(c)
    expect(c, ')')
  }
  if (accept(c, 'FILTER')) {
    expectAll(c, '(', 'WHERE')
    filter = c.grammar.expression(c)
    expect(c, ')')
  }
  if (accept(c, 'OVER')) over = parseOver(c)
  if (!nulls && !withinDistinct && !withinGroup && !filter && !over) return call
  return { ...call, nulls, withinDistinct, withinGroup, filter, over, span: spanFrom(c, from) }
}

// --- arguments -------------------------------------------------------------------------------------------------------

function parseArgument(c: Cursor, first: boolean, ofTable: boolean): Argument {
  if (peek(c, 1) === '=>' && isName(c)) {
    const from = start(c)
    const name = parseIdentifier(c)
    expect(c, '=>')
    return { kind: 'named-argument', name, value: parseArgumentValue(c, first, ofTable), span: spanFrom(c, from) }
  }
  return parseArgumentValue(c, first, ofTable)
}

function parseArgumentValue(c: Cursor, first: boolean, ofTable: boolean): Expression {
  const from = start(c)
  const { type } = c
  if (type === 'CURSOR' && ofTable) return parseCursor(c)
  if (type === 'DEFAULT') {
    advance(c)
    return { kind: 'default', span: spanFrom(c, from) }
  }
  if (type === 'TABLE') {
    advance(c)
    return tableArgument(c, from, parseName(c))
  }
  if (type === 'MODEL' && isName(c, peek(c, 1))) {
    advance(c)
    return { kind: 'model-argument', name: parseName(c), span: spanFrom(c, from) }
  }
  if (first && (type === 'SELECT' || type === 'WITH' || type === 'VALUES')) {
    return queryArgument(c, from, c.grammar.query(c))
  }
  const value = c.grammar.expression(c)
  if (value.kind === 'subquery') return queryArgument(c, from, value.query)
  return value
}

/** Only an argument of a table function may be one, whole. */
export function parseCursor(c: Cursor, allowed = true): CollectionQuery {
  const from = start(c)
  advance(c)
  const content = c.grammar.parenthesized(c)
  const refuse = (what: string, hint?: string) =>
    fail('SQL_NOT_ALLOWED', { what, hint }, { span: spanFrom(c, from), source: c.source })
  if (!('kind' in content)) return refuse('CURSOR takes a query')
  if (!allowed || (c.type !== ',' && c.type !== ')')) {
    return refuse('CURSOR may only be an argument of a table function', 'Flink passes tables as TABLE (SELECT …).')
  }
  return { kind: 'collection-query', type: 'CURSOR', query: content, span: spanFrom(c, from) }
}

function queryArgument(c: Cursor, from: number, query: Query): Expression {
  if (is(c, 'PARTITION') || is(c, 'ORDER')) return tableArgument(c, from, query)
  return { kind: 'subquery', query, span: spanFrom(c, from) }
}

function tableArgument(c: Cursor, from: number, input: Name | Query): TableArgument {
  const hints = input.kind === 'name' ? parseHints(c) : []
  let partitionBy: readonly Expression[] = []
  if (isPair(c, 'PARTITION', 'BY')) {
    expectAll(c, 'PARTITION', 'BY')
    partitionBy = parseIdentifierOrList(c).map((column) => ({
      kind: 'column' as const,
      name: nameOf(column),
      span: column.span,
    }))
  }
  let orderBy: readonly OrderItem[] = []
  if (accept(c, 'ORDER')) {
    expect(c, 'BY')
    if (accept(c, '(')) {
      const items = [parseOrderItem(c)]
      while (accept(c, ',')) items.push(parseOrderItem(c))
      expect(c, ')')
      orderBy = items
    } else orderBy = [parseOrderItem(c)]
  }
  return { kind: 'table-argument', input, hints, partitionBy, orderBy, span: spanFrom(c, from) }
}

/** At DESCRIPTOR: do only names of columns stand in its parentheses? With anything else it is a call like another. */
export function namesColumns(c: Cursor): boolean {
  let n = 2
  while (isName(c, peek(c, n))) {
    const next = peek(c, n + 1)
    if (next === ')') return true
    if (next !== ',' && next !== '.') return false
    n += 2
  }
  return peek(c, 2) === ')'
}

/** `DESCRIPTOR(a, b)`, at its first token. */
export function parseDescriptor(c: Cursor): Descriptor {
  const from = start(c)
  advance(c)
  expect(c, '(')
  const columns = []
  if (!is(c, ')')) {
    do {
      const name = parseName(c)
      columns.push({ kind: 'descriptor-column' as const, name, span: name.span })
    } while (accept(c, ','))
  }
  expect(c, ')')
  return { kind: 'descriptor', columns, span: spanFrom(c, from) }
}

/** `NEW f(…)`, `SPECIFIC f(…)`: the word, then the call. */
export function parseModifiedCall(c: Cursor): FunctionCall {
  const from = start(c)
  const modifier = expectOne(c, 'NEW', 'SPECIFIC')
  want(c, 'name')
  let call: Expression | undefined
  if (isName(c)) call = parseCall(c, parseName(c))
  else call = parseReservedCall(c)
  if (call?.kind !== 'call' || !call.parentheses) return unexpected(c)
  return { ...call, modifier, span: spanFrom(c, from) }
}

/** Do these two tokens begin what `parseReservedCall` reads? */
export function beginsReservedCall(word: string, next: string): boolean {
  if (CONTEXT_VARIABLES.has(word)) return true
  const special = SPECIAL[word] !== undefined || RESERVED_FUNCTIONS.has(word) || UNIT_LAST.has(word)
  return next === '(' && (special || isJsonFunction(word) || /^((TRY_|SAFE_)?CAST|CONVERT)$/.test(word))
}
