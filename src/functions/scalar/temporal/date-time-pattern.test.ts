import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dateTimeReader, readLenient, standardReader } from './date-time-parse.ts'
import { readPattern } from './date-time-pattern.ts'
import { dateTimePrinter } from './date-time-print.ts'

const MOMENT = Date.UTC(2024, 1, 29, 23, 9, 5, 123)
const print = (pattern: string, millis = MOMENT, nanos = 456_789) => dateTimePrinter(pattern)(millis, nanos)

const read = (text: string, pattern?: string) => {
  const reader = pattern === undefined ? standardReader : dateTimeReader(pattern)
  const outcome = reader.read(text)
  return outcome === 'ok' ? new Date(reader.millis).toISOString() : outcome
}

test('letters of DateTimeFormatter print as in Java', () => {
  const shown = {
    G: 'AD',
    GGGG: 'Anno Domini',
    yy: '24',
    yyyyy: '02024',
    DDD: '060',
    MMM: 'Feb',
    MMMM: 'February',
    QQQQ: '1st quarter',
    ww: '09',
    W: '5',
    e: '5',
    eeee: 'Thursday',
    F: '1',
    a: 'PM',
    B: 'at night',
    hh: '11',
    k: '23',
    S: '1',
    SSSSSSSSS: '123456789',
    A: '83345123',
    N: '83345123456789',
    g: '60369',
    "yyyy-MM-dd'T'HH:mm:ss": '2024-02-29T23:09:05',
    "''yyyy": "'2024",
    'yyyy[-MM][ HH]': '2024-02 23',
    pppd: ' 29',
    中yyyy: '中2024',
  }
  for (const [pattern, text] of Object.entries(shown)) assert.equal(print(pattern), text, pattern)
})

test('years print padded, beyond four digits with a sign', () => {
  assert.equal(print('yyyy', Date.parse('0987-01-03T00:00:00Z')), '0987')
  assert.equal(print('yyyy', Date.parse('+012024-01-01T00:00:00Z')), '+12024')
  assert.equal(print('uuuu', Date.parse('-000044-01-01T00:00:00Z')), '-0044')
})

test('patterns that Java refuses say why', () => {
  for (const pattern of ['aa', 'b', 'HHH', 'DDDD', 'SSSSSSSSSS', '#', '{', "'open", 'V', 'cc', ']', 'p'])
    assert.equal(typeof readPattern(pattern), 'string', pattern)
  assert.throws(() => print('XXX'), /time zone/)
})

test('texts are read with the SMART resolver', () => {
  const cases: readonly (readonly [text: string, pattern: string, result: string])[] = [
    ['20240229', 'yyyyMMdd', '2024-02-29T00:00:00.000Z'],
    ['20240229123456789', 'yyyyMMddHHmmssSSS', '2024-02-29T12:34:56.789Z'],
    ['2024-02-30', 'yyyy-MM-dd', '2024-02-29T00:00:00.000Z'],
    ['2023-366', 'yyyy-DDD', 'unparsable'],
    ['70-02-28', 'yy-MM-dd', '2070-02-28T00:00:00.000Z'],
    ['Fri, 29 Feb 2024', 'EEE, dd MMM yyyy', 'unparsable'],
    ['Thu, 29 Feb 2024', 'EEE, dd MMM yyyy', '2024-02-29T00:00:00.000Z'],
    ['2024-W09-4', "YYYY-'W'ww-e", '2024-02-28T00:00:00.000Z'],
    ['2024-02-29 11:30 PM', 'yyyy-MM-dd hh:mm a', '2024-02-29T23:30:00.000Z'],
    ['2024-02-29 11:30 pm', 'yyyy-MM-dd hh:mm a', 'unparsable'],
    ['2024-02-29 24', 'yyyy-MM-dd HH', '2024-03-01T00:00:00.000Z'],
    ['2024-02-29 AM', 'yyyy-MM-dd a', '2024-02-29T06:00:00.000Z'],
    ['12 5', 'hh K', 'unparsable'],
    ['0 AM', 'h a', '1970-01-01T00:00:00.000Z'],
    ['02-29', 'MM-dd', 'no-date'],
    ['31', 'dd', '1970-01-31T00:00:00.000Z'],
    ['99999', 'yyyy', 'unparsable'],
    ['005', 'H', '1970-01-01T05:00:00.000Z'],
    ['-5', 'H', 'unparsable'],
    ['2024-02-29T12:34:56+0800', "yyyy-MM-dd'T'HH:mm:ssZ", '2024-02-29T12:34:56.000Z'],
    ['2024-02-29', 'yyyy-MM-dd[ HH:mm]', '2024-02-29T00:00:00.000Z'],
    ['123456', 'A', '1970-01-01T00:02:03.456Z'],
  ]
  for (const [text, pattern, result] of cases) assert.equal(read(text, pattern), result, `${text} ${pattern}`)
})

test("SQL's own form has one or two digits per field and up to nine of fraction", () => {
  assert.equal(read('2024-2-9 1:2:3.4'), '2024-02-09T01:02:03.400Z')
  assert.equal(read('2024-02-30 00:00:00'), '2024-02-29T00:00:00.000Z')
  assert.equal(read('2024-02-29 24:00:00'), '2024-03-01T00:00:00.000Z')
  assert.equal(read('2024-01-01 10:10:10.'), '2024-01-01T10:10:10.000Z')
  for (const text of ['2024-02-29T12:34:56', '2024-02-29 12:34', '24-01-01', '2024-02-32', '2024-01-01 00:00:00Z', ''])
    assert.equal(read(text), 'unparsable', text)
})

test('where the pattern does not fit, the form of JDBC is tried, whose fields run over', () => {
  const reader = dateTimeReader('HH')
  assert.equal(reader.read('2024-02-30 24:00:61'), 'unparsable')
  assert.ok(readLenient(reader, '2024-02-30 24:00:61'))
  assert.equal(new Date(reader.millis).toISOString(), '2024-03-02T00:01:01.000Z')
  assert.ok(!readLenient(reader, '2024-02-32'))
})

test('the quick way through the common form gives what the general one gives', () => {
  const general = dateTimeReader('yyyy-MM-dd HH:mm:ss.SSS')
  const number = (min: number, max: number) => fc.integer({ min, max })
  const two = (value: number) => String(value).padStart(2, '0')
  const fields = fc.tuple(
    number(1, 9999),
    number(0, 13),
    number(0, 32),
    number(0, 25),
    number(0, 61),
    number(0, 61),
    number(0, 999),
  )
  fc.assert(
    fc.property(fields, ([year, month, day, hour, minute, second, milli]) => {
      const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
      const text = `${date} ${two(hour)}:${two(minute)}:${two(second)}.${String(milli).padStart(3, '0')}`
      const expected = general.read(text)
      assert.equal(standardReader.read(text), expected, text)
      if (expected === 'ok') assert.equal(standardReader.millis, general.millis, text)
    }),
    { numRuns: 3000 },
  )
})

test('what is printed is read back', () => {
  const pattern = 'uuuu-MM-dd HH:mm:ss.SSSSSSSSS'
  const reader = dateTimeReader(pattern)
  fc.assert(
    fc.property(
      fc.integer({ min: -62_000_000_000_000, max: 253_402_300_799_999 }),
      fc.integer({ min: 0, max: 999_999 }),
      (millis, nanos) => {
        assert.equal(reader.read(dateTimePrinter(pattern)(millis, nanos)), 'ok')
        assert.deepEqual([reader.millis, reader.nanos], [millis, nanos])
      },
    ),
  )
})
