/**
 * Values between the engine and the program: what a function is given and returns, what a result row holds.
 *
 * Laws
 * - The mapping is the table of `DataTypes`; nothing loses a digit.
 * - A converter is made once per type, so that a call costs no dispatch on types.
 */
import { failure } from '../base/errors.ts'
import { type LogicalType, typeText } from '../types/logical-type.ts'
import { type Exact, exact, fromMillis, type MapValue, unitsPerMilli, type Value } from '../types/value.ts'
import type { DataType } from './data-types.ts'
import { Instant, LocalDate, LocalDateTime, LocalTime, splitTimestamp } from './temporal.ts'

export type ToExternal = (value: Value) => unknown
export type ToInternal = (value: unknown) => Value

const same = (value: unknown) => value as never

/** Engine value → program value. `undefined` for "as it is", so that callers can skip the call. */
export function toExternal(type: LogicalType, data?: DataType): ToExternal {
  const convert = toExternalNotNull(type, data)
  return convert === same ? same : (value) => (value === null ? null : convert(value))
}

function toExternalNotNull(type: LogicalType, data: DataType | undefined): ToExternal {
  switch (type.kind) {
    case 'BIGINT':
      return data?.asNumber === true ? safeNumber : (value) => BigInt(value as Exact)
    case 'DECIMAL':
      return (value) => decimalText(value as Exact, type.scale)
    case 'INTERVAL_DAY_TIME':
      return (value) => Number(value)
    case 'DATE':
      return (value) => new LocalDate(value as number)
    case 'TIME':
      return (value) => new LocalTime(value as number, type.precision)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const Class = type.kind === 'TIMESTAMP' ? LocalDateTime : Instant
      return (value) => {
        const { epochMillis, nanoOfMilli } = splitTimestamp(value as Exact, type.precision)
        return new Class(epochMillis, nanoOfMilli, type.precision)
      }
    }
    case 'ARRAY': {
      const element = toExternal(type.element, data?.element)
      return (value) => (value as readonly Value[]).map((each) => element(each))
    }
    case 'MAP':
    case 'MULTISET': {
      const key = type.kind === 'MAP' ? toExternal(type.key, data?.key) : toExternal(type.element, data?.element)
      const item = type.kind === 'MAP' ? toExternal(type.value, data?.value) : same
      return (value) => {
        const { keys, values } = value as MapValue
        return new Map(keys.map((each, i) => [key(each), item(values[i])]))
      }
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((f) => ({ name: f.name, convert: toExternal(f.type, data?.fields?.[f.name]) }))
      return (value) => {
        const cells = value as readonly Value[]
        return Object.fromEntries(fields.map(({ name, convert }, i) => [name, convert(cells[i])]))
      }
    }
    default:
      return same
  }
}

function safeNumber(value: Value): number {
  if (typeof value === 'bigint') throw failure('ENGINE_BIGINT_NOT_SAFE', { value: String(value) })
  return value as number
}

/** The digits of an unscaled DECIMAL value: (1250, 2) → `12.50`. */
export function decimalText(unscaled: Exact, scale: number): string {
  const negative = unscaled < 0
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return negative ? `-${text}` : text
}

/** Program value → engine value; a value that does not fit the type throws ENGINE_WRONG_VALUE. */
export function toInternal(type: LogicalType): ToInternal {
  const convert = toInternalNotNull(type)
  return (value) => (value === null || value === undefined ? null : convert(value))
}

