import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cos, cosh, exp, log, log10, power, sin, tan } from './precise.ts'

/** Fixed-point numbers of 60 digits: the model that the functions are held against. */
const ONE = 10n ** 60n

function toFixed60(value: number): bigint {
  let scale = 0
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    scale++
  }
  return (BigInt(scaled) * ONE) / 2n ** BigInt(scale)
}

function expModel(x: bigint): bigint {
  const r = x / 1024n
  let sum = ONE
  let term = ONE
  for (let n = 1n; term !== 0n && n < 80n; n++) {
    term = (term * r) / ONE / n
    sum += term
  }
  for (let i = 0; i < 10; i++) sum = (sum * sum) / ONE
  return sum
}

function sinModel(x: bigint): bigint {
  let sum = 0n
  let term = x
  for (let n = 1n; term !== 0n && n < 200n; n += 2n) {
    sum += term
    term = (-term * x) / ONE
    term = (term * x) / ONE / ((n + 1n) * (n + 2n))
  }
  return sum
}

function cosModel(x: bigint): bigint {
  let sum = 0n
  let term = ONE
  for (let n = 0n; term !== 0n && n < 200n; n += 2n) {
    sum += term
    term = (-term * x) / ONE
    term = (term * x) / ONE / ((n + 1n) * (n + 2n))
  }
  return sum
}

/** The error in units of the last place. */
function ulps(result: number, exact: bigint): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(result))) - 52)
  const error = toFixed60(result) - exact
  return Math.abs(Number(error) / 1e60) / unit
}

const moderate = fc.double({ min: -20, max: 20, noNaN: true }).filter((x) => Math.abs(x) > 1e-5)

test('exp, sin, cos and tan err by no more than rounding does', () => {
  fc.assert(
    fc.property(moderate, (x) => {
      const fixed = toFixed60(x)
      const s = sinModel(fixed)
      const c = cosModel(fixed)
      assert.ok(ulps(exp(x), expModel(fixed)) <= 0.51)
      assert.ok(ulps(sin(x), s) <= 0.51)
      assert.ok(ulps(cos(x), c) <= 0.51)
      assert.ok(ulps(tan(x), (s * ONE) / c) <= 0.52)
    }),
    { numRuns: 1500 },
  )
})

test('log is the inverse of exp: its neighbours are further away', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e8, noNaN: true }), (x) => {
      if (x === 1) return
      const y = log(x)
      const distance = (candidate: number) => {
        const d = expModel(toFixed60(candidate)) - toFixed60(x)
        return d < 0n ? -d : d
      }
      const step = Math.abs(y) * 2 ** -53
      assert.ok(distance(y) <= distance(y + step * 1.5), `${x}`)
      assert.ok(distance(y) <= distance(y - step * 1.5), `${x}`)
    }),
    { numRuns: 300 },
  )
})

test('exact cases are exact', () => {
  for (let n = -20; n <= 20; n++) {
    assert.equal(log10(Number(`1e${n}`)), n)
    assert.equal(power(2, n), 2 ** n)
  }
  assert.equal(power(99.95, 2), 9990.0025)
  assert.equal(power(-8, 3), -512)
  assert.equal(power(10, 15), 1e15)
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 500 }), fc.integer({ min: 1, max: 5 }), (base, to) => {
      assert.equal(power(base, to), Number(BigInt(base) ** BigInt(to)))
    }),
  )
})

test('what has no digits stays what it is', () => {
  assert.equal(exp(1000), Number.POSITIVE_INFINITY)
  assert.equal(exp(-1000), 0)
  assert.ok(Number.isNaN(exp(Number.NaN)))
  assert.equal(log(0), Number.NEGATIVE_INFINITY)
  assert.ok(Number.isNaN(log(-1)))
  assert.ok(Number.isNaN(power(-8, 0.5)))
  assert.equal(power(0, -1), Number.POSITIVE_INFINITY)
  assert.ok(Object.is(sin(-0), -0))
  assert.ok(Number.isNaN(tan(Number.POSITIVE_INFINITY)))
})

test('what a Java 17 gave', () => {
  assert.equal(exp(-12.355), 4.308158531587784e-6)
  assert.equal(cos(1000), 0.5623790762907029)
  assert.equal(cosh(1), 1.543080634815244)
  assert.equal(cosh(2), 3.7621956910836314)
  assert.equal(cosh(10), 11013.232920103324)
})
