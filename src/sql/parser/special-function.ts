/**
 * The functions with a grammar of their own: EXTRACT, TRIM, OVERLAY, CAST, TIMESTAMPADD and their kin.
 *
 * Law: `SPECIAL` reads from behind the opening parenthesis to before the closing one; the order of arguments is that of
 * `ast/expression.ts`.
 */
import { fail } from '../../base/errors.ts'
import type { Argument, Cast, Expression, FunctionCall, Name } from '../ast.ts'
import {
  accept,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  expectOne,
  is,
  peek,
  spanFrom,
  start,
  tokenSpan,
  tokenText,
} from '../cursor.ts'
import { parseTimeUnit, symbol } from './literal.ts'
import { nameOf, parseIdentifier } from './name.ts'
import { parseTypeName } from './type.ts'

/** The current token, whatever it is, as a name. */
export function wordName(c: Cursor): Name {
  return nameOf({ kind: 'identifier', name: tokenText(c), quoted: false, span: tokenSpan(c) })
}

export function plainCall(name: Name, args: readonly Argument[], span: FunctionCall['span']): FunctionCall {
  return { kind: 'call', name, parentheses: true, args, orderBy: [], span }
}

/** From behind the opening parenthesis to before the closing one: the arguments. */
export const SPECIAL: Readonly<Record<string, ((c: Cursor) => readonly Expression[]) | undefined>> = {
  EXTRACT: (c) => {
    const unit = parseTimeUnit(c)
    expect(c, 'FROM')
    return [unit, c.grammar.expression(c)]
  },
  FLOOR: parseFloor,
  CEIL: parseFloor,
  CEILING: parseFloor,
  POSITION: (c) => {
    const args = [c.grammar.operand(c)]
    expect(c, 'IN')
    args.push(c.grammar.expression(c))
    if (accept(c, 'FROM')) args.push(c.grammar.expression(c))
    return args
  },
  OVERLAY: (c) => {
    const args = [c.grammar.expression(c)]
    expect(c, 'PLACING')
    args.push(c.grammar.expression(c))
    expect(c, 'FROM')
    args.push(c.grammar.expression(c))
    if (accept(c, 'FOR')) args.push(c.grammar.expression(c))
    return args
  },
  SUBSTRING: (c) => {
    const args = [c.grammar.expression(c)]
    expectOne(c, 'FROM', ',')
    args.push(c.grammar.expression(c))
    if (acceptOne(c, 'FOR', ',') !== undefined) args.push(c.grammar.expression(c))
    return args
  },
  TRIM: parseTrim,
  TRANSLATE: (c) => {
    const args = [c.grammar.expression(c)]
    if (accept(c, 'USING')) {
      const from = start(c)
      args.push(symbol(c, parseIdentifier(c).name.toUpperCase(), from))
      return args
    }
    while (accept(c, ',')) args.push(c.grammar.expression(c))
    return args
  },
  CONTAINS_SUBSTR: (c) => {
    const args = [c.grammar.expression(c)]
    expect(c, ',')
    args.push(c.grammar.expression(c))
    if (accept(c, ',')) {
      expectAll(c, 'JSON_SCOPE', '=>')
      args.push(c.grammar.expression(c))
    }
    return args
  },
  PERIOD: (c) => {
    const args = [c.grammar.expression(c)]
    expect(c, ',')
    args.push(c.grammar.expression(c))
    return args
  },
}

function parseFloor(c: Cursor): readonly Expression[] {
  const args = [c.grammar.expression(c)]
  if (accept(c, 'TO')) args.push(parseTimeUnit(c))
  return args
}

