/**
 * Arithmetic on `Exact` values: BIGINT with Java's 64-bit wrap-around, DECIMAL exactly.
 *
 * Laws
 * - Results are canonical: a number while it is a safe integer (never −0), a bigint beyond.
 * - A DECIMAL result is rounded HALF_UP to its scale and is null when it has more digits than its precision. A quotient is
 *   rounded to 38 significant digits first, as Java's MathContext(38) does.
 */
import { fail } from '../base/errors.ts'
import { bigPowerOfTen, divideHalfUp, fitsPrecision, powerOfTen, rescale } from './decimal-text.ts'
import { type Exact, exact } from './value.ts'

const wrap = (value: bigint): Exact => exact(BigInt.asIntN(64, value))

export function addLong(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return wrap(BigInt(a) + BigInt(b))
}

export function subtractLong(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return wrap(BigInt(a) - BigInt(b))
}

export function multiplyLong(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return wrap(BigInt(a) * BigInt(b))
}

/** Towards zero. */
export function divideLong(a: Exact, b: Exact): Exact {
  if (b === 0) return fail('FUNCTION_DIVISION_BY_ZERO', {})
  if (typeof a === 'number' && typeof b === 'number') return (a - (a % b)) / b + 0
  return wrap(BigInt(a) / BigInt(b))
}

/** The sign of the dividend. */
export function remainderLong(a: Exact, b: Exact): Exact {
  if (b === 0) return fail('FUNCTION_DIVISION_BY_ZERO', {})
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0
  return exact(BigInt(a) % BigInt(b))
}

export function negateLong(a: Exact): Exact {
  return typeof a === 'number' ? 0 - a : wrap(-a)
}

export type DecimalOperation = (a: Exact, b: Exact) => Exact | null

export interface DecimalShape {
  readonly precision: number
  readonly scale: number
}

/** `a + b` or `a − b` of scales `left` and `right` as DECIMAL(result). */
export function decimalSum(subtract: boolean, left: number, right: number, result: DecimalShape): DecimalOperation {
  const scale = Math.max(left, right)
  const a10 = scale - left
  const b10 = scale - right
  const small = a10 <= 15 && b10 <= 15
  const aUnit = small ? powerOfTen(a10) : 0
  const bUnit = small ? (subtract ? -powerOfTen(b10) : powerOfTen(b10)) : 0
  const plain = result.scale === scale
  return (a, b) => {
    if (small && typeof a === 'number' && typeof b === 'number') {
      const x = a * aUnit
      const y = b * bUnit
      const sum = x + y
      if (Number.isSafeInteger(x) && Number.isSafeInteger(y) && Number.isSafeInteger(sum)) {
        return fitted(plain ? sum + 0 : rescale(sum + 0, scale, result.scale), result.precision)
      }
    }
    const x = BigInt(a) * bigPowerOfTen(a10)
    const y = BigInt(b) * bigPowerOfTen(b10)
    return fitted(rescale(exact(subtract ? x - y : x + y), scale, result.scale), result.precision)
  }
}

export function decimalProduct(left: number, right: number, result: DecimalShape): DecimalOperation {
  const scale = left + right
  return (a, b) => fitted(rescale(multiplyExact(a, b), scale, result.scale), result.precision)
}

/** Unbounded product. */
export function multiplyExact(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product + 0
  }
  return exact(BigInt(a) * BigInt(b))
}

const MAX_DIGITS = 38

export function decimalQuotient(left: number, right: number, result: DecimalShape): DecimalOperation {
  const shift = result.scale - left + right
  const unit = shift >= 0 && shift <= 15 ? powerOfTen(shift) : 0
  return (a, b) => {
    if (b === 0) return fail('FUNCTION_DIVISION_BY_ZERO', {})
    if (unit !== 0 && typeof a === 'number' && typeof b === 'number') {
      const dividend = a * unit
      if (Number.isSafeInteger(dividend)) {
        const rest = dividend % b
        const quotient = (dividend - rest) / b
        const up = Math.abs(rest) * 2 >= Math.abs(b)
        return fitted(up ? quotient + (dividend < 0 === b < 0 ? 1 : -1) : quotient + 0, result.precision)
      }
    }
    if (shift >= 0 && typeof a === 'number' && typeof b === 'number') {
      // A divisor of 16 digits shows within 17 digits behind the last one kept on which side of a half the rest lies, so
      // that rounding 21 digits straight away cannot differ from rounding to 38 first.
      const quotient = divideHalfUp(BigInt(a) * bigPowerOfTen(shift), BigInt(b))
      if (quotient < LIMIT_21 && quotient > -LIMIT_21) return fitted(exact(quotient), result.precision)
    }
    return fitted(wideQuotient(BigInt(a), BigInt(b), left - right, result.scale), result.precision)
  }
}

const LIMIT_21 = 10n ** 21n

/** `a / b × 10^-scale`, rounded to 38 significant digits, then to `target`. */
function wideQuotient(a: bigint, b: bigint, scale: number, target: number): Exact {
  const size = (n: bigint) => (n < 0n ? -n : n).toString().length
  // Enough digits that the quotient has at least 38; then as many fewer as there are too many.
  let digits = MAX_DIGITS - (size(a) - size(b))
  const scaled = (n: number) =>
    n >= 0 ? divideHalfUp(a * 10n ** BigInt(n), b) : divideHalfUp(a, b * 10n ** BigInt(-n))
  let quotient = scaled(digits)
  if (size(quotient) > MAX_DIGITS) {
    digits -= size(quotient) - MAX_DIGITS
    quotient = scaled(digits)
  }
  return rescale(exact(quotient), scale + digits, target)
}

/** Remainder with the dividend's sign. */
export function decimalRemainder(left: number, right: number, result: DecimalShape): DecimalOperation {
  const scale = Math.max(left, right)
  return (a, b) => {
    if (b === 0) return fail('FUNCTION_DIVISION_BY_ZERO', {})
    const rest = remainderLong(rescale(a, left, scale), rescale(b, right, scale))
    return fitted(rescale(rest, scale, result.scale), result.precision)
  }
}

function fitted(value: Exact, precision: number): Exact | null {
  return fitsPrecision(value, precision) ? value : null
}

/** −1, 0 or 1, for exact numbers of different scales. */
export function compareDecimals(a: Exact, left: number, b: Exact, right: number): number {
  if (left === right) return a < b ? -1 : a > b ? 1 : 0
  const scale = Math.max(left, right)
  const x = rescale(a, left, scale)
  const y = rescale(b, right, scale)
  return x < y ? -1 : x > y ? 1 : 0
}
