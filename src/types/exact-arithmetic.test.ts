import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addLong,
  compareDecimals,
  type DecimalOperation,
  decimalProduct,
  decimalQuotient,
  decimalRemainder,
  decimalSum,
  divideLong,
  multiplyLong,
  negateLong,
  remainderLong,
  subtractLong,
} from './exact-arithmetic.ts'
import { type Exact, exact } from './value.ts'

const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
  fc.bigInt({ min: -10n, max: 10n }),
  fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n), 0n),
)

function assertCanonical(value: Exact): void {
  if (typeof value === 'number') assert.ok(Number.isSafeInteger(value) && !Object.is(value, -0), String(value))
  else assert.ok(value > 9007199254740991n || value < -9007199254740991n, String(value))
}

test('BIGINT arithmetic is 64-bit arithmetic', () => {
  const operations: readonly (readonly [(a: Exact, b: Exact) => Exact, (a: bigint, b: bigint) => bigint, boolean])[] = [
    [addLong, (a, b) => a + b, false],
    [subtractLong, (a, b) => a - b, false],
    [multiplyLong, (a, b) => a * b, false],
    [divideLong, (a, b) => a / b, true],
    [remainderLong, (a, b) => a % b, true],
    [(a) => negateLong(a), (a) => -a, false],
  ]
  fc.assert(
    fc.property(long, long, (a, b) => {
      for (const [ours, model, divides] of operations) {
        if (divides && b === 0n) {
          assert.throws(() => ours(exact(a), 0), { code: 'FUNCTION_DIVISION_BY_ZERO' })
          continue
        }
        const result = ours(exact(a), exact(b))
        assertCanonical(result)
        assert.equal(BigInt(result), BigInt.asIntN(64, model(a, b)))
      }
    }),
    { numRuns: 2000 },
  )
})

/** A rational number rounded half away from zero to a scale, as an unscaled integer. */
function roundRational(numerator: bigint, denominator: bigint, scale: number): bigint {
  const n = numerator * 10n ** BigInt(scale) * (denominator < 0n ? -1n : 1n)
  const d = denominator < 0n ? -denominator : denominator
  const size = (2n * (n < 0n ? -n : n) + d) / (2n * d)
  return n < 0n ? -size : size
}

/** A quotient to 38 significant digits, as a rational with a power of ten below. */
function toDigits(numerator: bigint, denominator: bigint, digits: number): readonly [bigint, bigint] {
  for (let scale = 120; ; scale--) {
    const unscaled = roundRational(numerator, denominator, scale)
    if ((unscaled < 0n ? -unscaled : unscaled).toString().length <= digits) return [unscaled, 10n ** BigInt(scale)]
    if (scale === 0) return [unscaled, 1n]
  }
}

const decimalPair = fc
  .tuple(fc.integer({ min: 0, max: 18 }), fc.integer({ min: 0, max: 18 }), fc.integer({ min: 1, max: 25 }))
  .chain(([left, right, digits]) => {
    const limit = 10n ** BigInt(digits)
    const value = fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.bigInt({ min: -1000n, max: 1000n }))
    return fc.record({ left: fc.constant(left), right: fc.constant(right), a: value, b: value, scale: fc.nat(18) })
  })

test('DECIMAL arithmetic is rational arithmetic, rounded half up to the result’s scale, null when it does not fit', () => {
  fc.assert(
    fc.property(decimalPair, ({ left, right, a, b, scale }) => {
      const shape = { precision: 38, scale }
      const x = [a, 10n ** BigInt(left)] as const
      const y = [b, 10n ** BigInt(right)] as const
      const check = (operation: DecimalOperation, numerator: bigint, denominator: bigint) => {
        const result = operation(exact(a), exact(b))
        const expected = roundRational(numerator, denominator, scale)
        if (expected >= 10n ** 38n || expected <= -(10n ** 38n)) assert.equal(result, null)
        else {
          assertCanonical(result as Exact)
          assert.equal(BigInt(result as Exact), expected)
        }
      }
      check(decimalSum(false, left, right, shape), x[0] * y[1] + y[0] * x[1], x[1] * y[1])
      check(decimalSum(true, left, right, shape), x[0] * y[1] - y[0] * x[1], x[1] * y[1])
      check(decimalProduct(left, right, shape), x[0] * y[0], x[1] * y[1])
      if (b === 0n) return
      check(decimalQuotient(left, right, shape), ...toDigits(x[0] * y[1], y[0] * x[1], 38))
      const quotient = (x[0] * y[1]) / (y[0] * x[1])
      check(decimalRemainder(left, right, shape), x[0] * y[1] - quotient * y[0] * x[1], x[1] * y[1])
      const sign = x[0] * y[1] - y[0] * x[1]
      assert.equal(compareDecimals(exact(a), left, exact(b), right), sign < 0n ? -1 : sign > 0n ? 1 : 0)
    }),
    { numRuns: 3000 },
  )
})

test('a DECIMAL of few digits is null when it overflows', () => {
  assert.equal(decimalSum(false, 0, 0, { precision: 2, scale: 0 })(99, 1), null)
  assert.equal(decimalProduct(2, 2, { precision: 4, scale: 2 })(10_000, 9_999), null)
  assert.equal(decimalProduct(2, 2, { precision: 4, scale: 2 })(1_000, 500), 5_000)
  assert.throws(() => decimalQuotient(0, 0, { precision: 10, scale: 2 })(1, 0), { code: 'FUNCTION_DIVISION_BY_ZERO' })
})
