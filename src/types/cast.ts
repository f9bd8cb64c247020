/**
 * CAST and TRY_CAST.
 *
 * Laws
 * - Numbers, texts and times are cast as `cast-number.ts`, `cast-text.ts` and `cast-time.ts` say.
 * - A text that is none of the type's fails, or is NULL under TRY_CAST; arrays, maps and rows under TRY_CAST are NULL whole.
 * - `legacy` (`table.exec.legacy-cast-behaviour`): booleans in lower case, VARCHAR(n) does not cut.
 */
import { fail } from '../base/errors.ts'
import { integerPart, toApproximate, toBoolean, toDecimalType, toInteger } from './cast-number.ts'
import type { Cast, CastOptions } from './cast-step.ts'
import { fitBytes, toText } from './cast-text.ts'
import { toTemporal } from './cast-time.ts'
import { isBinary, isCharacter, isInteger, isNumeric } from './family.ts'
import { type LogicalType, sameType, typeText } from './logical-type.ts'
import { utf8Bytes } from './parse.ts'
import type { Exact, MapValue, Value } from './value.ts'

export { decimalToDouble, doubleToDecimal, saturateInt, saturateLong, wrapInteger } from './cast-number.ts'
export type { Cast, CastOptions } from './cast-step.ts'

/** Is there such a cast at all? (Values may still fail.) */
export function supportsCast(from: LogicalType, to: LogicalType): boolean {
  if (from.kind === 'NULL') return true
  if (from.kind === 'VARIANT' || to.kind === 'VARIANT' || to.kind === 'NULL' || to.kind === 'SYMBOL') return false
  if (from.kind === 'BITMAP' || to.kind === 'BITMAP')
    return from.kind === to.kind || (from.kind === 'BITMAP' && isCharacter(to))
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
