/**
 * CAST and TRY_CAST.
 *
 * Laws
 * - Integers wrap when they do not fit, FLOAT and DOUBLE saturate to INT or BIGINT first (NaN is 0), as Java converts.
 * - A DECIMAL that does not fit is NULL; where the result type is NOT NULL that is an error.
 * - A text that is none of the type's fails, or is NULL under TRY_CAST; arrays, maps and rows under TRY_CAST are NULL whole.
 * - `legacy` (`table.exec.legacy-cast-behaviour`): booleans in lower case, VARCHAR(n) does not cut.
 */
import { fail } from '../base/errors.ts'
import { dayOfMillis, MILLIS_PER_DAY, millisOfDay } from './calendar.ts'
import { parseDigits, powerOfTen, rescale, toDecimal } from './decimal-text.ts'
import { isBinary, isCharacter, isExactNumeric, isInteger, isNumeric } from './family.ts'
import { type FormatOptions, makeFormatter, utf8Text } from './format.ts'
import { doubleText, floatText } from './java-number.ts'
import { type LengthType, type LogicalType, MAX_LENGTH, sameType, typeText, withNullable } from './logical-type.ts'
import {
  parseBoolean,
  parseDate,
  parseDecimal,
  parseDouble,
  parseInteger,
  parseTime,
  parseTimestamp,
  utf8Bytes,
} from './parse.ts'
import { timeZone } from './time-zone.ts'
import { type Exact, exact, fromMillis, type MapValue, toMillis, unitsPerMilli, type Value } from './value.ts'

export interface CastOptions extends FormatOptions {
  /** TRY_CAST. */
  readonly safe: boolean
}

/** The cast of one non-NULL value. */
export type Cast = (value: Exclude<Value, null>) => Value

