import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DATE,
  INTERVAL_DAY_TO_SECOND,
  INTERVAL_YEAR_TO_MONTH,
  time,
  timestamp,
  timestampLtz,
} from '../../../types/logical-type.ts'
import { type Exact, exact } from '../../../types/value.ts'
import { adder, temporalArithmetic } from './interval.ts'
import { monthsBetween } from './timestamp-diff.ts'

const DAY = 86_400_000
const days = fc.integer({ min: -700_000, max: 2_900_000 })

test('a timestamp plus and minus an interval is the timestamp again, in every precision', () => {
  const value = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })
  fc.assert(
    fc.property(fc.constantFrom(0, 3, 6, 9), value, fc.integer({ min: -1e12, max: 1e12 }), (precision, big, delta) => {
      const type = timestamp(precision)
      const plus = temporalArithmetic('+', type, INTERVAL_DAY_TO_SECOND)?.evaluate as (a: Exact, b: Exact) => Exact
      const minus = temporalArithmetic('-', type, INTERVAL_DAY_TO_SECOND)?.evaluate as (a: Exact, b: Exact) => Exact
      const start = exact(big)
      const moved = plus(start, delta)
      assert.equal(minus(moved, delta), start)
      const units = precision <= 3 ? 1n : precision <= 6 ? 1000n : 1_000_000n
      assert.equal(moved, exact(big + BigInt(delta) * units))
    }),
  )
})

test('months keep the day of the month where there is one', () => {
  const add = adder(DATE, INTERVAL_YEAR_TO_MONTH)
  fc.assert(
    fc.property(days, fc.integer({ min: -12_000, max: 12_000 }), (day, months) => {
      const before = new Date(day * DAY)
      const after = new Date((add(day, months) as number) * DAY)
      const total = before.getUTCFullYear() * 12 + before.getUTCMonth() + months
      assert.equal(after.getUTCFullYear() * 12 + after.getUTCMonth(), total)
      assert.ok(after.getUTCDate() <= before.getUTCDate())
      if (before.getUTCDate() <= 28) assert.equal(after.getUTCDate(), before.getUTCDate())
    }),
  )
})

test('a date moves by whole days only, a time stays within its day', () => {
  assert.equal(adder(DATE, INTERVAL_DAY_TO_SECOND)(100, -1000), 100)
  assert.equal(adder(DATE, INTERVAL_DAY_TO_SECOND)(100, 25 * 3_600_000), 101)
  assert.equal(adder(time(0), INTERVAL_DAY_TO_SECOND)(0, -1000), DAY - 1000)
  assert.equal(adder(time(0), INTERVAL_YEAR_TO_MONTH)(5, 7), 5)
})

test('what is no temporal arithmetic is left to the numbers', () => {
  assert.equal(temporalArithmetic('-', DATE, DATE), undefined)
  assert.equal(temporalArithmetic('-', INTERVAL_DAY_TO_SECOND, timestampLtz(3)), undefined)
})

test('months between are those that, added, do not pass the later moment', () => {
  const add = adder(timestamp(3), INTERVAL_YEAR_TO_MONTH)
  fc.assert(
    fc.property(days, fc.nat(DAY - 1), fc.nat(400_000), (day, ofDay, distance) => {
      const earlier = day * DAY + ofDay
      const later = earlier + distance * 600_000
      const months = monthsBetween(later, earlier)
      assert.ok((add(earlier, months) as number) <= later)
      assert.ok((add(earlier, months + 1) as number) > later)
    }),
  )
})