function parseTrim(c: Cursor): readonly Expression[] {
  const from = start(c)
  const flag = acceptOne(c, 'BOTH', 'LEADING', 'TRAILING')
  const both = symbol(c, flag ?? 'BOTH', from)
  const blank: Expression = { kind: 'string', value: ' ', span: { start: from, end: from } }
  if (flag !== undefined && accept(c, 'FROM')) return [both, blank, c.grammar.expression(c)]
  const first = c.grammar.expression(c)
  if (accept(c, 'FROM')) return [both, first, c.grammar.expression(c)]
  return flag === undefined ? [first] : [both, blank, first]
}

export function parseCast(c: Cursor): Cast {
  const from = start(c)
  const safe = c.type !== 'CAST'
  advance(c)
  expect(c, '(')
  const operand = c.grammar.expression(c)
  expect(c, 'AS')
  const type = parseTypeName(c)
  if (c.type === 'FORMAT') {
    const what = `${safe ? 'TRY_CAST' : 'CAST'} takes no FORMAT in Flink`
    const hint =
      "Write DATE_FORMAT(timestamp, 'yyyy-MM-dd') for text, TO_TIMESTAMP(text, 'yyyy-MM-dd') for a timestamp."
    fail('SQL_NOT_ALLOWED', { what, hint }, { span: tokenSpan(c), source: c.source })
  }
  expect(c, ')')
  return { kind: 'cast', operand, type, safe, span: spanFrom(c, from) }
}

/** `CONVERT(x USING charset)`, `CONVERT(x, charset, charset)` or `CONVERT(type, x, style)`, which is a cast. */
export function parseConvert(c: Cursor): Expression {
  const name = wordName(c)
  const from = start(c)
  advance(c)
  expect(c, '(')
  if (is(c, 'INTERVAL') || isTypeWord(c)) {
    const type = parseTypeName(c)
    expect(c, ',')
    const operand = c.grammar.expression(c)
    if (accept(c, ',') && !accept(c, 'NULL')) expect(c, 'integer')
    expect(c, ')')
    return { kind: 'cast', operand, type, safe: false, span: spanFrom(c, from) }
  }
  const args: Expression[] = [c.grammar.expression(c)]
  const charset = (): Expression => {
    const at = start(c)
    return symbol(c, parseIdentifier(c).name.toUpperCase(), at)
  }
  if (accept(c, 'USING')) args.push(charset())
  else {
    expect(c, ',')
    args.push(charset())
    expect(c, ',')
    args.push(charset())
  }
  expect(c, ')')
  return plainCall(name, args, spanFrom(c, from))
}
const TYPE_WORDS: ReadonlySet<string> = new Set(
  'BOOLEAN TINYINT SMALLINT INT INTEGER BIGINT FLOAT REAL DOUBLE DECIMAL DEC NUMERIC CHAR CHARACTER VARCHAR STRING BINARY VARBINARY BYTES DATE TIME TIMESTAMP TIMESTAMP_LTZ'.split(
    ' ',
  ),
)
function isTypeWord(c: Cursor): boolean {
  return TYPE_WORDS.has(c.type) && peek(c, 1) !== 'string'
}

export function parseUnitFirst(c: Cursor, name: Name): FunctionCall {
  expect(c, '(')
  const args: Expression[] = [parseTimeUnit(c)]
  expect(c, ',')
  args.push(c.grammar.expression(c))
  expect(c, ',')
  args.push(c.grammar.expression(c))
  expect(c, ')')
  return plainCall(name, args, spanFrom(c, name.span.start))
}

export function parseUnitLast(c: Cursor, name: Name): FunctionCall {
  advance(c)
  return parseUnitLastBehindName(c, name)
}
export function parseUnitLastBehindName(c: Cursor, name: Name): FunctionCall {
  expect(c, '(')
  const args: Expression[] = [c.grammar.expression(c)]
  expect(c, ',')
  if (name.parts[0].name.toUpperCase().endsWith('DIFF')) {
    args.push(c.grammar.expression(c))
    expect(c, ',')
  }
  args.push(parseTimeUnit(c))
  expect(c, ')')
  return plainCall(name, args, spanFrom(c, name.span.start))
}
