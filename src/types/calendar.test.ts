import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addMonths,
  dayOf,
  dayOfWeek,
  dayOfYear,
  daysInMonth,
  daysOf,
  isoWeek,
  isoWeekYear,
  monthOf,
  yearOf,
} from './calendar.ts'

test('known dates', () => {
  assert.equal(daysOf(1970, 1, 1), 0)
  assert.equal(daysOf(2024, 2, 29), 19782)
  assert.equal(daysOf(1, 1, 1), -719162)
  assert.equal(daysOf(9999, 12, 31), 2932896)
  assert.equal(dayOfWeek(0), 4)
  assert.equal(isoWeek(daysOf(2021, 1, 3)), 53)
  assert.equal(isoWeekYear(daysOf(2021, 1, 3)), 2020)
  assert.equal(isoWeek(daysOf(2024, 12, 30)), 1)
})

test('a day number and its civil date are the same thing, and follow JavaScript’s calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const date = new Date(days * 86_400_000)
      assert.equal(yearOf(days), date.getUTCFullYear())
      assert.equal(monthOf(days), date.getUTCMonth() + 1)
      assert.equal(dayOf(days), date.getUTCDate())
      assert.equal(daysOf(yearOf(days), monthOf(days), dayOf(days)), days)
      assert.equal(dayOfWeek(days), date.getUTCDay() === 0 ? 7 : date.getUTCDay())
    }),
    { numRuns: 2000 },
  )
})

test('adding months keeps the day or ends at the month’s last', () => {
  assert.equal(addMonths(daysOf(2024, 1, 31), 1), daysOf(2024, 2, 29))
  assert.equal(addMonths(daysOf(2023, 12, 31), -10), daysOf(2023, 2, 28))
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.integer({ min: -5000, max: 5000 }),
      (days, months) => {
        const moved = addMonths(days, months)
        assert.equal(yearOf(moved) * 12 + monthOf(moved), yearOf(days) * 12 + monthOf(days) + months)
        assert.equal(dayOf(moved), Math.min(dayOf(days), daysInMonth(yearOf(moved), monthOf(moved))))
      },
    ),
  )
})

test('day of year runs from 1 to the year’s length', () => {
  assert.equal(dayOfYear(daysOf(2024, 12, 31)), 366)
  assert.equal(dayOfYear(daysOf(2023, 1, 1)), 1)
})
