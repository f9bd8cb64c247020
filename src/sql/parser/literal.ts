/**
 * Literals, interval qualifiers and time units.
 *
 * Law: a number keeps its digits; what a date's or an interval's text means is the binder's question, not the parser's.
 */
import { fail } from '../../base/errors.ts'
import type {
  BinaryLiteral,
  DateTimeLiteral,
  Expression,
  IntervalLiteral,
  IntervalQualifier,
  IntervalUnit,
  NumberLiteral,
  StringLiteral,
  SymbolArgument,
  Unary,
} from '../ast.ts'
import {
  accept,
  acceptOne,
  advance,
  type Cursor,
  expect,
  expectAll,
  is,
  isName,
  peek,
  spanFrom,
  start,
  tokenText,
  unexpected,
  want,
} from '../cursor.ts'
import { parseIdentifier, parseInteger, parseName, parsePlainString, parseStringValue } from './name.ts'

export function isNumber(type: string): boolean {
  return type === 'integer' || type === 'decimal' || type === 'approximate'
}

/** An unsigned number. */
export function parseNumber(c: Cursor): NumberLiteral {
  const from = start(c)
  if (c.type === 'DECIMAL' && peek(c, 1) === 'string') {
    const literal = parseDecimal(c)
    if (literal.kind === 'number') return literal
  }
  want(c, 'integer')
  if (!isNumber(c.type)) unexpected(c)
  const text = tokenText(c)
  const exact = c.type !== 'approximate'
  advance(c)
  return { kind: 'number', text, exact, span: spanFrom(c, from) }
}

/** `DECIMAL '-1.5E3'`: the exact number that stands between the quotes, a negative one as the minus of a number. */
export function parseDecimal(c: Cursor): NumberLiteral | Unary {
  const from = start(c)
  advance(c)
  const written = parsePlainString(c).trim()
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(written)
  if (match === null || `${match[2]}${match[3] ?? ''}` === '') {
    const what = `'${written}' is no decimal number`
    return fail(
      'SQL_NOT_ALLOWED',
      { what, hint: "Write digits: DECIMAL '1.5'." },
      { span: spanFrom(c, from), source: c.source },
    )
  }
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const text = Number(exponent) === 0 ? written.replace(/^[+-]|[eE].*$/g, '') : shift(whole, fraction, Number(exponent))
  const number: NumberLiteral = { kind: 'number', text, exact: true, span: spanFrom(c, from) }
  return sign === '-' ? { kind: 'unary', op: '-', operand: number, span: number.span } : number
}

