/**
 * Java's texts of FLOAT and DOUBLE, as `Double.toString` and `Float.toString` of Java 8 to 18 print them.
 *
 * Law: digits are developed until the rest is less than half a unit in the last place (strictly), with at least two digits
 * in scientific form; Flink 2.3 runs on such a Java, and its results carry these digits: 2E23 prints 1.9999999999999998E23,
 * the float 1E15 prints 9.9999999E14. Where JavaScript's shortest digits are provably the same, they are taken.
 */
const view = new DataView(new ArrayBuffer(8))

const EXP_SHIFT = 52

export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return 'Infinity'
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  if (size < 1e7 && size >= 1e-3) {
    // Plain form. An integer or a number of at most 15 digits has one shortest text, which both algorithms find.
    const text = String(size)
    if (Number.isInteger(size)) return `${sign}${text}.0`
    if (text.length <= 16) return sign + text
  }
  view.setFloat64(0, size)
  const high = view.getUint32(0)
  let exponent = high >>> 20
  let fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(view.getUint32(4))
  let significant = EXP_SHIFT + 1
  if (exponent === 0) {
    significant = fraction.toString(2).length
    const shift = EXP_SHIFT + 1 - significant
    fraction <<= BigInt(shift)
    exponent = 1 - shift
  } else fraction |= 1n << 52n
  return sign + develop(exponent - 1023, fraction, significant)
}

export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return 'Infinity'
  if (value === Number.NEGATIVE_INFINITY) return '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  if (size < 1e7 && Number.isInteger(size)) return `${sign}${size}.0`
  view.setFloat32(0, size)
  const bits = view.getUint32(0)
  let exponent = bits >>> 23
  let fraction = BigInt(bits & 0x7fffff)
  let significant = 24
  if (exponent === 0) {
    significant = fraction.toString(2).length
    const shift = 24 - significant
    fraction <<= BigInt(shift)
    exponent = 1 - shift
  } else fraction |= 1n << 23n
  return sign + develop(exponent - 127, fraction << 29n, significant)
}

/**
 * @param exponent of the number 1.f × 2^exponent
 * @param fraction 53 bits, the first of them set
 * @param significant bits of precision that the number has (24 for a float; fewer when subnormal)
 */
function develop(exponent: number, fraction: bigint, significant: number): string {
  let tailZeros = 0
  while (((fraction >> BigInt(tailZeros)) & 1n) === 0n) tailZeros++
  const bits = EXP_SHIFT + 1 - tailZeros
  const tiny = Math.max(0, bits - exponent - 1)
  if (exponent <= 62 && exponent >= -21 && tiny === 0 && bits < 64) {
    return wholeNumber(exponent, fraction, significant)
  }
  let decimalExponent = estimateExponent(exponent, fraction)
  const b5 = Math.max(0, -decimalExponent)
  let b2 = b5 + tiny + exponent
  const s5 = Math.max(0, decimalExponent)
  let s2 = s5 + tiny
  const m5 = b5
  let m2 = b2 - significant
  b2 -= bits - 1
  const common = Math.min(b2, s2)
  b2 -= common
  s2 -= common
  m2 -= common
  // The next number below a power of two is only half as far away.
  if (bits === 1) m2 -= 1
  if (m2 < 0) {
    b2 -= m2
    s2 -= m2
    m2 = 0
  }
  let b = ((fraction >> BigInt(tailZeros)) * 5n ** BigInt(b5)) << BigInt(b2)
  const s = (5n ** BigInt(s5)) << BigInt(s2)
  let m = (5n ** BigInt(m5)) << BigInt(m2)
  const tens = s * 10n
  const digits: number[] = []
  let q = b / s
  b = 10n * (b % s)
  m *= 10n
  let low = b < m
  let high = b + m > tens
  if (q === 0n && !high) decimalExponent -= 1
  else digits.push(Number(q))
  if (decimalExponent < -3 || decimalExponent >= 8) {
    low = false
    high = false
  }
  while (!low && !high) {
    q = b / s
    b = 10n * (b % s)
    m *= 10n
    low = b < m
    high = b + m > tens
    digits.push(Number(q))
  }
  let exponentOfFirst = decimalExponent + 1
  if (high) {
    const difference = 2n * b - tens
    const odd = (digits[digits.length - 1] & 1) !== 0
    if (!low || difference > 0n || (difference === 0n && odd)) exponentOfFirst += roundUp(digits)
  }
  return layOut(digits.join(''), exponentOfFirst)
}

/** Add one to the last digit; 1 when a new first digit came. */
function roundUp(digits: number[]): number {
  let i = digits.length - 1
  while (digits[i] === 9 && i > 0) digits[i--] = 0
  if (digits[i] === 9) {
    digits[0] = 1
    return 1
  }
  digits[i]++
  return 0
}

/** Numbers without a binary fraction: all digits that the precision justifies. */
function wholeNumber(exponent: number, fraction: bigint, significant: number): string {
  let value =
    exponent >= EXP_SHIFT ? fraction << BigInt(exponent - EXP_SHIFT) : fraction >> BigInt(EXP_SHIFT - exponent)
  let dropped = 0
  const extra = exponent - significant - 1
  if (exponent > significant && extra > 1) dropped = Math.floor(extra * Math.LOG10E * Math.LN2)
  if (dropped > 0) {
    const unit = 10n ** BigInt(dropped)
    const rest = value % unit
    value /= unit
    if (rest >= unit >> 1n) value += 1n
  }
  const text = value.toString()
  return layOut(text.replace(/0+$/, ''), text.length + dropped)
}

function estimateExponent(exponent: number, fraction: bigint): number {
  const mantissa = Number(fraction) / 2 ** 52
  return Math.floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981)
}

/** Digits d₁d₂… with the point behind the first `exponent` of them. */
function layOut(digits: string, exponent: number): string {
  if (exponent > 0 && exponent < 8) {
    if (digits.length <= exponent) return `${digits.padEnd(exponent, '0')}.0`
    return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`
  }
  if (exponent <= 0 && exponent > -3) return `0.${'0'.repeat(-exponent)}${digits}`
  return `${digits[0]}.${digits.length > 1 ? digits.slice(1) : '0'}E${exponent - 1}`
}
