/** Windows of OVER, ORDER BY lists, lists of expressions. */
import type { Expression, FrameBound, Identifier, OrderItem, WindowFrame, WindowSpecification } from '../ast.ts'
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
} from '../cursor.ts'
import { parseIdentifier } from './name.ts'

/** `a, b`, at least one. */
export function parseExpressions(c: Cursor): readonly Expression[] {
  const list = [c.grammar.expression(c)]
  while (accept(c, ',')) list.push(c.grammar.expression(c))
  return list
}

/** Expressions that are no queries; `where` names the place for the message. */
export function parseExpressionsWithoutQuery(c: Cursor, where: string): readonly Expression[] {
  const before = c.noQuery
  c.noQuery = where
  const list = parseExpressions(c)
  c.noQuery = before
  return list
}

export function parseExpressionWithoutQuery(c: Cursor, where: string): Expression {
  const before = c.noQuery
  c.noQuery = where
  const expression = c.grammar.expression(c)
  c.noQuery = before
  return expression
}

export function parsePartitionBy(c: Cursor): readonly Expression[] {
  if (!isPair(c, 'PARTITION', 'BY')) return []
  expectAll(c, 'PARTITION', 'BY')
  return parseExpressionsWithoutQuery(c, 'in PARTITION BY')
}

/** `ORDER BY a, b DESC`; empty when there is none. */
export function parseOrderBy(c: Cursor): readonly OrderItem[] {
  if (!accept(c, 'ORDER')) return []
  expect(c, 'BY')
  const items = [parseOrderItem(c)]
  while (accept(c, ',')) items.push(parseOrderItem(c))
  return items
}

export function parseOrderItem(c: Cursor): OrderItem {
  const from = start(c)
  const expression = c.grammar.expression(c)
  const descending = acceptOne(c, 'ASC', 'DESC') === 'DESC'
  const nulls = accept(c, 'NULLS') ? expectOne(c, 'FIRST', 'LAST') : undefined
  return { kind: 'order-item', expression, descending, nulls, span: spanFrom(c, from) }
}

/** What stands behind OVER. */
export function parseOver(c: Cursor): WindowSpecification | Identifier {
  return is(c, '(') ? parseWindow(c) : parseIdentifier(c)
}

/** `(base PARTITION BY … ORDER BY … ROWS …)` */
export function parseWindow(c: Cursor): WindowSpecification {
  const from = start(c)
  expect(c, '(')
  const base = isName(c) ? parseIdentifier(c) : undefined
  const partitionBy = parsePartitionBy(c)
  const orderBy = parseOrderBy(c)
  let frame: WindowFrame | undefined
  if (is(c, 'ROWS') || is(c, 'RANGE')) frame = parseFrame(c)
  let allowPartial: boolean | undefined
  const partial = acceptOne(c, 'ALLOW', 'DISALLOW')
  if (partial !== undefined) {
    expect(c, 'PARTIAL')
    allowPartial = partial === 'ALLOW'
  }
  expect(c, ')')
  return { kind: 'window', base, partitionBy, orderBy, frame, allowPartial, span: spanFrom(c, from) }
}

function parseFrame(c: Cursor): WindowFrame {
  const from = start(c)
  const unit = expectOne(c, 'ROWS', 'RANGE')
  let first: FrameBound
  let last: FrameBound | undefined
  if (accept(c, 'BETWEEN')) {
    first = parseBound(c)
    expect(c, 'AND')
    last = parseBound(c)
  } else first = parseBound(c)
  return { kind: 'frame', unit, start: first, end: last, span: spanFrom(c, from) }
}

function parseBound(c: Cursor): FrameBound {
  const from = start(c)
  if (isPair(c, 'CURRENT', 'ROW')) {
    expectAll(c, 'CURRENT', 'ROW')
    return { kind: 'CURRENT ROW', span: spanFrom(c, from) }
  }
  if (is(c, 'UNBOUNDED') && (peek(c, 1) === 'PRECEDING' || peek(c, 1) === 'FOLLOWING')) {
    advance(c)
    const side = expectOne(c, 'PRECEDING', 'FOLLOWING')
    return { kind: `UNBOUNDED ${side}`, span: spanFrom(c, from) }
  }
  // AND ends the bound: parse above it.
  const offset = c.grammar.operand(c)
  const kind = expectOne(c, 'PRECEDING', 'FOLLOWING')
  return { kind, offset, span: spanFrom(c, from) }
}
