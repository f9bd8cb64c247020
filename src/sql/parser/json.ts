/** The SQL/JSON functions: arguments with their own punctuation and clauses behind them. */
import type { Expression, FunctionCall, JsonBehavior, JsonClauses, Name, NamedArgument, OrderItem } from '../ast.ts'
import {
  accept,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  is,
  isPair,
  peek,
  spanFrom,
  start,
} from '../cursor.ts'
import { parseIdentifier } from './name.ts'
import { parseTypeName } from './type.ts'
import { parseExpressionWithoutQuery, parseOrderBy } from './window.ts'

export function isJsonFunction(type: string): boolean {
  switch (type) {
    case 'JSON_VALUE':
    case 'JSON_QUERY':
    case 'JSON_EXISTS':
    case 'JSON_OBJECT':
    case 'JSON_OBJECTAGG':
    case 'JSON_ARRAY':
    case 'JSON_ARRAYAGG':
      return true
    default:
      return false
  }
}

type Clauses = { -readonly [K in keyof JsonClauses]: JsonClauses[K] }

/** The call whose name, at the current token, is one of the functions above. */
export function parseJsonFunction(c: Cursor, name: Name): FunctionCall {
  const from = name.span.start
  const word = c.type
  advance(c)
  expect(c, '(')
  const args: (Expression | NamedArgument)[] = []
  const json: Clauses = {}
  let orderBy: readonly OrderItem[] = []
  switch (word) {
    case 'JSON_OBJECT':
      if (!is(c, ')') && !isNullClause(c)) {
        do parsePair(c, args)
        while (accept(c, ','))
      }
      parseNullClause(c, json)
      break
    case 'JSON_OBJECTAGG':
      parsePair(c, args)
      parseNullClause(c, json)
      break
    case 'JSON_ARRAY':
      if (!is(c, ')') && !isNullClause(c)) {
        do args.push(value(c))
        while (accept(c, ','))
      }
      parseNullClause(c, json)
      break
    case 'JSON_ARRAYAGG':
      args.push(value(c))
      orderBy = parseOrderBy(c)
      parseNullClause(c, json)
      break
    default:
      args.push(value(c))
      expect(c, ',')
      args.push(value(c))
      if (accept(c, 'PASSING')) {
        do {
          const at = start(c)
          const passed = value(c)
          expect(c, 'AS')
          const as = parseIdentifier(c)
          args.push({ kind: 'named-argument', name: as, value: passed, span: spanFrom(c, at) })
        } while (accept(c, ','))
      }
      if (word === 'JSON_EXISTS') parseExistsClause(c, json)
      else parseValueClauses(c, json, word === 'JSON_QUERY')
  }
  expect(c, ')')
  return {
    kind: 'call',
    name,
    parentheses: true,
    args,
    orderBy,
    json: Object.keys(json).length > 0 ? json : undefined,
    span: spanFrom(c, from),
  }
}

function value(c: Cursor): Expression {
  return parseExpressionWithoutQuery(c, 'as an argument of a JSON function')
}

/** `KEY k VALUE v`, `k VALUE v` or `k : v`; the key and the value are pushed. */
function parsePair(c: Cursor, args: (Expression | NamedArgument)[]): void {
  let key = false
  if (c.type === 'KEY' && !['VALUE', ':', '.', '('].includes(peek(c, 1))) {
    advance(c)
    key = true
  }
  args.push(value(c))
  if (key || !accept(c, ':')) expect(c, 'VALUE')
  args.push(value(c))
}

function isNullClause(c: Cursor): boolean {
  return (is(c, 'NULL') || is(c, 'ABSENT')) && peek(c, 1) === 'ON'
}
function parseNullClause(c: Cursor, json: Clauses): void {
  if (!isNullClause(c)) return
  json.onNull = expectOne(c, 'NULL', 'ABSENT')
  expectAll(c, 'ON', 'NULL')
}

function parseExistsClause(c: Cursor, json: Clauses): void {
  const kind = acceptOne(c, 'TRUE', 'FALSE', 'UNKNOWN', 'ERROR')
  if (kind === undefined) return
  expectAll(c, 'ON', 'ERROR')
  json.onError = { kind }
}

function parseValueClauses(c: Cursor, json: Clauses, query: boolean): void {
  if (accept(c, 'RETURNING')) json.returning = parseTypeName(c)
  if (query && accept(c, 'WITHOUT')) {
    accept(c, 'ARRAY')
    expect(c, 'WRAPPER')
    json.wrapper = 'WITHOUT'
  } else if (query && accept(c, 'WITH')) {
    json.wrapper = acceptOne(c, 'CONDITIONAL', 'UNCONDITIONAL') ?? 'UNCONDITIONAL'
    accept(c, 'ARRAY')
    expect(c, 'WRAPPER')
  }
  for (;;) {
    let behavior: JsonBehavior
    if (query && is(c, 'EMPTY') && !isPair(c, 'EMPTY', 'ON')) {
      advance(c)
      behavior = { kind: `EMPTY ${expectOne(c, 'ARRAY', 'OBJECT')}` }
    } else {
      const kind = query ? acceptOne(c, 'ERROR', 'NULL') : acceptOne(c, 'ERROR', 'NULL', 'DEFAULT')
      if (kind === undefined) return
      behavior = kind === 'DEFAULT' ? { kind, value: value(c) } : { kind }
    }
    expect(c, 'ON')
    if (expectOne(c, 'EMPTY', 'ERROR') === 'EMPTY') json.onEmpty = behavior
    else json.onError = behavior
  }
}
