import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CastOptions, castValue, supportsCast } from './cast.ts'
import { castText, printText } from './format.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  binary,
  char,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  INT,
  INTERVAL_DAY_TO_SECOND,
  INTERVAL_YEAR_TO_MONTH,
  type LogicalType,
  map,
  notNull,
  row,
  SMALLINT,
  STRING,
  TINYINT,
  time,
  timestamp,
  timestampLtz,
  VARIANT,
  varchar,
} from './logical-type.ts'
import { exact, type Value } from './value.ts'

const options: CastOptions = { safe: false, timeZone: 'UTC' }
const cast = (value: Value, from: LogicalType, to: LogicalType, more: Partial<CastOptions> = {}) =>
  castValue(value, from, to, { ...options, ...more })
const text = (value: string, to: LogicalType, more: Partial<CastOptions> = {}) => cast(value, STRING, to, more)

test('values go to text and come back', () => {
  const there = (type: LogicalType, values: fc.Arbitrary<Value>) =>
    fc.assert(
      fc.property(values, (value) => {
        const written = castText(value, type, options)
        assert.ok(Object.is(text(written, type), value), `${value} as ${written} came back as ${text(written, type)}`)
      }),
    )
  const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exact)
  there(BOOLEAN, fc.boolean())
  there(TINYINT, fc.integer({ min: -128, max: 127 }))
  there(INT, fc.integer())
  there(BIGINT, long)
  there(DOUBLE, fc.double())
  there(FLOAT, fc.float())
  there(decimal(10, 3), fc.integer({ min: -9_999_999_999, max: 9_999_999_999 }))
  there(decimal(38, 18), fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(exact))
  there(DATE, fc.integer({ min: -719_162, max: 2_932_896 }))
  there(time(3), fc.integer({ min: 0, max: 86_399_999 }))
  there(timestamp(3), fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }))
  there(timestamp(6), fc.integer({ min: -2_000_000_000_000_000, max: 4_000_000_000_000_000 }))
  there(timestamp(9), fc.bigInt({ min: -(10n ** 18n), max: 4n * 10n ** 18n }).map(exact))
  there(timestampLtz(3), fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }))
})

test('integers wrap as BigInt.asIntN, floating-point numbers saturate', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.equal(cast(exact(value), BIGINT, INT), Number(BigInt.asIntN(32, value)))
      assert.equal(cast(exact(value), BIGINT, SMALLINT), Number(BigInt.asIntN(16, value)))
      assert.equal(cast(exact(value), BIGINT, TINYINT), Number(BigInt.asIntN(8, value)))
      assert.equal(cast(exact(value), BIGINT, DOUBLE), Number(value))
    }),
  )
  assert.equal(cast(1e10, DOUBLE, INT), 2147483647)
  assert.equal(cast(1e10, DOUBLE, TINYINT), -1)
  assert.equal(cast(-1e20, DOUBLE, BIGINT), -(2n ** 63n))
  assert.equal(cast(Number.NaN, DOUBLE, INT), 0)
  assert.equal(cast(-0.5, DOUBLE, BIGINT), 0)
})

test('a BIGINT becomes a FLOAT in one rounding', () => {
  // Rounded to DOUBLE first, this would lie half-way between two FLOATs and go to the even, lower one.
  assert.equal(cast(2n ** 60n + 2n ** 36n + 1n, BIGINT, FLOAT), 2 ** 60 + 2 ** 37)
})

test('decimals round half up; too many digits are NULL, or fail where NULL cannot be', () => {
  assert.equal(cast(1005, decimal(5, 3), decimal(3, 2)), 101)
  assert.equal(cast(-1005, decimal(5, 3), decimal(3, 2)), -101)
  assert.equal(cast(9999, decimal(4, 2), decimal(2, 1)), null)
  assert.throws(() => cast(9999, decimal(4, 2), notNull(decimal(2, 1))), { code: 'FUNCTION_CAST_FAILED' })
  assert.equal(cast(0.1, DOUBLE, decimal(20, 18)), 10n ** 17n)
  assert.throws(() => cast(Number.NaN, DOUBLE, decimal(5, 2), { safe: true }), { code: 'FUNCTION_CAST_FAILED' })
})

test('texts of numbers', () => {
  assert.equal(text(' 4.9 ', INT), 4)
  assert.equal(text('.', INT), 0)
  assert.equal(text('9223372036854775807', BIGINT), 2n ** 63n - 1n)
  for (const bad of ['', ' ', '-', '1e3', '0x10', '1_000', '2147483648', '１']) {
    assert.throws(() => text(bad, INT), { code: 'FUNCTION_CAST_FAILED' })
    assert.equal(text(bad, INT, { safe: true }), null)
  }
  assert.equal(text('1f', DOUBLE), 1)
  assert.equal(text('0x1p3', DOUBLE), 8)
  assert.throws(() => text('infinity', DOUBLE), { code: 'FUNCTION_CAST_FAILED' })
  assert.equal(text('1e3', decimal(6, 2)), 100_000)
})