/** Is there such a cast at all? (Values may still fail.) */
export function supportsCast(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL') return true
  if (from.kind === 'VARIANT' || to.kind === 'VARIANT' || to.kind === 'NULL' || to.kind === 'SYMBOL') return false
  if (from.kind === 'BITMAP' || to.kind === 'BITMAP') return from.kind === to.kind
  if (isCharacter(to)) return from.kind !== 'SYMBOL' && from.kind !== 'DESCRIPTOR'
  switch (from.kind) {
    case 'BOOLEAN':
      return to.kind === 'BOOLEAN' || isNumeric(to)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'DECIMAL':
      return to.kind === 'BOOLEAN' || isNumeric(to) || isSingleFieldInterval(to)
    case 'FLOAT':
    case 'DOUBLE':
      return to.kind === 'BOOLEAN' || isNumeric(to)
    case 'CHAR':
    case 'VARCHAR':
      return (
        to.kind === 'BOOLEAN' ||
        isNumeric(to) ||
        isBinary(to) ||
        ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(to.kind)
      )
    case 'BINARY':
    case 'VARBINARY':
      return isBinary(to)
    case 'DATE':
      return ['DATE', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(to.kind)
    case 'TIME':
      return ['TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(to.kind)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(to.kind)
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return from.kind === to.kind
    case 'ARRAY':
    case 'MULTISET':
      return from.kind === to.kind && supportsCast(from.element, to.element)
    case 'MAP':
      return to.kind === 'MAP' && supportsCast(from.key, to.key) && supportsCast(from.value, to.value)
    case 'ROW':
    case 'STRUCTURED':
      return (
        (to.kind === 'ROW' || to.kind === 'STRUCTURED') &&
        from.fields.length === to.fields.length &&
        from.fields.every((field, i) => supportsCast(field.type, to.fields[i].type))
      )
    case 'RAW':
      return isBinary(to) || sameType(from, to, true)
    default:
      return false
  }
}

function isSingleFieldInterval(to: LogicalType): boolean {
  return (
    (to.kind === 'INTERVAL_DAY_TIME' || to.kind === 'INTERVAL_YEAR_MONTH') &&
    (!to.resolution.includes('_TO_') || to.resolution === 'DAY_TO_SECOND')
  )
}

/** What to use instead, where Flink says it. */
function insteadOf(from: LogicalType, to: LogicalType): string | undefined {
  if (isNumeric(from) && to.kind === 'TIMESTAMP') return 'Use TO_TIMESTAMP(FROM_UNIXTIME(seconds)).'
  if (isNumeric(from) && to.kind === 'TIMESTAMP_LTZ') return 'Use TO_TIMESTAMP_LTZ(number, precision).'
  if (from.kind === 'TIMESTAMP' && isNumeric(to)) return 'Use UNIX_TIMESTAMP(CAST(x AS STRING)).'
  if (from.kind === 'VARIANT') return 'Read it with JSON functions, or access its fields.'
  return undefined
}

/** The evaluator of a cast; a pair of types without cast is an error. The result may be NULL where the laws say so. */
export function makeCast(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  if (!supportsCast(from, to)) {
    fail('FUNCTION_UNSUPPORTED_CAST', { from: typeText(from), to: typeText(to), instead: insteadOf(from, to) })
  }
  if (sameType(from, to, true)) return (value) => value
  if (isCharacter(to)) return toText(from, to, options)
  switch (to.kind) {
    case 'BOOLEAN':
      return toBoolean(from, to, options)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
      return toInteger(from, to, options)
    case 'FLOAT':
    case 'DOUBLE':
      return toApproximate(from, to, options)
    case 'DECIMAL':
      return toDecimalType(from, to, options)
    case 'BINARY':
    case 'VARBINARY':
      return isCharacter(from)
        ? (value) => fitBytes(utf8Bytes(value as string), to)
        : (value) => fitBytes(value as Uint8Array, to)
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return toTemporal(from, to, options)
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return from.kind === 'DECIMAL' ? (value) => integerPart(value as Exact, from.scale) : (value) => value
    default:
      return toNested(from, to, options)
  }
}

/** A cast that takes NULL to NULL. */
export function makeNullableCast(from: LogicalType, to: LogicalType, options: CastOptions): (value: Value) => Value {
  const cast = makeCast(from, to, options)
  return (value) => (value === null ? null : cast(value))
}

/** Cast one value. */
export function castValue(value: Value, from: LogicalType, to: LogicalType, options: CastOptions): Value {
  return value === null ? null : makeCast(from, to, options)(value)
}

// ---- Failing -----------------------------------------------------------------------------------------------------

/** NULL for TRY_CAST, else the error. */
function reject(value: Value, to: LogicalType, options: CastOptions, reason: string): null {
  if (options.safe) return null
  return fail('FUNCTION_CAST_FAILED', {
    value: typeof value === 'string' ? `'${value}'` : String(value),
    to: typeText(withNullable(to, true)),
    reason,
  })
}

/** A parser as a cast. */
function parsing(
  parse: (text: string) => Value | undefined,
  to: LogicalType,
  what: string,
  options: CastOptions,
): Cast {
  return (value) => {
    const parsed = parse(value as string)
    return parsed === undefined ? reject(value, to, options, `the text is no ${what}`) : parsed
  }
}

// ---- Text --------------------------------------------------------------------------------------------------------

/** Number of code points of a text, without allocating when it is ASCII-like. */
export function codePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(i + 1)
      if (next >= 0xdc00 && next <= 0xdfff) {
        count--
        i++
      }
    }
  }
  return count
}

/** Cut or pad to CHAR(n); cut to VARCHAR(n). */
export function fitText(text: string, to: LengthType): string {
  if (to.length === MAX_LENGTH) return text
  if (text.length <= to.length && to.kind === 'VARCHAR') return text
  const points = codePoints(text)
  if (points > to.length)
    return points === text.length ? text.slice(0, to.length) : [...text].slice(0, to.length).join('')
  return to.kind === 'CHAR' ? text + ' '.repeat(to.length - points) : text
}

function toText(from: LogicalType, to: LengthType, options: CastOptions): Cast {
  const cuts = to.kind === 'CHAR' || (to.length !== MAX_LENGTH && !options.legacy)
  if (isCharacter(from)) return cuts ? (value) => fitText(value as string, to) : (value) => value
  const format = isBinary(from)
    ? (value: Value) => utf8Text(value as Uint8Array)
    : (makeFormatter(from, options, false) as (value: Value) => string)
  return cuts ? (value) => fitText(format(value), to) : format
}

function fitBytes(bytes: Uint8Array, to: LengthType): Uint8Array {
  if (bytes.length > to.length) return bytes.slice(0, to.length)
  if (to.kind === 'VARBINARY' || bytes.length === to.length) return bytes
  const padded = new Uint8Array(to.length)
  padded.set(bytes)
  return padded
}

// ---- Numbers -----------------------------------------------------------------------------------------------------

function toBoolean(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  if (from.kind === 'BOOLEAN') return (value) => value
  if (isCharacter(from)) return parsing(parseBoolean, to, 'truth value', options)
  return (value) => value !== 0
}

