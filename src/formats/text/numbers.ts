/**
 * Numbers in texts, read as Java reads them.
 *
 * Law: every result is the exact or the correctly rounded value of the text's digits; no digit passes through a double on its
 * way to a BIGINT or a DECIMAL.
 */
import { type Exact, exact } from '../../types/value.ts'

const INTEGER = /^[+-]?\d+$/
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const JAVA_DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/
const HEX_DOUBLE = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/

const LONG_MIN = -(2n ** 63n)
const LONG_MAX = 2n ** 63n - 1n

const FOREIGN_DIGIT = /\p{Nd}/gu

/** Java reads the digits of every script; here they become those of ASCII. */
function withAsciiDigits(text: string): string {
  return text.replace(FOREIGN_DIGIT, (digit) => {
    const code = digit.codePointAt(0) as number
    if (code < 0x80 || code > 0xffff) return digit
    // The ten digits of a script stand together.
    let zero = code
    while (code - zero < 9 && /\p{Nd}/u.test(String.fromCharCode(zero - 1))) zero--
    return String(code - zero)
  })
}

/** `Integer.parseInt` and its like: digits with a sign, within the range; undefined otherwise. */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  if (!INTEGER.test(text)) {
    const plain = withAsciiDigits(text)
    return plain === text ? undefined : parseInteger(plain, min, max)
  }
  const value = Number(text)
  return value >= min && value <= max ? value + 0 : undefined
}

/** `Long.parseLong`. */
export function parseLong(text: string): Exact | undefined {
  if (!INTEGER.test(text)) {
    const plain = withAsciiDigits(text)
    return plain === text ? undefined : parseLong(plain)
  }
  if (text.length <= 15) return Number(text) + 0
  // A text of a million digits must not cost the time of a million-digit number.
  if (text.length > 40 && text.replace(/^[+-]?0*/, '').length > 19) return undefined
  const value = BigInt(text[0] === '+' ? text.slice(1) : text)
  return value >= LONG_MIN && value <= LONG_MAX ? exact(value) : undefined
}

/** The whole part of a JSON number with fraction or exponent, which Jackson takes from the double; undefined out of range. */
export function truncateToLong(value: number): Exact | undefined {
  if (!(value >= -(2 ** 63) && value <= 2 ** 63)) return undefined
  const whole = Math.trunc(value)
  if (Number.isSafeInteger(whole)) return whole + 0
  const big = BigInt(whole)
  return exact(big > LONG_MAX ? LONG_MAX : big)
}

/** `Double.parseDouble`: decimal and hexadecimal numbers, NaN, Infinity, a trailing f or d; undefined otherwise. */
export function parseDouble(text: string): number | undefined {
  if (JAVA_DOUBLE.test(text)) {
    const last = text.charCodeAt(text.length - 1) | 32
    // NaN and Infinity end in n and y; a suffix is the only f or d that a decimal number ends in.
    return Number(last === 102 || last === 100 ? text.slice(0, -1) : text)
  }
  const hex = HEX_DOUBLE.exec(text)
  if (hex === null || hex[2].length + hex[3].length === 0) return undefined
  const digits = hex[2] + hex[3]
  const shift = Number(hex[4]) - 4 * hex[3].length
  // Beyond 13 hexadecimal digits a second rounding would be needed; such numbers are written by nobody.
  if (digits.replace(/^0+/, '').length > 13) return undefined
  const value = Number(`0x${digits}`) * 2 ** shift
  return hex[1] === '-' ? -value : value
}

/**
 * The FLOAT nearest to a decimal text. Rounding the double once more is right except where that double lies exactly between
 * two floats: then the text itself decides.
 */
export function floatOfText(text: string): number | undefined {
  const double = parseDouble(text)
  if (double === undefined || !Number.isFinite(double)) return double
  const float = Math.fround(double)
  if (float === double || !Number.isFinite(float)) return float
  const other = nextFloat(float, double > float)
  if ((float + other) / 2 !== double) return float
  const order = compareToDouble(text, double)
  if (order === 0) return float
  const larger = Math.max(float, other)
  const smaller = Math.min(float, other)
  return order > 0 ? larger : smaller
}

