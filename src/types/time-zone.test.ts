import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findTimeZone, timeZone } from './time-zone.ts'

const utc = Date.UTC

test('gaps move forward by their length, overlaps take the earlier offset', () => {
  const zone = timeZone('America/New_York')
  assert.equal(zone.toLocal(zone.toInstant(utc(2024, 2, 10, 2, 30))), utc(2024, 2, 10, 3, 30))
  assert.equal(zone.toInstant(utc(2024, 10, 3, 1, 30)), utc(2024, 10, 3, 5, 30))
  assert.equal(zone.toInstant(utc(2024, 10, 3, 2, 0)), utc(2024, 10, 3, 7, 0))
  assert.equal(zone.toInstant(utc(2024, 2, 10, 3, 0)), utc(2024, 2, 10, 7, 0))
  assert.equal(zone.toInstant(utc(2024, 2, 10, 1, 59, 59, 999)), utc(2024, 2, 10, 6, 59, 59, 999))
})

test('offsets with seconds, half hours and fixed ids', () => {
  assert.equal(timeZone('Asia/Kolkata').offsetAt(0), 19_800_000)
  assert.equal(timeZone('Asia/Shanghai').offsetAt(utc(1850, 0, 1)), (8 * 3600 + 5 * 60 + 43) * 1000)
  assert.equal(timeZone('+08:00').offsetAt(0), 28_800_000)
  assert.equal(timeZone('UTC-3:30').offsetAt(0), -12_600_000)
  assert.equal(timeZone('GMT+8').toInstant(0), -28_800_000)
})

test('an unknown zone is found out, also in the wrong case', () => {
  assert.equal(findTimeZone('Mars/Olympus'), undefined)
  assert.equal(findTimeZone('asia/shanghai'), undefined)
  assert.throws(() => timeZone('Nowhere'), { code: 'FUNCTION_UNKNOWN_TIME_ZONE' })
})

test('an instant survives the way through local time, except in an overlap’s second pass', () => {
  for (const id of ['America/New_York', 'Africa/Casablanca', 'Australia/Lord_Howe', 'Asia/Shanghai', 'Europe/Dublin']) {
    const zone = timeZone(id)
    fc.assert(
      fc.property(fc.integer({ min: utc(1700, 0, 1), max: utc(2600, 0, 1) }), (instant) => {
        const back = zone.toInstant(zone.toLocal(instant))
        if (back !== instant) {
          assert.ok(back < instant && instant - back <= 3 * 3_600_000, `${id} ${instant} ${back}`)
          assert.equal(zone.toLocal(back), zone.toLocal(instant))
        }
      }),
    )
  }
})
