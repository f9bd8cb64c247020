/**
 * Casts to BOOLEAN and numbers.
 *
 * Laws
 * - Integers wrap when they do not fit, FLOAT and DOUBLE saturate to INT or BIGINT first (NaN is 0), as Java converts.
 * - A DECIMAL that does not fit is NULL; where the result type is NOT NULL that is an error.
 */
import { type Cast, type CastOptions, parsing, reject } from './cast-step.ts'
import { parseDigits, powerOfTen, toDecimal } from './decimal-text.ts'
import { isCharacter, isExactNumeric } from './family.ts'
import { doubleText, floatText } from './java-number.ts'
import type { LogicalType } from './logical-type.ts'
import { parseBoolean, parseDecimal, parseDouble, parseInteger } from './parse.ts'
import { type Exact, exact, type Value } from './value.ts'

export function toBoolean(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
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

export function toInteger(
  from: LogicalType,
  to: LogicalType & { readonly kind: IntegerKind },
  options: CastOptions,
): Cast {
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

export function toApproximate(from: LogicalType, to: LogicalType, options: CastOptions): Cast {
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

export function toDecimalType(from: LogicalType, to: LogicalType & { kind: 'DECIMAL' }, options: CastOptions): Cast {
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