test('texts of dates and times', () => {
  const date = (written: string) => castText(text(written, DATE), DATE, options)
  assert.equal(date('2024-2'), '2024-02-01')
  assert.equal(date(' 2024-01-01 '), '2024-01-01')
  assert.equal(date('2024-2-9 10:00'), '2024-02-09')
  for (const bad of ['2023-02-29', '2024/01/01', '20240229', '2024-', '2024-2-9T10:00']) assert.throws(() => date(bad))
  const stamp = (written: string) => castText(text(written, timestamp(3)), timestamp(3), options)
  assert.equal(stamp('2023-02-29'), '2023-02-28 00:00:00.000')
  assert.equal(stamp('2024-03-10 24:00:00'), '2024-03-11 00:00:00.000')
  assert.equal(stamp('2024-03-10 2:3:4'), '2024-03-10 02:03:04.000')
  for (const bad of ['2024', '2024-02', '2024-03-10T02:30:00', '2024-03-10 02:30', '24-01-01']) {
    assert.throws(() => stamp(bad))
  }
})

test('local and zoned time stamps change into each other in the session’s zone', () => {
  const zone = { timeZone: 'America/New_York' }
  const gap = cast(Date.UTC(2024, 2, 10, 2, 30), timestamp(3), timestampLtz(3), zone)
  assert.equal(gap, Date.UTC(2024, 2, 10, 7, 30))
  assert.equal(cast(gap, timestampLtz(3), timestamp(3), zone), Date.UTC(2024, 2, 10, 3, 30))
  assert.equal(cast(gap, timestampLtz(3), DATE, zone), 19_792)
  assert.equal(cast(-1, timestamp(3), timestamp(0)), -1000)
  assert.equal(cast(-1, timestamp(3), timestamp(9)), -1_000_000)
})

test('text types cut and pad by code points; with the legacy switch VARCHAR does not cut', () => {
  assert.equal(text('😀bc', varchar(1)), '😀')
  assert.equal(text('abc', char(5)), 'abc  ')
  assert.equal(text('abcdef', varchar(3), { legacy: true }), 'abcdef')
  assert.equal(cast(true, BOOLEAN, STRING, { legacy: true }), 'true')
  assert.deepEqual(text('abc', binary(4)), Uint8Array.of(97, 98, 99, 0))
})

test('nested casts: NULL elements stay, one failure fails the whole', () => {
  assert.deepEqual(cast(['1', null], array(STRING), array(INT)), [1, null])
  assert.throws(() => cast(['1', 'x'], array(STRING), array(INT)), { code: 'FUNCTION_CAST_FAILED' })
  assert.equal(cast(['1', 'x'], array(STRING), array(INT), { safe: true }), null)
  const from = row([
    { name: 'a', type: STRING },
    { name: 'b', type: INT },
  ])
  assert.deepEqual(
    cast(
      ['1', 2],
      from,
      row([
        { name: 'x', type: INT },
        { name: 'y', type: STRING },
      ]),
    ),
    [1, '2'],
  )
  assert.deepEqual(cast({ keys: ['1'], values: [2] }, map(STRING, INT), map(INT, BIGINT)), { keys: [1], values: [2] })
})

test('printing: binary as hexadecimal, NULL in words, nested values in brackets', () => {
  const print = (value: Value, type: LogicalType) => printText(value, type, options)
  assert.equal(print(Uint8Array.of(10, 255), BYTES), "x'0aff'")
  assert.equal(print([1, null], array(INT)), '[1, NULL]')
  assert.equal(print({ keys: ['a'], values: [null] }, map(STRING, INT)), '{a=NULL}')
  assert.equal(
    print(
      [1, 'x'],
      row([
        { name: 'a', type: INT },
        { name: 'b', type: STRING },
      ]),
    ),
    '(1, x)',
  )
  assert.equal(print(-3_600_000, INTERVAL_DAY_TO_SECOND), '-0 01:00:00.000')
  assert.equal(print(14, INTERVAL_YEAR_TO_MONTH), '+1-02')
  assert.equal(print(45_296_000, time(3)), '12:34:56.0')
})

test('what cannot be cast is refused with both types', () => {
  assert.equal(supportsCast(INT, timestamp(3)), false)
  assert.equal(supportsCast(VARIANT, STRING), false)
  assert.equal(supportsCast(DATE, time(0)), false)
  assert.throws(() => cast(1, INT, timestamp(3)), {
    code: 'FUNCTION_UNSUPPORTED_CAST',
    message: 'A value of type INT cannot be cast to TIMESTAMP(3).',
  })
})
