/**
 * Literals become typed constants.
 *
 * Law: a literal is NOT NULL and as narrow as it was written: `1` INT, `3000000000` BIGINT, `2.50` DECIMAL(3, 2), `1e3`
 * DOUBLE, `'ab'` CHAR(2); a TIMESTAMP literal has as many fractional digits as were written. Intervals are months, or
 * milliseconds.
 */
import { fail } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import type { LiteralExpr } from '../../expr/expr.ts'
import type { DateTimeLiteral, IntervalLiteral, IntervalUnit, Literal, NumberLiteral } from '../../sql/ast.ts'
import { daysInMonth, daysOf, MILLIS_PER_DAY } from '../../types/calendar.ts'
import {
  BIGINT,
  BOOLEAN,
  binary,
  char,
  DATE,
  DOUBLE,
  decimal,
  INT,
  type LogicalType,
  NULL_TYPE,
  notNull,
  time,
  timestamp,
} from '../../types/logical-type.ts'
import { type Exact, exact, unitsPerMilli, type Value } from '../../types/value.ts'
import { intervalType } from './type.ts'

/** A constant of a NOT NULL type; NULL keeps a nullable one. */
export function literal(value: Value, type: LogicalType, span?: Span): LiteralExpr {
  const typed = value === null ? type : notNull(type)
  return span === undefined ? { kind: 'literal', value, type: typed } : { kind: 'literal', value, type: typed, span }
}

/** An interval whose value is an expression is the caller's: this gives undefined for it. */
export function bindLiteral(node: Literal): LiteralExpr | undefined {
  const { span } = node
  switch (node.kind) {
    case 'number':
      return number(node)
    case 'string':
      return literal(node.value, char(node.value.length), span)
    case 'binary-string': {
      const bytes = Uint8Array.from(node.hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
      return literal(bytes, binary(bytes.length), span)
    }
    case 'boolean':
      return literal(node.value, BOOLEAN, span)
    case 'null':
      return literal(null, NULL_TYPE, span)
    case 'datetime':
      return dateTime(node)
    case 'interval':
      return typeof node.value === 'string' ? interval(node, node.value) : undefined
  }
}

function number({ text, exact: isExact, span }: NumberLiteral): LiteralExpr {
  if (!isExact) return literal(Number(text), DOUBLE, span)
  const point = text.indexOf('.')
  if (point === -1 || point === text.length - 1) {
    const value = BigInt(text.replace('.', ''))
    if (value <= 2147483647n) return literal(Number(value), INT, span)
    if (value <= 9223372036854775807n) return literal(exact(value), BIGINT, span)
    return fail(
      'PLAN_LITERAL',
      {
        text,
        problem: 'it is beyond BIGINT',
        hint: `Write it with a point, ${text}.0, or as text: CAST('${text}' AS DECIMAL(38, 0)).`,
      },
      { span },
    )
  }
  const precision = text.length - 1
  const scale = text.length - point - 1
  if (precision > 38) fail('PLAN_LITERAL', { text, problem: 'it has more than 38 digits' }, { span })
  return literal(exact(BigInt(text.replace('.', ''))), decimal(precision, scale), span)
}

// ---- Dates and times -------------------------------------------------------------------------------------------------

function dateTime(node: DateTimeLiteral): LiteralExpr {
  const shown = `${node.type} '${node.text}'`
  const wrong = (problem: string, form: string): never =>
    fail('PLAN_LITERAL', { text: shown, problem, hint: `Write it as ${form}.` }, { span: node.span })
  switch (node.type) {
    case 'DATE': {
      const days = parseDate(node.text)
      return literal(days ?? wrong('it is no date', "DATE '2024-12-31'"), DATE, node.span)
    }
    case 'TIME': {
      const parsed = parseTime(node.text)
      if (parsed === undefined) return wrong('it is no time of day', "TIME '23:59:59'")
      const digits = Math.min(3, parsed.digits)
      return literal(parsed.millis + Math.floor(parsed.nanos / 1e6), time(digits), node.span)
    }
    case 'TIMESTAMP_LTZ':
      return fail(
        'PLAN_LITERAL',
        {
          text: shown,
          problem: 'there are no TIMESTAMP_LTZ literals',
          hint: `Write CAST(TIMESTAMP '${node.text}' AS TIMESTAMP_LTZ(3)).`,
        },
        { span: node.span },
      )
    case 'TIMESTAMP': {
      const [day, clock, ...rest] = node.text.trim().split(/[ T]/)
      const days = parseDate(day)
      const parsed = clock === undefined ? { millis: 0, nanos: 0, digits: 0 } : parseTime(clock)
      if (days === undefined || parsed === undefined || rest.length > 0) {
        return wrong('it is no timestamp', `${node.type} '2024-12-31 23:59:59.999'`)
      }
      const digits = Math.min(9, parsed.digits)
      const value = timestampValue(days * MILLIS_PER_DAY + parsed.millis, parsed.nanos, digits)
      return literal(value, timestamp(digits), node.span)
    }
  }
}

/** Units of a TIMESTAMP(p): whole seconds in ms and the nanoseconds of the second. */
function timestampValue(wholeMillis: number, nanos: number, precision: number): Exact {
  const units = unitsPerMilli(precision)
  const fraction = Math.floor(nanos / (1e6 / units))
  return exact(BigInt(wholeMillis) * BigInt(units) + BigInt(fraction))
}

function parseDate(text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text ?? '')
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  // The days that the change to the Gregorian calendar left out are no dates in Flink's literals.
  if (year === 1582 && month === 10 && day > 4 && day < 15) return undefined
  return daysOf(year, month, day)
}

