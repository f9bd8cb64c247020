/**
 * MATCH_RECOGNIZE.
 *
 * Law: the clauses come in one order, each at most once; PATTERN and DEFINE are required. In a pattern `|` binds loosest,
 * then sequence, then the quantifiers.
 */
import type { Expression, Identifier, MatchRecognize, MatchSkip, Pattern, SelectItem, TableExpression } from '../ast.ts'
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
  unexpected,
} from '../cursor.ts'
import { parseInterval } from './literal.ts'
import { parseIdentifier, parseIdentifierList, parseInteger } from './name.ts'
import { parseExpressionWithoutQuery, parseOrderBy, parsePartitionBy } from './window.ts'

/** At MATCH_RECOGNIZE, behind its input. */
export function parseMatchRecognize(c: Cursor, input: TableExpression): MatchRecognize {
  const from = input.span.start
  expectAll(c, 'MATCH_RECOGNIZE', '(')
  const partitionBy = parsePartitionBy(c)
  const orderBy = parseOrderBy(c)
  const measures: SelectItem[] = []
  if (accept(c, 'MEASURES')) {
    do measures.push(parseMeasure(c))
    while (accept(c, ','))
  }
  let rowsPerMatch: MatchRecognize['rowsPerMatch']
  const rows = acceptOne(c, 'ONE', 'ALL')
  if (rows !== undefined) {
    expectAll(c, rows === 'ONE' ? 'ROW' : 'ROWS', 'PER', 'MATCH')
    rowsPerMatch = rows === 'ONE' ? 'ONE ROW' : 'ALL ROWS'
  }
  const skip = is(c, 'AFTER') ? parseSkip(c) : undefined
  expectAll(c, 'PATTERN', '(')
  const anchoredStart = accept(c, '^')
  const pattern = parseAlternation(c)
  const anchoredEnd = accept(c, '$')
  expect(c, ')')
  const within: Expression | undefined = accept(c, 'WITHIN') ? parseInterval(c, true) : undefined
  const subsets = []
  if (accept(c, 'SUBSET')) {
    do {
      const at = start(c)
      const name = parseIdentifier(c)
      expect(c, '=')
      const variables = parseIdentifierList(c)
      subsets.push({ kind: 'pattern-subset' as const, name, variables, span: spanFrom(c, at) })
    } while (accept(c, ','))
  }
  expect(c, 'DEFINE')
  const define = []
  do {
    const at = start(c)
    const variable = parseIdentifier(c)
    expect(c, 'AS')
    const condition = c.grammar.expression(c)
    define.push({ kind: 'pattern-definition' as const, variable, condition, span: spanFrom(c, at) })
  } while (accept(c, ','))
  expect(c, ')')
  return {
    kind: 'match-recognize',
    input,
    partitionBy,
    orderBy,
    measures,
    rowsPerMatch,
    skip,
    pattern,
    anchoredStart,
    anchoredEnd,
    within,
    subsets,
    define,
    span: spanFrom(c, from),
  }
}

function parseMeasure(c: Cursor): SelectItem {
  const from = start(c)
  const expression = parseExpressionWithoutQuery(c, 'in MEASURES')
  expect(c, 'AS')
  const alias = parseIdentifier(c)
  return { kind: 'select-item', expression, alias, span: spanFrom(c, from) }
}

function parseSkip(c: Cursor): MatchSkip {
  const from = start(c)
  expectAll(c, 'AFTER', 'MATCH', 'SKIP')
  if (accept(c, 'PAST')) {
    expectAll(c, 'LAST', 'ROW')
    return { kind: 'PAST LAST ROW', span: spanFrom(c, from) }
  }
  expect(c, 'TO')
  if (accept(c, 'NEXT')) {
    expect(c, 'ROW')
    return { kind: 'NEXT ROW', span: spanFrom(c, from) }
  }
  // FIRST and LAST are names too: `SKIP TO last` means a variable.
  const side = isName(c, peek(c, 1)) ? acceptOne(c, 'FIRST', 'LAST') : undefined
  const variable: Identifier = parseIdentifier(c)
  return { kind: side ?? 'LAST', variable, span: spanFrom(c, from) }
}

function parseAlternation(c: Cursor): Pattern {
  enter(c)
  const from = start(c)
  const patterns = [parseSequence(c)]
  while (accept(c, '|')) patterns.push(parseSequence(c))
  leave(c)
  if (patterns.length === 1) return patterns[0]
  return { kind: 'pattern-alternation', patterns, span: spanFrom(c, from) }
}

function parseSequence(c: Cursor): Pattern {
  const from = start(c)
  const patterns = [parseQuantified(c)]
  while (startsPattern(c)) patterns.push(parseQuantified(c))
  if (patterns.length === 1) return patterns[0]
  return { kind: 'pattern-sequence', patterns, span: spanFrom(c, from) }
}

function startsPattern(c: Cursor): boolean {
  return isName(c) || is(c, '(') || is(c, '{') || is(c, 'PERMUTE')
}

function parseQuantified(c: Cursor): Pattern {
  const from = start(c)
  const pattern = parseElement(c)
  let min: number
  let max: number | undefined
  switch (c.type) {
    case '*':
      advance(c)
      min = 0
      break
    case '+':
      advance(c)
      min = 1
      break
    case '?':
      advance(c)
      min = 0
      max = 1
      break
    case '{':
      if (peek(c, 1) === '-') return pattern
      advance(c)
      if (accept(c, ',')) {
        min = 0
        max = parseInteger(c)
      } else {
        min = parseInteger(c)
        if (!accept(c, ',')) max = min
        else if (!is(c, '}')) max = parseInteger(c)
      }
      expect(c, '}')
      break
    default:
      return pattern
  }
  const reluctant = accept(c, '?')
  return { kind: 'pattern-quantified', pattern, min, max, reluctant, span: spanFrom(c, from) }
}

function parseElement(c: Cursor): Pattern {
  const from = start(c)
  if (accept(c, '(')) {
    const pattern = parseAlternation(c)
    expect(c, ')')
    return pattern
  }
  if (accept(c, '{')) {
    expect(c, '-')
    const pattern = parseAlternation(c)
    expectAll(c, '-', '}')
    return { kind: 'pattern-exclude', pattern, span: spanFrom(c, from) }
  }
  if (accept(c, 'PERMUTE')) {
    expect(c, '(')
    const patterns = [parseAlternation(c)]
    while (accept(c, ',')) patterns.push(parseAlternation(c))
    expect(c, ')')
    return { kind: 'pattern-permute', patterns, span: spanFrom(c, from) }
  }
  if (!isName(c)) unexpected(c)
  const name = parseIdentifier(c)
  return { kind: 'pattern-variable', name, span: spanFrom(c, from) }
}