function toInternalNotNull(type: LogicalType): ToInternal {
  const wrong = (value: unknown, expected: string): never => {
    const found =
      typeof value === 'object' ? (value?.constructor?.name ?? 'object') : `${typeof value} ${String(value)}`
    throw failure('ENGINE_WRONG_VALUE', { type: typeText(type), expected, found })
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return (value) => (typeof value === 'boolean' ? value : wrong(value, 'a boolean'))
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER': {
      const bits = type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : 32
      const limit = 2 ** (bits - 1)
      return (value) => {
        const n = typeof value === 'bigint' ? Number(value) : value
        const fits = typeof n === 'number' && Number.isInteger(n) && n >= -limit && n < limit
        return fits ? n + 0 : wrong(value, `a whole number from ${-limit} to ${limit - 1}`)
      }
    }
    case 'BIGINT':
      return (value) => {
        if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return exact(value)
        return Number.isSafeInteger(value) ? (value as number) + 0 : wrong(value, 'a bigint or a safe whole number')
      }
    case 'FLOAT':
      return (value) => (typeof value === 'number' ? Math.fround(value) : wrong(value, 'a number'))
    case 'DOUBLE':
      return (value) => (typeof value === 'number' ? value : wrong(value, 'a number'))
    case 'DECIMAL':
      return (value) => decimalValue(value, type.precision, type.scale) ?? wrong(value, 'decimal digits that fit')
    case 'CHAR':
    case 'VARCHAR':
      return (value) => (typeof value === 'string' ? value : wrong(value, 'a string'))
    case 'BINARY':
    case 'VARBINARY':
    case 'BITMAP':
      return (value) => (value instanceof Uint8Array ? value : wrong(value, 'a Uint8Array'))
    case 'DATE':
      return (value) => (value instanceof LocalDate ? value.epochDay : wrong(value, 'a LocalDate'))
    case 'TIME':
      return (value) => (value instanceof LocalTime ? value.milliOfDay : wrong(value, 'a LocalTime'))
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return (value) => (Number.isSafeInteger(value) ? (value as number) : wrong(value, 'a whole number'))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (value) => {
        if (value instanceof Date) return fromMillis(value.getTime(), type.precision)
        if (!(value instanceof LocalDateTime || value instanceof Instant)) {
          return wrong(value, type.kind === 'TIMESTAMP' ? 'a LocalDateTime or Date' : 'an Instant or Date')
        }
        const units = unitsPerMilli(type.precision)
        const rest = Math.floor(value.nanoOfMilli / (1_000_000 / units))
        return exact(BigInt(value.epochMillis) * BigInt(units) + BigInt(rest))
      }
    case 'ARRAY': {
      const element = toInternal(type.element)
      return (value) => (Array.isArray(value) ? value.map(element) : wrong(value, 'an array'))
    }
    case 'MAP':
    case 'MULTISET': {
      const key = toInternal(type.kind === 'MAP' ? type.key : type.element)
      const item = type.kind === 'MAP' ? toInternal(type.value) : toInternal({ kind: 'INTEGER', nullable: false })
      return (value) => {
        if (!(value instanceof Map)) return wrong(value, 'a Map')
        return { keys: [...value.keys()].map(key), values: [...value.values()].map(item) }
      }
    }
    case 'ROW':
    case 'STRUCTURED': {
      const fields = type.fields.map((field) => ({ name: field.name, convert: toInternal(field.type) }))
      return (value) => {
        if (typeof value !== 'object' || value === null) return wrong(value, 'an object')
        return fields.map(({ name, convert }) => convert((value as Record<string, unknown>)[name]))
      }
    }
    default:
      return same
  }
}

/** The unscaled value of decimal digits at `scale`, rounded HALF_UP; undefined when it is no decimal or has too many digits. */
function decimalValue(value: unknown, precision: number, scale: number): Exact | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(typeof value === 'string' ? value.trim() : String(value))
  if (match === null || `${match[2]}${match[3] ?? ''}` === '') return undefined
  const fraction = (match[3] ?? '').padEnd(scale + 1, '0')
  const kept = BigInt(`${match[2]}${fraction.slice(0, scale)}` || '0') + (fraction[scale] >= '5' ? 1n : 0n)
  if (String(kept).length > precision && kept !== 0n) return undefined
  return exact(match[1] === '-' ? -kept : kept)
}