function parseTime(text: string): { millis: number; nanos: number; digits: number } | undefined {
  const match = /^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))?\s*$/.exec(text)
  if (match === null) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = match[4] ?? ''
  const nanos = Number(fraction.slice(0, 9).padEnd(9, '0'))
  return { millis: ((hour * 60 + minute) * 60 + second) * 1000, nanos, digits: fraction.length }
}

// ---- Intervals -------------------------------------------------------------------------------------------------------

/** One of a unit, in months or in milliseconds. */
export const UNIT_SIZE: Readonly<Record<IntervalUnit, number>> = {
  YEAR: 12,
  QUARTER: 3,
  MONTH: 1,
  WEEK: 7 * MILLIS_PER_DAY,
  DAY: MILLIS_PER_DAY,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
}

/** Fields of an interval between two units, in order. */
const ORDER: readonly IntervalUnit[] = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']
/** What stands in front of a field that is not the first. */
const SEPARATOR: Partial<Record<IntervalUnit, string>> = { MONTH: '-', HOUR: ' ', MINUTE: ':', SECOND: ':' }
const LIMIT: Partial<Record<IntervalUnit, number>> = { MONTH: 11, HOUR: 23, MINUTE: 59, SECOND: 59 }

function interval(node: IntervalLiteral, text: string): LiteralExpr {
  const { unit, to } = node.qualifier
  const fields = to === undefined ? [unit] : ORDER.slice(ORDER.indexOf(unit), ORDER.indexOf(to) + 1)
  const shown = `INTERVAL '${text}' ${to === undefined ? unit : `${unit} TO ${to}`}`
  const wrong = (problem: string): never =>
    fail(
      'PLAN_LITERAL',
      {
        text: shown,
        problem,
        hint: "Examples: INTERVAL '5' SECOND, INTERVAL '1-6' YEAR TO MONTH, INTERVAL '2 03:04' DAY TO MINUTE.",
      },
      { span: node.span },
    )
  const digits = (field: IntervalUnit) => (field === 'SECOND' ? '(\\d+(?:\\.\\d*)?)' : '(\\d+)')
  const pattern = fields.map((field, i) => (i === 0 ? digits(field) : `${SEPARATOR[field]}${digits(field)}`)).join('')
  const match = new RegExp(`^\\s*([+-]?)${pattern}\\s*$`).exec(text)
  if (match === null) return wrong(`'${text}' is no interval of ${fields.join(', ')}`)
  let total = 0
  fields.forEach((field, i) => {
    const written = match[i + 2]
    const whole = written.split('.')[0]
    const precision = node.qualifier.precision ?? 2
    if (precision > 3 && UNIT_SIZE[field] >= 1000)
      wrong(`${field}(${precision}) has more than 3 digits, which day-time intervals cannot have`)
    if (i === 0 && whole.replace(/^0+(?=\d)/, '').length > precision) {
      const most = UNIT_SIZE[field] >= 1000 && whole.length > 3
      wrong(
        `${whole} has more digits than ${field}(${precision}) takes; ${most ? 'write it in a larger unit' : `write ${field}(${whole.length})`}`,
      )
    }
    const limit = LIMIT[field]
    if (i > 0 && limit !== undefined && Number(whole) > limit) wrong(`${field} must be at most ${limit}`)
    const fraction = (written.split('.')[1] ?? '').slice(0, 3).padEnd(3, '0')
    total += Number(whole) * UNIT_SIZE[field] + Number(fraction)
  })
  const negative = (match[1] === '-') !== node.negative
  return literal(negative && total !== 0 ? -total : total, intervalType(node.qualifier), node.span)
}
