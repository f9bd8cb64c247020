/**
 * exp, log, log10, pow, sin, cos and tan, rounded correctly in all but few cases.
 *
 * Why: the machine code that Java uses for these errs by hardly more than half a unit in the last place, JavaScript's by up
 * to a whole one; so the last digit differed now and then. Numbers are carried as unevaluated sums of two doubles
 * ("double-double"): a product is split into its rounded value and its error, sums keep what rounding loses.
 *
 * Law: the error is below 0.01 units in the last place before the final rounding (tan: 0.02). COSH alone follows fdlibm, as Java does.
 */

/** The low part of the last double-double operation; the high part is its result. */
let low = 0

/** a + b exactly. */
function twoSum(a: number, b: number): number {
  const sum = a + b
  const back = sum - a
  low = a - (sum - back) + (b - back)
  return sum
}

const SPLITTER = 134_217_729

/** a × b exactly (no overflow: |a|, |b| < 2^970). */
function twoProduct(a: number, b: number): number {
  const product = a * b
  const c = SPLITTER * a
  const aHigh = c - (c - a)
  const aLow = a - aHigh
  const d = SPLITTER * b
  const bHigh = d - (d - b)
  const bLow = b - bHigh
  low = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
  return product
}

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/** exp(high + rest) = (1 + s) × 2^k, where s = result + low; k is left in `exponent`. |high| < 746. */
let exponent = 0
function expMinusOne(high: number, rest: number): number {
  const k = Math.round(high * Math.LOG2E)
  // k × LN2_HIGH is exact, so is the difference.
  const first = high - k * LN2_HIGH
  const second = twoProduct(-k, LN2_LOW)
  const secondLow = low
  let r = twoSum(first, second)
  let rLow = low + secondLow + rest
  r /= 16
  rLow /= 16
  // r + r²/2 exactly enough, what follows in plain doubles: r³/6 is below 2e-6.
  const square = twoProduct(r, r)
  const squareLow = low + 2 * r * rLow
  const tail = square * r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r / 40320)))))
  let s = twoSum(r, square / 2)
  s = twoSum(s, low + rLow + squareLow / 2 + tail)
  let sLow = low
  // (1 + s)² = 1 + (2s + s²), four times for r = 16 × r/16.
  for (let i = 0; i < 4; i++) {
    const p = twoProduct(s, s)
    const pLow = low + 2 * s * sLow
    const doubled = twoSum(2 * s, p)
    s = twoSum(doubled, low + 2 * sLow + pLow)
    sLow = low
  }
  exponent = k
  return s
}

function scaled(value: number, k: number): number {
  // In two steps, because 2^k alone may be out of range where the product is not.
  const half = Math.trunc(k / 2)
  return value * 2 ** half * 2 ** (k - half)
}

export function exp(x: number): number {
  return expOf(x, 0)
}

function expOf(high: number, rest: number): number {
  if (Number.isNaN(high)) return high
  if (high > 709.79) return Number.POSITIVE_INFINITY
  if (high < -745.2) return 0
  const s = expMinusOne(high, rest)
  const sLow = low
  const sum = twoSum(1, s)
  return scaled(sum + (low + sLow), exponent)
}

/** log(x) = result + low, for finite x > 0. */
function logParts(x: number): number {
  const guess = Math.log(x)
  const s = expMinusOne(-guess, 0)
  const sLow = low
  // x × exp(−guess) = z × (1 + s) with z near 1, and log(1 + δ) = δ − δ²/2.
  const z = scaled(x, exponent)
  const p = twoProduct(z, s)
  const pLow = low + z * sLow
  const d = twoSum(z - 1, p)
  const delta = d + (low + pLow)
  low = delta - (delta * delta) / 2
  return guess
}

export function log(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return Math.log(x)
  const high = logParts(x)
  return high + low
}

const LOG10E_LOW = 1.098319650216765e-17

export function log10(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return Math.log10(x)
  const high = logParts(x)
  const rest = low
  const p = twoProduct(high, Math.LOG10E)
  return p + (low + high * LOG10E_LOW + rest * Math.LOG10E)
}

export function power(base: number, to: number): number {
  const plain = base ** to
  if (plain === 0 || !Number.isFinite(plain) || to === 0 || base === 0 || Math.abs(base) === 1) return plain
  const high = logParts(Math.abs(base))
  const rest = low
  const p = twoProduct(high, to)
  const result = expOf(p, low + rest * to)
  return plain < 0 ? -result : result
}

const PIO2_1 = 1.5707963267341256
const PIO2_2 = 6.077100506303966e-11
const PIO2_3 = 2.0222662487111665e-21
const PIO2_4 = 8.4784276603689e-32
/** Above this, multiples of π/2 are no longer exact in the parts above. */
const LARGE = 1_600_000

