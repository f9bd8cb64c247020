/** Exact integers and their decimal texts. */
import { type Exact, exact } from './value.ts'

/** 1250 with scale 2 is `12.50`. */
export function decimalText(value: Exact, scale: number): string {
  if (scale === 0) return value.toString()
  const negative = value < 0
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

const SMALL_POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i)
const BIG_POWERS: bigint[] = Array.from({ length: 78 }, (_, i) => 10n ** BigInt(i))

/** 10^n as a bigint; n ≥ 0. */
export function bigPowerOfTen(n: number): bigint {
  return BIG_POWERS[n] ?? 10n ** BigInt(n)
}

/** 10^n as an exact number; 0 ≤ n ≤ 15. */
export function powerOfTen(n: number): number {
  return SMALL_POWERS[n]
}

/** The integer quotient, halves away from zero (Java's HALF_UP). */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  const twice = rest < 0n ? -2n * rest : 2n * rest
  const size = divisor < 0n ? -divisor : divisor
  if (twice < size) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** The same number at another scale; digits that are lost round half up. */
export function rescale(value: Exact, from: number, to: number): Exact {
  if (from === to) return value
  if (to > from) {
    if (typeof value === 'number' && to - from <= 15) {
      const product = value * SMALL_POWERS[to - from]
      if (Number.isSafeInteger(product)) return product
    }
    return exact(BigInt(value) * bigPowerOfTen(to - from))
  }
  if (typeof value === 'number' && from - to <= 15) {
    const unit = SMALL_POWERS[from - to]
    const rest = value % unit
    const quotient = (value - rest) / unit
    if (rest * 2 >= unit) return quotient + 1
    if (rest * 2 <= -unit) return quotient - 1
    return quotient + 0
  }
  return exact(divideHalfUp(BigInt(value), bigPowerOfTen(from - to)))
}

/** Does the unscaled value have at most `precision` digits? */
export function fitsPrecision(value: Exact, precision: number): boolean {
  if (typeof value === 'number') {
    if (precision > 15) return true
    const limit = SMALL_POWERS[precision]
    return value < limit && value > -limit
  }
  const limit = bigPowerOfTen(precision)
  return value < limit && value > -limit
}

/** A number at a scale as DECIMAL(precision, scale), or null when it has too many digits. */
export function toDecimal(value: Exact, from: number, precision: number, scale: number): Exact | null {
  const scaled = rescale(value, from, scale)
  return fitsPrecision(scaled, precision) ? scaled : null
}

/** Digits and scale of a plain or scientific decimal text that is known to be well-formed. */
export function parseDigits(text: string): { readonly value: bigint; readonly scale: number } {
  const at = text.search(/[eE]/)
  const mantissa = at === -1 ? text : text.slice(0, at)
  const exponent = at === -1 ? 0 : Number(text.slice(at + 1))
  const point = mantissa.indexOf('.')
  const digits = point === -1 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1)
  const scale = (point === -1 ? 0 : mantissa.length - point - 1) - exponent
  const value = BigInt(digits.startsWith('+') ? digits.slice(1) : digits)
  return scale < 0 ? { value: value * 10n ** BigInt(-scale), scale: 0 } : { value, scale }
}
