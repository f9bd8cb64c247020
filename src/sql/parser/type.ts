/**
 * Data types.
 *
 * Law: every spelling of Flink 2.3 is read into one form (see `ast/type.ts`). `NOT NULL` belongs to the type where a type
 * stands for itself; the targets of CAST take none, as in Flink.
 */
import { fail } from '../../base/errors.ts'
import type { BasicType, BasicTypeName, DataType, IntervalUnit, RowTypeField } from '../ast.ts'
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
  isPair,
  leave,
  peek,
  spanFrom,
  start,
  tokenSpan,
  unexpected,
  want,
} from '../cursor.ts'
import { isIntervalUnit, parseIntervalQualifier } from './literal.ts'
import { parseIdentifier, parseInteger, parseName, parsePlainText, parseText } from './name.ts'

/** A type with `NULL` or `NOT NULL` behind it. */
export function parseDataType(c: Cursor): DataType {
  const from = start(c)
  const type = parseTypeName(c)
  if (isPair(c, 'NOT', 'NULL')) {
    advance(c)
    advance(c)
    return { ...type, nullable: false, span: spanFrom(c, from) }
  }
  accept(c, 'NULL')
  return type
}

/** The type of a column: intervals are values of expressions alone. */
export function parseColumnType(c: Cursor): DataType {
  const type = parseDataType(c)
  const interval = intervalIn(type)
  if (interval !== undefined) {
    const what = 'Columns and fields cannot have an INTERVAL type'
    const hint = "Keep a number of seconds as BIGINT, and write n * INTERVAL '1' SECOND where the interval is needed."
    fail('SQL_NOT_ALLOWED', { what, hint }, { span: interval.span, source: c.source })
  }
  return type
}

function intervalIn(type: DataType): DataType | undefined {
  switch (type.kind) {
    case 'interval-type':
      return type
    case 'array-type':
    case 'multiset-type':
      return intervalIn(type.element)
    case 'map-type':
      return intervalIn(type.key) ?? intervalIn(type.value)
    case 'row-type':
    case 'structured-type':
      for (const field of type.fields) {
        const found = intervalIn(field.type)
        if (found !== undefined) return found
      }
      return undefined
    default:
      return undefined
  }
}

/** A type without nullability of its own, as in `CAST(x AS …)`. */
export function parseTypeName(c: Cursor): DataType {
  enter(c)
  const from = start(c)
  let type = parsePlainType(c)
  for (;;) {
    const collection = acceptOne(c, 'ARRAY', 'MULTISET')
    if (collection === undefined) break
    const span = spanFrom(c, from)
    type =
      collection === 'ARRAY'
        ? { kind: 'array-type', element: type, nullable: true, span }
        : { kind: 'multiset-type', element: type, nullable: true, span }
  }
  leave(c)
  return type
}

const SIMPLE: Readonly<Record<string, BasicTypeName>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  FLOAT: 'FLOAT',
  REAL: 'FLOAT',
  DATE: 'DATE',
  STRING: 'STRING',
  BYTES: 'BYTES',
  VARIANT: 'VARIANT',
  BITMAP: 'BITMAP',
}

/** Does this word begin a type, and nothing else? */
export function isTypeWord(type: string): boolean {
  return Object.hasOwn(SIMPLE, type) || OTHER_TYPES.has(type)
}
const OTHER_TYPES: ReadonlySet<string> = new Set(
  'DOUBLE DECIMAL DEC NUMERIC ANY CHAR CHARACTER VARCHAR BINARY VARBINARY TIME TIMESTAMP TIMESTAMP_LTZ ARRAY MULTISET ROW RAW STRUCTURED'.split(
    ' ',
  ),
)

