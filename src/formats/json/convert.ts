/**
 * One value reader per SQL type: the token at hand becomes a scalar value, with the coercions of Flink's JSON format.
 *
 * | column            | takes                                                                                       |
 * |-------------------|---------------------------------------------------------------------------------------------|
 * | BOOLEAN           | true, false; of any other scalar whether its text is "true"                                  |
 * | TINYINT SMALLINT  | whole numbers; strings of digits                                                             |
 * | INT BIGINT        | numbers, fractions cut; strings of digits                                                    |
 * | FLOAT DOUBLE      | numbers; strings that Java reads as a number                                                 |
 * | DECIMAL           | numbers, strings; rounded HALF_UP, NULL when too large                                       |
 * | CHAR VARCHAR      | strings; other scalars and whole objects and arrays as their JSON text                       |
 * | DATE TIME …       | strings of the timestamp standard                                                            |
 * | BINARY VARBINARY  | strings of base 64                                                                           |
 * | ARRAY MAP ROW     | arrays, objects                                                                              |
 *
 * Law: a reader consumes exactly one value. With `ignoreErrors` a value that does not fit is NULL and is stepped over, at the
 * innermost level where it did not fit; broken JSON is never ignored here. Entries of a MAP stand as a Java HashMap lists them.
 */
import { fail } from '../../base/errors.ts'
import { inHashMapOrder } from '../../types/java-hash.ts'
import { type LogicalType, typeText } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { ascii } from '../text/ascii.ts'
import { decodeBase64 } from '../text/base64.ts'
import {
  floatOfText,
  javaTrim,
  parseDecimal,
  parseDouble,
  parseInteger,
  parseLong,
  truncateToLong,
} from '../text/numbers.ts'
import { parseDate, parseTime, parseTimestamp, type TimeStandard, toTimestamp } from '../text/times.ts'
import { JsonFault } from './fault.ts'
import type { JsonReader } from './reader.ts'
import { compactText } from './tree.ts'

export interface ConvertOptions {
  readonly ignoreErrors: boolean
  readonly failOnMissing: boolean
  readonly standard: TimeStandard
  /** The table has a DECIMAL column: then Flink keeps all digits of numbers inside objects that go into a STRING. */
  readonly decimals?: boolean
}

export function hasDecimal(type: LogicalType): boolean {
  switch (type.kind) {
    case 'DECIMAL':
      return true
    case 'ARRAY':
    case 'MULTISET':
      return hasDecimal(type.element)
    case 'MAP':
      return hasDecimal(type.key) || hasDecimal(type.value)
    case 'ROW':
    case 'STRUCTURED':
      return type.fields.some((field) => hasDecimal(field.type))
    default:
      return false
  }
}

/** Reads the value at hand; `depth` is the number of brackets that are open around it. */
export type ValueReader = (reader: JsonReader, depth: number) => Value

/** The reader of a column of `type`, NULL and the ignore option included. `column` is for messages. */
export function valueReader(type: LogicalType, column: string, options: ConvertOptions): ValueReader {
  const read = notNullReader(type, column, options)
  if (!options.ignoreErrors) return (r, depth) => (r.null() ? null : read(r, depth))
  return (r, depth) => {
    if (r.null()) return null
    const at = r.pos
    try {
      return read(r, depth)
    } catch (fault) {
      if (!(fault instanceof JsonFault) || fault.fault.kind === 'syntax') throw fault
      r.pos = at
      r.skipValue(depth)
      return null
    }
  }
}

/** The reader of the derived column `TO_TIMESTAMP(field)`: the field's STRING, then the function. */
export function sqlTimestampReader(column: string, options: ConvertOptions): ValueReader {
  const read = valueReader({ kind: 'VARCHAR', nullable: true, length: 2147483647 }, column, options)
  return (r, depth) => {
    const text = read(r, depth) as string | null
    return text === null ? null : toTimestamp(text)
  }
}