const RANGES = { TINYINT: 8, SMALLINT: 16, INTEGER: 32, BIGINT: 64 } as const
export type IntegerKind = keyof typeof RANGES

/** An integer wrapped into the type's bits. */
export function wrapInteger(value: Exact, kind: IntegerKind): Exact {
  if (typeof value === 'bigint') return exact(BigInt.asIntN(RANGES[kind], value))
  switch (kind) {
    case 'TINYINT':
      return (value << 24) >> 24
    case 'SMALLINT':
      return (value << 16) >> 16
    case 'INTEGER':
      return value | 0
    case 'BIGINT':
      return value
  }
}

/** Java's (int) of a double. */
export function saturateInt(value: number): number {
  if (value >= 2147483647) return 2147483647
  return value <= -2147483648 ? -2147483648 : value | 0
}

/** Java's (long) of a double. */
export function saturateLong(value: number): Exact {
  if (Number.isNaN(value)) return 0
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return Math.trunc(value) + 0
  if (value >= 2 ** 63) return 9223372036854775807n
  return value <= -(2 ** 63) ? -9223372036854775808n : exact(BigInt(value))
}

/** The whole digits of an unscaled DECIMAL, towards zero. */
export function integerPart(value: Exact, scale: number): Exact {
  if (scale === 0) return value
  if (typeof value === 'number' && scale <= 15) return (value - (value % powerOfTen(scale))) / powerOfTen(scale) + 0
  return exact(BigInt(value) / 10n ** BigInt(scale))
}

function toInteger(from: LogicalType, to: LogicalType & { readonly kind: IntegerKind }, options: CastOptions): Cast {
  const { kind } = to
  if (from.kind === 'BOOLEAN') return (value) => (value ? 1 : 0)
  if (isCharacter(from)) {
    const limit = 1n << BigInt(RANGES[kind] - 1)
    return parsing(
      (text) => {
        const value = parseInteger(text)
        return value === undefined || value >= limit || value < -limit ? undefined : value
      },
      to,
      kind === 'INTEGER' ? 'INT' : kind,
      options,
    )
  }
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') {
    if (kind === 'BIGINT') return (value) => saturateLong(value as number)
    return (value) => wrapInteger(saturateInt(value as number), kind)
  }
  if (from.kind === 'DECIMAL') return (value) => wrapInteger(integerPart(value as Exact, from.scale), kind)
  return (value) => wrapInteger(value as Exact, kind)
}

/** Java's (float) of a long: one rounding, not two. */
function longToFloat(value: Exact): number {
  if (typeof value === 'number') return Math.fround(value)
  const high = value >> 11n
  return Math.fround(Number((value & 2047n) === 0n ? high : high | 1n) * 2048)
}

/** The nearest DOUBLE of an unscaled DECIMAL. */
export function decimalToDouble(value: Exact, scale: number): number {
  // Both sides of this division are exact, so that it rounds once.
  if (typeof value === 'number' && scale <= 15) return value / powerOfTen(scale)
  return Number(`${value}e-${scale}`)
}

function toApproximate(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  const float = to.kind === 'FLOAT'
  if (from.kind === 'BOOLEAN') return (value) => (value ? 1 : 0)
  if (isCharacter(from)) {
    return parsing(
      (text) => {
        const value = parseDouble(text)
        return value === undefined || !float ? value : Math.fround(value)
      },
      to,
      'number',
      options,
    )
  }
  if (from.kind === 'DECIMAL') {
    const { scale } = from
    return float
      ? (value) => Math.fround(decimalToDouble(value as Exact, scale))
      : (value) => decimalToDouble(value as Exact, scale)
  }
  if (from.kind === 'BIGINT') return float ? (value) => longToFloat(value as Exact) : (value) => Number(value)
  return float ? (value) => Math.fround(value as number) : (value) => value
}