function parsePlainType(c: Cursor): DataType {
  want(c, 'type')
  const from = start(c)
  const basic = (name: BasicTypeName, precision?: number, scale?: number): BasicType => ({
    kind: 'basic-type',
    name,
    precision,
    scale,
    nullable: true,
    span: spanFrom(c, from),
  })
  const word = c.type
  const simple = Object.hasOwn(SIMPLE, word) ? SIMPLE[word] : undefined
  if (simple !== undefined) {
    advance(c)
    return basic(simple)
  }
  switch (word) {
    case 'DOUBLE':
      advance(c)
      accept(c, 'PRECISION')
      return basic('DOUBLE')
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
    case 'ANY': {
      advance(c)
      let precision: number | undefined
      let scale: number | undefined
      if (accept(c, '(')) {
        precision = parseInteger(c)
        if (accept(c, ',')) scale = parseInteger(c)
        expect(c, ')')
      }
      return basic(word === 'ANY' ? 'ANY' : 'DECIMAL', precision, scale)
    }
    case 'CHAR':
    case 'CHARACTER':
    case 'VARCHAR': {
      advance(c)
      const varying = word === 'VARCHAR' || accept(c, 'VARYING')
      const length = parsePrecision(c)
      if (isPair(c, 'CHARACTER', 'SET')) {
        expectAll(c, 'CHARACTER', 'SET')
        parseIdentifier(c)
      }
      return basic(varying ? 'VARCHAR' : 'CHAR', length)
    }
    case 'BINARY':
    case 'VARBINARY': {
      advance(c)
      const varying = word === 'VARBINARY' || accept(c, 'VARYING')
      return basic(varying ? 'VARBINARY' : 'BINARY', parsePrecision(c))
    }
    case 'TIME':
    case 'TIMESTAMP': {
      advance(c)
      const precision = parsePrecision(c)
      const local = parseTimeZone(c)
      if (word === 'TIME') return basic(local ? 'TIME_LTZ' : 'TIME', precision)
      return basic(local ? 'TIMESTAMP_LTZ' : 'TIMESTAMP', precision)
    }
    case 'TIMESTAMP_LTZ':
      advance(c)
      return basic('TIMESTAMP_LTZ', parsePrecision(c))
    case 'ARRAY':
    case 'MULTISET': {
      advance(c)
      expect(c, '<')
      const element = parseDataType(c)
      expect(c, '>')
      const span = spanFrom(c, from)
      return word === 'ARRAY'
        ? { kind: 'array-type', element, nullable: true, span }
        : { kind: 'multiset-type', element, nullable: true, span }
    }
    case 'MAP': {
      if (peek(c, 1) !== '<') break
      advance(c)
      advance(c)
      const key = parseDataType(c)
      expect(c, ',')
      const value = parseDataType(c)
      expect(c, '>')
      return { kind: 'map-type', key, value, nullable: true, span: spanFrom(c, from) }
    }
    case 'ROW': {
      advance(c)
      let fields: readonly RowTypeField[] = []
      if (!accept(c, '<>')) {
        const close = is(c, '(') ? ')' : '>'
        if (!accept(c, '(')) expect(c, '<')
        if (!is(c, close)) fields = parseFields(c)
        expect(c, close)
      }
      return { kind: 'row-type', fields, nullable: true, span: spanFrom(c, from) }
    }
    case 'RAW': {
      advance(c)
      expect(c, '(')
      const className = parseText(c)
      expect(c, ',')
      const serializer = parseText(c)
      expect(c, ')')
      return { kind: 'raw-type', className, serializer, nullable: true, span: spanFrom(c, from) }
    }
    case 'STRUCTURED': {
      advance(c)
      expect(c, '<')
      const className = parseText(c)
      const fields = accept(c, ',') ? parseFields(c) : []
      expect(c, '>')
      return { kind: 'structured-type', className, fields, nullable: true, span: spanFrom(c, from) }
    }
    case 'INTERVAL': {
      advance(c)
      const qualifier = parseIntervalQualifier(c)
      return { kind: 'interval-type', qualifier, nullable: true, span: spanFrom(c, from) }
    }
    case 'DESCRIPTOR':
      if (peek(c, 1) !== '.') {
        advance(c)
        return basic('DESCRIPTOR')
      }
      break
  }
  if (!isName(c)) unexpected(c)
  if (c.type === 'GEOMETRY') {
    const hint = 'Keep the text (WKT) as STRING and read it in a function of your own.'
    fail('SQL_NOT_ALLOWED', { what: 'There is no type GEOMETRY', hint }, { span: tokenSpan(c), source: c.source })
  }
  return { kind: 'named-type', name: parseName(c), nullable: true, span: spanFrom(c, from) }
}

function parsePrecision(c: Cursor): number | undefined {
  if (!accept(c, '(')) return undefined
  const precision = parseInteger(c)
  expect(c, ')')
  return precision
}

/** True for WITH LOCAL TIME ZONE. */
function parseTimeZone(c: Cursor): boolean {
  if (c.type === 'WITHOUT' && peek(c, 1) === 'TIME') {
    expectAll(c, 'WITHOUT', 'TIME', 'ZONE')
    return false
  }
  if (!accept(c, 'WITH')) return false
  expectAll(c, 'LOCAL', 'TIME', 'ZONE')
  return true
}

function parseFields(c: Cursor): readonly RowTypeField[] {
  const fields: RowTypeField[] = []
  do {
    const from = start(c)
    const name = parseIdentifier(c)
    const type = parseDataType(c)
    const comment = c.type === 'string' ? parsePlainText(c) : undefined
    fields.push({ kind: 'row-type-field', name, type, comment, span: spanFrom(c, from) })
  } while (accept(c, ','))
  return fields
}

const JDBC_TYPES: ReadonlySet<string> = new Set(
  'BOOLEAN TINYINT SMALLINT INTEGER BIGINT REAL FLOAT DOUBLE DECIMAL NUMERIC CHAR VARCHAR BINARY VARBINARY DATE TIME TIMESTAMP'.split(
    ' ',
  ),
)

/** A type by its JDBC name: `SQL_INTEGER`, `SQL_INTERVAL_DAY_TO_SECOND`; without SQL_ it is a plain type. */
export function parseJdbcType(c: Cursor): DataType {
  if (!c.type.startsWith('SQL_')) {
    if (!JDBC_TYPES.has(c.type) || peek(c, 1) === '(') unexpected(c)
    return parseTypeName(c)
  }
  const from = start(c)
  const word = c.type.slice('SQL_'.length)
  const [unit, to] = word.replace('INTERVAL_', '').split('_TO_')
  advance(c)
  const span = spanFrom(c, from)
  if (word.startsWith('INTERVAL_') && isIntervalUnit(unit)) {
    const qualifier = { unit: unit as IntervalUnit, to: to as IntervalUnit | undefined, span }
    return { kind: 'interval-type', qualifier, nullable: true, span }
  }
  const folded = Object.hasOwn(SIMPLE, word) ? SIMPLE[word] : word === 'NUMERIC' ? 'DECIMAL' : word
  return { kind: 'basic-type', name: folded as BasicTypeName, nullable: true, span }
}
