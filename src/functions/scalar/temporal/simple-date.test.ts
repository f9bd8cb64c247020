import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeZone, UTC } from '../../../types/time-zone.ts'
import { formatSimple } from './simple-date-format.ts'
import { parseSimple } from './simple-date-parse.ts'
import { legacyZone } from './timestamp-value.ts'

const SHANGHAI = timeZone('Asia/Shanghai')
const NEW_YORK = timeZone('America/New_York')
const NOW = Date.UTC(2026, 10, 25)
const seconds = (pattern: string, text: string, zone = UTC) => {
  const millis = parseSimple(pattern, text, zone, NOW)
  return millis === undefined ? undefined : millis / 1000
}

test('letters of SimpleDateFormat print as in Java', () => {
  const instant = 1_709_251_199_000
  const shown = { yy: '24', MMM: 'Mar', DDD: '061', EEEE: 'Friday', u: '5', aa: 'AM', kk: '07', SSSSSS: '000000' }
  for (const [pattern, text] of Object.entries(shown)) assert.equal(formatSimple(pattern, instant, SHANGHAI), text)
  assert.equal(formatSimple('z zzzz Z X XXX', instant, SHANGHAI), 'CST China Standard Time +0800 +08 +08:00')
  assert.equal(formatSimple('z zzzz Z XX', instant, NEW_YORK), 'EST Eastern Standard Time -0500 -0500')
  assert.equal(formatSimple("[yyyy] ''年", 0, UTC), "[1970] '年")
  assert.throws(() => formatSimple('b', 0, UTC), /no pattern letter/)
})

test('before 1582-10-15 the calendar is the Julian one', () => {
  assert.equal(formatSimple('yyyy-MM-dd', -12_219_292_801_000, UTC), '1582-10-04')
  assert.equal(formatSimple('yyyy-MM-dd', -12_219_292_800_000, UTC), '1582-10-15')
  assert.equal(seconds('yyyy-MM-dd', '1500-01-01'), -14_830_992_000)
})

test('before 1900 zones have their standard offset', () => {
  assert.equal(formatSimple('HH:mm:ss', -62_135_596_800_000, NEW_YORK), '19:00:00')
})

test('texts are read leniently', () => {
  const standard = 'yyyy-MM-dd HH:mm:ss'
  assert.equal(seconds(standard, '2024-13-45 25:61:61'), 1_739_584_921)
  assert.equal(seconds(standard, '  2024-01-01  00:00:00.999 trailing'), 1_704_067_200)
  assert.equal(seconds(standard, '2024 -01-01 00:00:00'), undefined)
  assert.equal(seconds(standard, '2024-01-01'), undefined)
  assert.equal(seconds('MMM yyyy', 'sePTember 2024'), 1_725_148_800)
  assert.equal(seconds('yyyyMMddHHmmss', '20240229123456'), 1_709_210_096)
  assert.equal(seconds('yyyy-MM-dd HH:mm:ss X', '1970-01-01 08:00:01 +0800', SHANGHAI), 1)
  assert.equal(seconds('yyyy', ''), undefined)
  assert.equal(seconds('yyyy', '２０２４'), 1_704_067_200)
})

test('two-digit years fall between 80 years ago and 20 years on', () => {
  assert.equal(seconds('yy', '70'), 0)
  assert.equal(formatSimple('yyyy', (seconds('yy', '45') as number) * 1000, UTC), '2045')
  assert.equal(formatSimple('yyyy', (seconds('yy', '46') as number) * 1000, UTC), '1946')
})

test('in an overlap the later offset counts, in a gap the time moves on', () => {
  assert.equal(parseSimple('yyyy-MM-dd HH:mm', '2024-11-03 01:30', NEW_YORK, NOW), Date.UTC(2024, 10, 3, 6, 30))
  assert.equal(parseSimple('yyyy-MM-dd HH:mm', '2024-03-10 02:30', NEW_YORK, NOW), Date.UTC(2024, 2, 10, 7, 30))
})

test('zone names of java.util.TimeZone', () => {
  assert.equal(legacyZone('PST').offsetAt(Date.UTC(2024, 6, 1)), -7 * 3_600_000)
  assert.equal(legacyZone('GMT+8:30').offsetAt(0), 8.5 * 3_600_000)
  for (const id of ['+08:00', 'UTC+8', 'Nope/Zone', 'GMT+25', '']) assert.equal(legacyZone(id).offsetAt(0), 0, id)
})