/** x − n × π/2 = result + low, with n left in `quadrant`. */
let quadrant = 0
function reduce(x: number): number {
  const n = Math.round(x / (Math.PI / 2))
  quadrant = n & 3
  const first = x - n * PIO2_1
  const a = twoSum(first, -n * PIO2_2)
  const aLow = low
  const b = twoSum(a, -n * PIO2_3)
  return twoSum(b, aLow + low - n * PIO2_4)
}

const SIXTH_LOW = -9.25185853854297e-18
const TWENTY_FOURTH_LOW = 2.3129646346357427e-18

/** 1/5!, −1/7! … 1/21! and −1/6!, 1/8! … −1/18!: what follows the two terms that are kept in two doubles. */
const SIN_TERMS = inverseFactorials(5, 1)
const COS_TERMS = inverseFactorials(6, -1)

function inverseFactorials(first: number, sign: number): Float64Array {
  return Float64Array.from({ length: 8 }, (_, i) => {
    let factorial = 1
    for (let n = 2; n <= first + 2 * i; n++) factorial *= n
    return (i % 2 === 0 ? sign : -sign) / factorial
  })
}

function series(t: number, terms: Float64Array): number {
  let sum = 0
  for (let i = terms.length - 1; i >= 0; i--) sum = sum * t + terms[i]
  return sum
}

function sinParts(r: number, rLow: number): number {
  const t = twoProduct(r, r)
  const tLow = low + 2 * r * rLow
  const v = series(t, SIN_TERMS)
  const w = twoSum(-1 / 6, t * v)
  const wLow = low + SIXTH_LOW + tLow * v
  const p = twoProduct(r, t)
  const pLow = low + r * tLow + rLow * t
  const q = twoProduct(p, w)
  const qLow = low + p * wLow + pLow * w
  const s = twoSum(r, q)
  low += rLow + qLow
  return s
}

function cosParts(r: number, rLow: number): number {
  const t = twoProduct(r, r)
  const tLow = low + 2 * r * rLow
  const v = series(t, COS_TERMS)
  const w = twoSum(1 / 24, t * v)
  const wLow = low + TWENTY_FOURTH_LOW + tLow * v
  const p = twoProduct(t, t)
  const pLow = low + 2 * t * tLow
  const q = twoProduct(p, w)
  const qLow = low + p * wLow + pLow * w
  const a = twoSum(1, -t / 2)
  const aLow = low
  const s = twoSum(a, q)
  low += aLow + qLow - tLow / 2
  return s
}

export function sin(x: number): number {
  if (!(Math.abs(x) < LARGE) || Math.abs(x) < 1e-8) return Math.sin(x)
  const r = reduce(x)
  const value = quadrant & 1 ? cosParts(r, low) : sinParts(r, low)
  return quadrant & 2 ? -(value + low) : value + low
}

export function cos(x: number): number {
  if (!(Math.abs(x) < LARGE)) return Math.cos(x)
  const r = reduce(x)
  const value = quadrant & 1 ? sinParts(r, low) : cosParts(r, low)
  return quadrant === 1 || quadrant === 2 ? -(value + low) : value + low
}

export function tan(x: number): number {
  if (!(Math.abs(x) < LARGE) || Math.abs(x) < 1e-8) return Math.tan(x)
  const r = reduce(x)
  const rLow = low
  const turned = (quadrant & 1) === 1
  const s = sinParts(r, rLow)
  const sLow = low
  const c = cosParts(r, rLow)
  const cLow = low
  return turned ? -quotient(c, cLow, s, sLow) : quotient(s, sLow, c, cLow)
}

function quotient(a: number, aLow: number, b: number, bLow: number): number {
  const q = a / b
  const p = twoProduct(q, b)
  return q + (a - p - low + aLow - q * bLow) / b
}

/** fdlibm's exp, which COSH is built on in Java; it errs by up to a unit, so that COSH(1) ends in 44. */
function fdlibmExp(x: number): number {
  const size = Math.abs(x)
  let high = x
  let rest = 0
  let k = 0
  if (size > 0.5 * Math.LN2) {
    k = size < 1.5 * Math.LN2 ? Math.sign(x) : Math.trunc(Math.LOG2E * x + (x < 0 ? -0.5 : 0.5))
    high = x - k * LN2_HIGH
    rest = k * LN2_LOW
  }
  const r = high - rest
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))))
  if (k === 0) return 1 - ((r * c) / (c - 2) - r)
  return scaled(1 - (rest - (r * c) / (2 - c) - high), k)
}

export function cosh(x: number): number {
  const size = Math.abs(x)
  if (!(size < 22) || size <= 0.5 * Math.LN2) return Math.cosh(x)
  const t = fdlibmExp(size)
  return 0.5 * t + 0.5 / t
}