function notNullReader(type: LogicalType, column: string, options: ConvertOptions): ValueReader {
  switch (type.kind) {
    case 'NULL':
      return (r, depth) => {
        r.skipValue(depth)
        return null
      }
    case 'BOOLEAN':
      return booleanOf
    case 'TINYINT':
      return wholeReader('TINYINT', -128, 127, false)
    case 'SMALLINT':
      return wholeReader('SMALLINT', -32768, 32767, false)
    case 'INTEGER':
    case 'INTERVAL_YEAR_MONTH':
      return wholeReader('INT', -2147483648, 2147483647, true)
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return bigintOf
    case 'FLOAT':
      return (r) => realOf(r, 'FLOAT', floatOfText)
    case 'DOUBLE':
      return (r) => realOf(r, 'DOUBLE', parseDouble)
    case 'DECIMAL': {
      const { precision, scale } = type
      const name = typeText({ ...type, nullable: true })
      return (r) => {
        const at = r.pos
        const c = r.peek()
        const text =
          c === 34 ? javaTrim(r.string()) : c === 45 || (c >= 48 && c <= 57) ? r.numberText() : r.value(name, at)
        const value = parseDecimal(text, precision, scale)
        return value === undefined ? r.value(name, at) : value
      }
    }
    case 'CHAR':
    case 'VARCHAR': {
      const decimals = options.decimals === true
      return (r, depth) => stringOf(r, depth, decimals)
    }
    case 'BINARY':
    case 'VARBINARY':
      return (r) => {
        const at = r.pos
        if (r.peek() !== 34) r.value('base 64 string', at)
        return decodeBase64(r.string()) ?? r.value('base 64 string', at)
      }
    case 'DATE':
      return timeReader('DATE (yyyy-MM-dd)', parseDate)
    case 'TIME':
      return timeReader('TIME (HH:mm:ss)', (text) => parseTime(text, options.standard))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const zoned = type.kind === 'TIMESTAMP_LTZ'
      const { precision } = type
      return timeReader(`${type.kind} (${pattern(options.standard, zoned)})`, (text) =>
        parseTimestamp(text, options.standard, zoned, precision),
      )
    }
    case 'ARRAY':
      return arrayReader(valueReader(type.element, column, options))
    case 'MAP':
      return mapReader(type.key, valueReader(type.value, column, options), column, type)
    case 'MULTISET':
      return mapReader(type.element, valueReader({ kind: 'INTEGER', nullable: true }, column, options), column, type)
    case 'ROW':
    case 'STRUCTURED':
      return rowReader(
        type.fields.map((field) => field.name),
        type.fields.map((field) => valueReader(field.type, `${column}.${field.name}`, options)),
        options,
      )
    default:
      return fail('FORMAT_UNSUPPORTED_TYPE', { format: 'json', column, type: typeText(type) })
  }
}

function pattern(standard: TimeStandard, zoned: boolean): string {
  const separator = standard === 'SQL' ? ' ' : "'T'"
  return `yyyy-MM-dd${separator}HH:mm:ss[.fff]${zoned || standard === 'RFC-3339' ? "'Z'" : ''}`
}

/** The text of a scalar token as Jackson's `getText`; objects and arrays do not fit `type`. */
function scalarText(r: JsonReader, type: string): string {
  const at = r.pos
  switch (r.peek()) {
    case 34:
      return r.string()
    case 123:
    case 91:
      return r.value(type, at)
    default:
      r.skipValue(0)
      return ascii(r.bytes, at, r.pos)
  }
}

function booleanOf(r: JsonReader): boolean {
  const c = r.peek()
  if (c === 116 || c === 102) {
    r.literal(c === 116 ? 'true' : 'false')
    return c === 116
  }
  return javaTrim(scalarText(r, 'BOOLEAN')).toLowerCase() === 'true'
}