function toDecimalType(from: LogicalType, to: LogicalType & { kind: 'DECIMAL' }, options: CastOptions): Cast {
  const { precision, scale } = to
  const fitted = (value: Value, result: Exact | null): Exact | null =>
    result === null && !to.nullable && !options.safe
      ? reject(value, to, options, `it has more than ${precision - scale} digits before the point`)
      : result
  if (from.kind === 'BOOLEAN') return (value) => fitted(value, toDecimal(value ? 1 : 0, 0, precision, scale))
  if (isCharacter(from)) {
    return (value) => {
      const parsed = parseDecimal(value as string, precision, scale)
      return parsed === undefined ? reject(value, to, options, 'the text is no number') : fitted(value, parsed)
    }
  }
  if (isExactNumeric(from)) {
    const own = from.kind === 'DECIMAL' ? from.scale : 0
    return (value) => fitted(value, toDecimal(value as Exact, own, precision, scale))
  }
  const text = from.kind === 'FLOAT' ? floatText : doubleText
  return (value) => {
    // Flink fails here even under TRY_CAST.
    if (!Number.isFinite(value)) return reject(value, to, { ...options, safe: false }, 'it is no finite number')
    const { value: digits, scale: own } = parseDigits(text(value as number))
    return fitted(value, toDecimal(exact(digits), own, precision, scale))
  }
}

/** The number as DECIMAL, for tests and decoders: digits of Java's text. */
export function doubleToDecimal(value: number, precision: number, scale: number): Exact | null {
  const { value: digits, scale: own } = parseDigits(doubleText(value))
  return toDecimal(exact(digits), own, precision, scale)
}

// ---- Dates and times ---------------------------------------------------------------------------------------------

/** A TIMESTAMP value at another precision; digits beyond it are cut off (towards the past). */
export function changePrecision(value: Exact, from: number, to: number): Exact {
  const have = unitsPerMilli(from)
  const want = unitsPerMilli(to)
  let result = value
  if (want > have) result = rescale(value, 0, Math.round(Math.log10(want / have)))
  else if (want < have) result = floorTo(value, have / want, true)
  if (to >= from) return result
  // Precisions that share a unit, such as 0 and 3, differ in the digits that may be there.
  const digitsOfUnit = want === 1 ? 3 : want === 1_000 ? 6 : 9
  return to < digitsOfUnit ? floorTo(result, 10 ** (digitsOfUnit - to), false) : result
}

/** The quotient (`divide`) or the multiple below. */
function floorTo(value: Exact, unit: number, divide: boolean): Exact {
  if (typeof value === 'number') {
    const quotient = Math.floor(value / unit)
    return divide ? quotient : quotient * unit
  }
  const big = BigInt(unit)
  const rest = value % big
  const floor = value - (rest < 0n ? rest + big : rest)
  return exact(divide ? floor / big : floor)
}

/** Local date-time to instant or back, at any precision. */
function shift(value: Exact, precision: number, change: (millis: number) => number): Exact {
  const millis = toMillis(value, precision)
  const delta = change(millis) - millis
  const units = unitsPerMilli(precision)
  if (typeof value === 'number') {
    const sum = value + delta * units
    if (Number.isSafeInteger(sum)) return sum
  }
  return exact(BigInt(value) + BigInt(delta) * BigInt(units))
}

const TIME_UNITS = [1000, 100, 10, 1]

function toTemporal(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  const zone = timeZone(options.timeZone)
  const local = (millis: number) => zone.toLocal(millis)
  const instant = (millis: number) => zone.toInstant(millis)
  switch (to.kind) {
    case 'DATE':
      if (isCharacter(from)) return parsing(parseDate, to, 'date of the form 2024-12-31', options)
      if (from.kind === 'TIMESTAMP') return (value) => dayOfMillis(toMillis(value as Exact, from.precision))
      if (from.kind === 'TIMESTAMP_LTZ') return (value) => dayOfMillis(local(toMillis(value as Exact, from.precision)))
      return (value) => value
    case 'TIME': {
      const unit = TIME_UNITS[Math.min(3, to.precision)]
      const cut = (millis: number) => Math.floor(millis / unit) * unit
      if (isCharacter(from)) {
        return parsing(
          (text) => {
            const millis = parseTime(text)
            return millis === undefined ? undefined : cut(millis)
          },
          to,
          'time of the form 23:59:59',
          options,
        )
      }
      if (from.kind === 'TIMESTAMP') return (value) => cut(millisOfDay(toMillis(value as Exact, from.precision)))
      if (from.kind === 'TIMESTAMP_LTZ') {
        return (value) => cut(millisOfDay(local(toMillis(value as Exact, from.precision))))
      }
      return (value) => cut(value as number)
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const { precision } = to
      const zoned = to.kind === 'TIMESTAMP_LTZ'
      if (isCharacter(from)) {
        return parsing(
          (text) => {
            const value = parseTimestamp(text, precision)
            return value === undefined || !zoned ? value : shift(value, precision, instant)
          },
          to,
          'time stamp of the form 2024-12-31 23:59:59',
          options,
        )
      }
      if (from.kind === 'DATE' || from.kind === 'TIME') {
        const unit = from.kind === 'DATE' ? MILLIS_PER_DAY : 1
        return (value) => {
          const millis = (value as number) * unit
          return fromMillis(zoned ? instant(millis) : millis, precision)
        }
      }
      const own = (from as LogicalType & { precision: number }).precision
      if (from.kind === to.kind) return (value) => changePrecision(value as Exact, own, precision)
      const change = zoned ? instant : local
      return (value) => shift(changePrecision(value as Exact, own, precision), precision, change)
    }
    default:
      return (value) => value
  }
}