/** The digits with the point moved to the right (or, for a negative exponent, to the left). */
function shift(whole: string, fraction: string, exponent: number): string {
  if (exponent >= 0) {
    const moved = fraction.slice(0, exponent).padEnd(exponent, '0')
    const rest = fraction.slice(exponent)
    return `${whole}${moved}${rest === '' ? '' : `.${rest}`}`
  }
  const padded = whole.padStart(-exponent + 1, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}${fraction}`
}

export function parseString(c: Cursor): StringLiteral {
  const from = start(c)
  const { value, charset } = parseStringValue(c)
  return charset === undefined
    ? { kind: 'string', value, span: spanFrom(c, from) }
    : { kind: 'string', value, charset, span: spanFrom(c, from) }
}

export function parseBinary(c: Cursor): BinaryLiteral {
  const from = start(c)
  let hex = ''
  do {
    const raw = tokenText(c)
    hex += raw.slice(raw.indexOf("'") + 1, -1)
    advance(c)
  } while (c.type === 'string')
  if (!/^[0-9A-Fa-f]*$/.test(hex)) {
    fail('SQL_BAD_BINARY_LITERAL', { text: `x'${hex}'` }, { span: spanFrom(c, from), source: c.source })
  }
  return { kind: 'binary-string', hex, span: spanFrom(c, from) }
}

/** Does `DATE '…'`, `TIMESTAMP WITH LOCAL TIME ZONE '…'` or one of their kind stand here? */
export function isDateTime(c: Cursor): boolean {
  switch (c.type) {
    case 'DATE':
    case 'TIME':
    case 'DATETIME':
      return peek(c, 1) === 'string'
    case 'TIMESTAMP':
      return peek(c, 1) === 'string' || peek(c, 1) === 'WITH'
    default:
      return false
  }
}

export function parseDateTime(c: Cursor): DateTimeLiteral {
  const from = start(c)
  const word = c.type
  advance(c)
  let type: DateTimeLiteral['type'] = 'TIMESTAMP'
  if (word === 'DATE') type = 'DATE'
  else if (word === 'TIME') type = 'TIME'
  else if (word === 'TIMESTAMP' && accept(c, 'WITH')) {
    expectAll(c, 'LOCAL', 'TIME', 'ZONE')
    type = 'TIMESTAMP_LTZ'
  }
  const text = parsePlainString(c)
  return { kind: 'datetime', type, text, span: spanFrom(c, from) }
}

const UNITS: ReadonlyMap<string, IntervalUnit> = new Map(
  (['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const).flatMap((unit) => [
    [unit, unit] as const,
    [`${unit}S`, unit] as const,
  ]),
)
export function isIntervalUnit(type: string): boolean {
  return UNITS.has(type)
}
function takeUnit(c: Cursor): IntervalUnit {
  if (c.watch === c.at) for (const unit of UNITS.keys()) if (!unit.endsWith('S')) c.wanted.add(unit)
  const unit = UNITS.get(c.type)
  if (unit === undefined) return unexpected(c)
  advance(c)
  return unit
}

/** Which units may stand behind TO. */
const LATER: Readonly<Record<IntervalUnit, readonly IntervalUnit[]>> = {
  YEAR: ['MONTH'],
  QUARTER: [],
  MONTH: [],
  WEEK: [],
  DAY: ['HOUR', 'MINUTE', 'SECOND'],
  HOUR: ['MINUTE', 'SECOND'],
  MINUTE: ['SECOND'],
  SECOND: [],
}

export function parseIntervalQualifier(c: Cursor, single = false): IntervalQualifier {
  const from = start(c)
  const unit = takeUnit(c)
  let precision: number | undefined
  let fraction: number | undefined
  let to: IntervalUnit | undefined
  if (accept(c, '(')) {
    precision = parseInteger(c)
    if (unit === 'SECOND' && accept(c, ',')) fraction = parseInteger(c)
    expect(c, ')')
  }
  const later = LATER[unit]
  if (!single && later.length > 0 && is(c, 'TO') && isIntervalUnit(peek(c, 1))) {
    advance(c)
    if (!later.includes(UNITS.get(c.type)!)) {
      if (c.watch === c.at) for (const one of later) c.wanted.add(one)
      unexpected(c)
    }
    to = takeUnit(c)
    if (to === 'SECOND' && accept(c, '(')) {
      fraction = parseInteger(c)
      expect(c, ')')
    }
  }
  return { unit, precision, to, fraction, span: spanFrom(c, from) }
}

/** `INTERVAL '1' DAY`; unless `literal` is asked for, `INTERVAL n DAY` too. */
export function parseInterval(c: Cursor, literal: boolean): IntervalLiteral {
  const from = start(c)
  expect(c, 'INTERVAL')
  const negative = acceptOne(c, '-', '+') === '-'
  if (literal || c.type === 'string') {
    const value = parsePlainString(c)
    return { kind: 'interval', value, negative, qualifier: parseIntervalQualifier(c), span: spanFrom(c, from) }
  }
  let value: Expression
  want(c, 'string')
  if (accept(c, '(')) {
    value = c.grammar.expression(c)
    expect(c, ')')
  } else if (isNumber(c.type) || c.type === 'DECIMAL') value = parseNumber(c)
  else {
    const name = parseName(c)
    value = { kind: 'column', name, span: name.span }
  }
  return { kind: 'interval', value, negative, qualifier: parseIntervalQualifier(c, true), span: spanFrom(c, from) }
}

const SYNONYMS: Readonly<Record<string, string>> = { DAYOFWEEK: 'DOW', DAYOFYEAR: 'DOY' }

/** A time unit as an argument: `DAY`, `SQL_TSI_DAY`, `WEEK(MONDAY)`, or any name. */
export function parseTimeUnit(c: Cursor): SymbolArgument {
  const from = start(c)
  let value = c.type
  if (UNITS.get(c.type) === c.type) advance(c)
  else if (isName(c)) value = parseIdentifier(c).name.toUpperCase()
  else unexpected(c)
  if (value.startsWith('SQL_TSI_')) value = value.slice('SQL_TSI_'.length)
  value = SYNONYMS[value] ?? value
  if (value === 'WEEK' && accept(c, '(')) {
    const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const
    const day = acceptOne(c, ...days)
    if (day === undefined) unexpected(c)
    value = `WEEK(${day})`
    expect(c, ')')
  }
  return { kind: 'symbol', value, span: spanFrom(c, from) }
}

export function symbol(c: Cursor, value: string, from: number): SymbolArgument {
  return { kind: 'symbol', value, span: spanFrom(c, from) }
}