function wholeReader(type: string, min: number, max: number, cutsFractions: boolean): ValueReader {
  return (r) => {
    const at = r.pos
    if (r.peek() === 34) return parseInteger(javaTrim(r.string()), min, max) ?? r.value(type, at)
    const text = scalarText(r, type)
    if (!cutsFractions || !isNumber(text) || /^-?\d+$/.test(text))
      return parseInteger(text, min, max) ?? r.value(type, at)
    // The range is checked before the fraction is cut, as in Jackson: 2147483647.5 is too large.
    const value = Number(text)
    return value >= min && value <= max ? Math.trunc(value) + 0 : r.value(type, at)
  }
}

function isNumber(text: string): boolean {
  const c = text.charCodeAt(0)
  return c === 45 || (c >= 48 && c <= 57)
}

function bigintOf(r: JsonReader): Value {
  const at = r.pos
  const isString = r.peek() === 34
  const text = isString ? javaTrim(r.string()) : scalarText(r, 'BIGINT')
  const cut = !isString && isNumber(text) && !/^-?\d+$/.test(text)
  return (cut ? truncateToLong(Number(text)) : parseLong(text)) ?? r.value('BIGINT', at)
}

function realOf(r: JsonReader, type: string, parse: (text: string) => number | undefined): number {
  const at = r.pos
  const text = r.peek() === 34 ? javaTrim(r.string()) : scalarText(r, type)
  return parse(text) ?? r.value(type, at)
}

function stringOf(r: JsonReader, depth: number, decimals: boolean): string {
  const c = r.peek()
  if (c === 34) return r.string()
  return c === 123 || c === 91 ? compactText(r, depth, decimals) : scalarText(r, 'STRING')
}

function timeReader(type: string, parse: (text: string) => Value | undefined): ValueReader {
  return (r) => {
    const at = r.pos
    return parse(scalarText(r, type)) ?? r.value(type, at)
  }
}

function arrayReader(element: ValueReader): ValueReader {
  return (r, depth) => {
    if (r.peek() !== 91) r.value('JSON array', r.pos)
    r.enter(depth)
    const values: Value[] = []
    if (r.peek() === 93) {
      r.pos++
      return values
    }
    do values.push(element(r, depth + 1))
    while (r.more(93))
    return values
  }
}

function mapReader(key: LogicalType, value: ValueReader, column: string, type: LogicalType): ValueReader {
  if (key.kind !== 'CHAR' && key.kind !== 'VARCHAR') {
    fail('FORMAT_UNSUPPORTED_TYPE', { format: 'json', column, type: typeText(type), reason: 'keys must be strings' })
  }
  return (r, depth) => {
    if (r.peek() !== 123) r.value('JSON object', r.pos)
    r.enter(depth)
    const entries = new Map<string, Value>()
    if (r.peek() === 125) r.pos++
    else {
      do {
        const name = r.key()
        entries.set(name, value(r, depth + 1))
      } while (r.more(125))
    }
    return inHashMapOrder({ keys: [...entries.keys()], values: [...entries.values()] }, key)
  }
}

/** Objects become rows: the last value of a field counts, unknown fields are stepped over. */
export function rowReader(
  names: readonly string[],
  readers: readonly ValueReader[],
  options: ConvertOptions,
): (reader: JsonReader, depth: number) => Value[] {
  const index = new Map(names.map((name, i) => [name, i]))
  return (r, depth) => {
    const start = r.pos
    if (r.peek() !== 123) r.value('JSON object', r.pos)
    r.enter(depth)
    const row: Value[] = new Array(names.length).fill(null)
    const found: boolean[] = new Array(names.length).fill(false)
    if (r.peek() === 125) r.pos++
    else {
      do {
        const i = index.get(r.key())
        if (i === undefined) r.skipValue(depth + 1)
        else {
          row[i] = readers[i](r, depth + 1)
          found[i] = true
        }
      } while (r.more(125))
    }
    if (options.failOnMissing) {
      const missing = found.indexOf(false)
      if (missing >= 0) throw new JsonFault({ kind: 'missing', at: start, field: names[missing] })
    }
    return row
  }
}