// ---- Nested ------------------------------------------------------------------------------------------------------

function toNested(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  // One element that fails makes the whole NULL under TRY_CAST, so elements are cast strictly and the failure caught here.
  const strict = { ...options, safe: false }
  const cast = strictlyNested(from, to, strict)
  if (!options.safe) return cast
  return (value) => {
    try {
      return cast(value)
    } catch (error) {
      if ((error as { code?: string }).code === 'FUNCTION_CAST_FAILED') return null
      throw error
    }
  }
}

function strictlyNested(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const element = makeNullableCast(from.element, to.element, options)
    return (value) => (value as readonly Value[]).map(element)
  }
  if ((from.kind === 'MAP' && to.kind === 'MAP') || (from.kind === 'MULTISET' && to.kind === 'MULTISET')) {
    const key =
      from.kind === 'MAP' && to.kind === 'MAP'
        ? makeNullableCast(from.key, to.key, options)
        : makeNullableCast(
            (from as typeof to & { element: LogicalType }).element,
            (to as never as { element: LogicalType }).element,
            options,
          )
    const item =
      from.kind === 'MAP' && to.kind === 'MAP'
        ? makeNullableCast(from.value, to.value, options)
        : (value: Value): Value => value
    return (value) => {
      const { keys, values } = value as MapValue
      return { keys: keys.map(key), values: values.map(item) }
    }
  }
  if ((from.kind === 'ROW' || from.kind === 'STRUCTURED') && (to.kind === 'ROW' || to.kind === 'STRUCTURED')) {
    const fields = from.fields.map((field, i) => makeNullableCast(field.type, to.fields[i].type, options))
    return (value) => (value as readonly Value[]).map((field, i) => fields[i](field))
  }
  if (isBinary(to)) return (value) => value
  return fail('FUNCTION_INTERNAL', { detail: `cast from ${typeText(from)} to ${typeText(to)}` })
}

// ---- Code --------------------------------------------------------------------------------------------------------

/**
 * JavaScript for the cheap casts between numbers, from an identifier or literal that is not NULL; undefined where the
 * evaluator must be called. BOOLEAN is 0/1 in generated code.
 */
export function castCode(from: LogicalType, to: LogicalType, arg: string): string | undefined {
  const narrow = from.kind === 'BOOLEAN' || (isInteger(from) && from.kind !== 'BIGINT')
  switch (to.kind) {
    case 'BOOLEAN':
      if (from.kind === 'BOOLEAN') return arg
      return isNumeric(from) ? `(${arg} !== 0 ? 1 : 0)` : undefined
    case 'TINYINT':
      return narrow ? `(${arg} << 24 >> 24)` : undefined
    case 'SMALLINT':
      return narrow ? `(${arg} << 16 >> 16)` : undefined
    case 'INTEGER':
      if (narrow) return arg
      if (from.kind === 'DOUBLE' || from.kind === 'FLOAT') {
        return `(${arg} >= 2147483647 ? 2147483647 : ${arg} <= -2147483648 ? -2147483648 : ${arg} | 0)`
      }
      return undefined
    case 'BIGINT':
      return narrow || from.kind === 'BIGINT' ? arg : undefined
    case 'DOUBLE':
      if (narrow || from.kind === 'FLOAT' || from.kind === 'DOUBLE') return arg
      if (from.kind === 'BIGINT') return `Number(${arg})`
      return undefined
    case 'FLOAT':
      if (from.kind === 'FLOAT') return arg
      return narrow || from.kind === 'DOUBLE' ? `Math.fround(${arg})` : undefined
    case 'VARCHAR':
      return isCharacter(from) && from.length <= to.length ? arg : undefined
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return from.kind === to.kind && from.precision === to.precision ? arg : undefined
    default:
      return sameType(from, to, true) ? arg : undefined
  }
}