const floatBits = new DataView(new ArrayBuffer(4))
function nextFloat(value: number, up: boolean): number {
  floatBits.setFloat32(0, value)
  const bits = floatBits.getInt32(0)
  if (value === 0) return up ? 2 ** -149 : -(2 ** -149)
  floatBits.setInt32(0, bits + (value > 0 === up ? 1 : -1))
  return floatBits.getFloat32(0)
}

/** Sign of (decimal text − double), exactly. */
function compareToDouble(text: string, double: number): number {
  const match = DECIMAL.exec(text.replace(/[fFdD]$/, ''))
  if (match === null) return 0
  const fraction = match[3] ?? ''
  let left = BigInt(match[2] + fraction) * (match[1] === '-' ? -1n : 1n)
  const exponent = Number(match[4] ?? 0) - fraction.length
  // double = mantissa × 2^−shift with a whole mantissa
  let shift = 0
  let mantissa = double
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    shift++
  }
  let right = BigInt(mantissa)
  left <<= BigInt(shift)
  if (exponent >= 0) left *= 10n ** BigInt(exponent)
  else right *= 10n ** BigInt(-exponent)
  return left === right ? 0 : left > right ? 1 : -1
}

/** Exponents beyond this leave every DECIMAL(38, s): the value is zero or does not fit. */
const FAR = 400

/**
 * The unscaled value of a decimal text in DECIMAL(precision, scale), rounded HALF_UP; null where it has too many digits (as
 * in Flink, an overflow is NULL), undefined where the text is no number.
 */
export function parseDecimal(text: string, precision: number, scale: number): Exact | null | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) {
    const plain = withAsciiDigits(text)
    return plain === text ? undefined : parseDecimal(plain, precision, scale)
  }
  const fraction = match[3] ?? ''
  const digits = match[2] + fraction
  if (digits === '') return undefined
  const exponent = match[4] === undefined ? 0 : Number(match[4])
  const negative = match[1] === '-'
  const shift = scale + exponent - fraction.length
  if (digits.length <= 15 && shift <= 0 && shift >= -15) {
    const unit = 10 ** -shift
    const value = Number(digits)
    let whole = Math.floor(value / unit)
    if ((value - whole * unit) * 2 >= unit) whole++
    if (whole >= 10 ** precision) return null
    return negative ? 0 - whole : whole
  }
  const significant = digits.replace(/^0+/, '')
  // Digits that are left of the point once the text is scaled; of the others only the first decides the rounding.
  const whole = significant.length + shift
  if (significant === '' || whole < 0) return 0
  if (whole > FAR) return null
  let value = BigInt(significant.slice(0, whole).padEnd(whole, '0') || '0')
  if (significant.charCodeAt(whole) >= 53) value += 1n
  if (value >= 10n ** BigInt(precision)) return null
  return exact(negative ? -value : value)
}

/** Java's `BigDecimal.toPlainString` of an unscaled value: `12.50`. */
export function decimalText(unscaled: Exact, scale: number): string {
  const text = String(unscaled)
  if (scale === 0) return text
  const negative = text[0] === '-'
  const digits = (negative ? text.slice(1) : text).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Java's `BigDecimal.toString` after `stripTrailingZeros`: `12.5`, `1E+2`, `1E-7`. */
export function strippedDecimalText(unscaled: Exact, scale: number): string {
  let text = String(unscaled)
  if (text === '0') return '0'
  const negative = text[0] === '-'
  if (negative) text = text.slice(1)
  const digits = text.replace(/0+$/, '')
  const strippedScale = scale - (text.length - digits.length)
  const adjusted = digits.length - 1 - strippedScale
  const sign = negative ? '-' : ''
  if (strippedScale >= 0 && adjusted >= -6) {
    return sign + decimalText(exact(BigInt(digits)), strippedScale)
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${sign}${mantissa}E${adjusted >= 0 ? '+' : ''}${adjusted}`
}

/** A decimal text as `new BigDecimal(text).stripTrailingZeros().toString()` prints it; undefined if it is no number. */
export function bigDecimalText(text: string): string | undefined {
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const fraction = match[3] ?? ''
  const unscaled = exact(BigInt(`${match[2]}${fraction}` || '0') * (match[1] === '-' ? -1n : 1n))
  return strippedDecimalText(unscaled, fraction.length - Number(match[4] ?? 0))
}

/** Java's `String.trim`: everything up to the blank goes. */
export function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}
