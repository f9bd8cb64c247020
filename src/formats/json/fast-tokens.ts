/**
 * The tokens that nearly every record consists of, read without allocation.
 *
 * Law: each function returns the position behind the token with its value in `scratch[0]` (or `reader.text`), or −1 when the
 * token is anything that it does not read **exactly** as `convert.ts` would. They may read behind the record's end, as far as
 * the buffer reaches; the caller discards a result that lies there.
 */
import { daysInMonth, daysOf, MILLIS_PER_DAY } from '../../types/calendar.ts'
import type { JsonReader } from './reader.ts'

export const scratch = new Float64Array(1)

const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
// Veltkamp's halves of the powers, for exact products.
const SPLITTER = 134217729
const POWERS_HIGH = POWERS.map((p) => p * SPLITTER - (p * SPLITTER - p))
const POWERS_LOW = POWERS.map((p, i) => p - POWERS_HIGH[i])

/**
 * A JSON number of at most 18 digits as the nearest double. Up to 15 digits one division is correctly rounded; beyond, the
 * quotient is computed in double-double arithmetic and given up when it lies too near to the middle of two doubles.
 */
export function fastDouble(b: Uint8Array, p: number): number {
  let c = b[p]
  const negative = c === 45
  if (negative) c = b[++p]
  let d = c - 48
  if (!(d >= 0 && d <= 9)) return -1
  // The first nine digits in `head`, the next nine in `tail`: both stay int32.
  let head = d
  let tail = 0
  let n = 1
  let fraction = 0
  d = b[++p] - 48
  while (d >= 0 && d <= 9) {
    if (n < 9) head = head * 10 + d
    else if (n < 18) tail = tail * 10 + d
    n++
    d = b[++p] - 48
  }
  if (c === 48 && n > 1) return -1
  if (d === -2) {
    const point = n
    d = b[++p] - 48
    while (d >= 0 && d <= 9) {
      if (n < 9) head = head * 10 + d
      else if (n < 18) tail = tail * 10 + d
      n++
      d = b[++p] - 48
    }
    fraction = n - point
    if (fraction === 0) return -1
  }
  // 'E' or 'e' behind the digits
  if (d === 21 || d === 53 || n > 18) return -1
  let value: number
  if (n <= 9) value = fraction === 0 ? head : head / POWERS[fraction]
  else if (n <= 15) {
    value = head * POWERS[n - 9] + tail
    if (fraction !== 0) value /= POWERS[fraction]
  } else {
    const unit = POWERS[n - 9]
    const high = (head >>> 15) * 32768 * unit
    const low = (head & 32767) * unit + tail
    const sum = high + low
    if (fraction === 0) value = sum
    else {
      const divisor = POWERS[fraction]
      const quotient = sum / divisor
      const product = quotient * divisor
      const t = quotient * SPLITTER
      const qh = t - (t - quotient)
      const ql = quotient - qh
      const dh = POWERS_HIGH[fraction]
      const dl = POWERS_LOW[fraction]
      const productError = qh * dh - product + qh * dl + ql * dh + ql * dl
      const correction = (sum - product - productError + (low - (sum - high))) / divisor
      // Relative error of the correction, and what cancellation may have left of the quotient's own.
      const doubt = Math.abs(correction) * 1e-15 + quotient * 1e-31
      value = quotient + (correction - doubt)
      if (value !== quotient + (correction + doubt)) return -1
    }
  }
  scratch[0] = negative ? -value : value
  return p
}

/** A JSON number of at most 15 digits without exponent as DECIMAL(log10(limit), scale), unscaled, rounded HALF_UP. */
export function fastDecimal(b: Uint8Array, p: number, scale: number, limit: number): number {
  let c = b[p]
  const negative = c === 45
  if (negative) c = b[++p]
  let d = c - 48
  if (!(d >= 0 && d <= 9)) return -1
  let value = d
  let n = 1
  let fraction = 0
  d = b[++p] - 48
  while (d >= 0 && d <= 9) {
    value = value * 10 + d
    n++
    d = b[++p] - 48
  }
  if (c === 48 && n > 1) return -1
  if (d === -2) {
    const point = n
    d = b[++p] - 48
    while (d >= 0 && d <= 9) {
      value = value * 10 + d
      n++
      d = b[++p] - 48
    }
    fraction = n - point
    if (fraction === 0) return -1
  }
  if (d === 21 || d === 53 || n > 15) return -1
  if (fraction > scale) {
    const unit = POWERS[fraction - scale]
    const whole = Math.floor(value / unit)
    value = (value - whole * unit) * 2 >= unit ? whole + 1 : whole
  } else if (fraction < scale) {
    if (scale - fraction > 22) return -1
    value *= POWERS[scale - fraction]
    if (value > 9007199254740991) return -1
  }
  if (value >= limit) return -1
  scratch[0] = negative ? 0 - value : value
  return p
}

/** A string token; its value in `reader.text`. */
export function fastString(r: JsonReader, b: Uint8Array, p: number, end: number): number {
  if (b[p] !== 34) return -1
  let q = p + 1
  let hash = 0
  let high = 0
  let c = b[q]
  while (q < end && c !== 34 && c !== 92) {
    hash = (Math.imul(hash, 31) + c) | 0
    high |= c
    c = b[++q]
  }
  if (c !== 34 || high >= 0x80 || q >= end) {
    r.pos = p
    r.text = r.string()
    return r.pos
  }
  r.text = r.plain(p + 1, q, hash)
  return q + 1
}

let lastDate = 0
let lastDays = 0

/**
 * A string token `yyyy-MM-dd?HH:mm:ss[.fff]` with `separator` between date and time and, with `zoned`, a Z at its end:
 * epoch milliseconds. Days that a month does not have are left to the general functions.
 */
export function fastTimestamp(b: Uint8Array, p: number, separator: number, zoned: boolean): number {
  if (b[p] !== 34 || b[p + 5] !== 45 || b[p + 8] !== 45 || b[p + 11] !== separator) return -1
  if (b[p + 14] !== 58 || b[p + 17] !== 58) return -1
  const y = two(b, p + 1) * 100 + two(b, p + 3)
  const month = two(b, p + 6)
  const day = two(b, p + 9)
  const h = two(b, p + 12)
  const m = two(b, p + 15)
  const s = two(b, p + 18)
  if (!(h >= 0 && h <= 23 && m >= 0 && m <= 59 && s >= 0 && s <= 59)) return -1
  if (!(y >= 1 && month >= 1 && month <= 12 && day >= 1)) return -1
  const date = (y * 16 + month) * 32 + day
  if (date !== lastDate) {
    if (day > 28 && day > daysInMonth(y, month)) return -1
    lastDays = daysOf(y, month, day)
    lastDate = date
  }
  let millis = lastDays * MILLIS_PER_DAY + ((h * 60 + m) * 60 + s) * 1000
  p += 20
  if (b[p] === 46) {
    const tens = two(b, p + 1)
    const ones = b[p + 3] - 48
    if (!(tens >= 0 && ones >= 0 && ones <= 9)) return -1
    millis += tens * 10 + ones
    p += 4
  }
  if (zoned && b[p++] !== 90) return -1
  if (b[p] !== 34) return -1
  scratch[0] = millis
  return p + 1
}

/** Two digits as a number, a large negative one when they are none. */
function two(b: Uint8Array, p: number): number {
  const tens = b[p] - 48
  const ones = b[p + 1] - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1_000_000
}

/** Position behind the value at `p`, checked as strictly as a value that is read. Throws a fault like the reader. */
export function fastSkip(r: JsonReader, b: Uint8Array, p: number, end: number): number {
  const c = b[p]
  if (c === 34) {
    let q = p + 1
    let d = b[q]
    while (q < end && d !== 34 && d !== 92 && d < 0x80) d = b[++q]
    if (d === 34 && q < end) return q + 1
  } else if (c >= 48 && c <= 57) {
    let q = p + 1
    let d = b[q] - 48
    while (d >= 0 && d <= 9) d = b[++q] - 48
    if (d !== -2 && d !== 21 && d !== 53 && q - p <= 1000 && (c !== 48 || q === p + 1)) return q
  }
  r.pos = p
  r.skipValue(1)
  return r.pos
}

/** Position behind the key string at `p` that matched no field as it stands; `reader.field` tells which field it is, or −1. */
export function unknownKey(
  r: JsonReader,
  b: Uint8Array,
  p: number,
  end: number,
  names: ReadonlyMap<string, number>,
): number {
  let q = p + 1
  let c = b[q]
  while (q < end && c !== 34 && c !== 92 && c < 0x80) c = b[++q]
  if (c === 34 && q < end) {
    r.field = -1
    return q + 1
  }
  r.pos = p
  r.field = names.get(r.string()) ?? -1
  return r.pos
}
