/** What Flink 2.3 and, with RFC-3339, Flink 1.10 write. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { parseOptions } from '../../base/options.ts'
import { batchOf } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { createByteSink, type FormatField } from '../contract.ts'
import { jsonFormat } from './format.ts'

function written(
  schema: readonly FormatField[],
  row: readonly Value[],
  options: Record<string, string> = {},
  legacy = false,
): string {
  const entries = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value }]))
  const encoder = jsonFormat.encoder!({
    schema,
    options: parseOptions("format 'json'", jsonFormat.options, entries),
    timeZone: 'UTC',
    legacy,
  })
  const sink = createByteSink(4)
  encoder.encode(batchOf(schema, [row]), 0, sink)
  return new TextDecoder().decode(sink.bytes.subarray(0, sink.length))
}

const one = (type: t.LogicalType, value: Value, options?: Record<string, string>, legacy?: boolean): string =>
  written([{ name: 'a', type }], [value], options, legacy).slice(5, -1)

const payment: FormatField[] = [
  { name: 'province', type: t.STRING },
  { name: 'pay_amount', type: t.DOUBLE },
  { name: 'rowtime', type: t.timestamp(3) },
]
const paymentRow = ['beijing', 12345678.9, Date.UTC(2020, 8, 2, 10, 13, 35)]

test('the payment result as Flink 2.3 and as Flink 1.10 writes it', () => {
  assert.equal(
    written(payment, paymentRow),
    '{"province":"beijing","pay_amount":1.23456789E7,"rowtime":"2020-09-02 10:13:35"}',
  )
  assert.equal(
    written(payment, paymentRow, {}, true),
    '{"province":"beijing","pay_amount":1.23456789E7,"rowtime":"2020-09-02T10:13:35Z"}',
  )
  assert.match(
    written(payment, ['x', 1101223.765261142, 123], {}, true),
    /:1101223.765261142,"rowtime":"1970-01-01T00:00:00.123Z"/,
  )
})

test('numbers', () => {
  assert.equal(one(t.BIGINT, 9223372036854775807n), '9223372036854775807')
  assert.equal(one(t.INT, -5), '-5')
  assert.equal(one(t.DOUBLE, 1e-4), '1.0E-4')
  assert.equal(one(t.DOUBLE, 100), '100.0')
  assert.equal(one(t.DOUBLE, -0), '-0.0')
  assert.equal(one(t.DOUBLE, Number.NaN), '"NaN"')
  assert.equal(one(t.DOUBLE, Number.NEGATIVE_INFINITY), '"-Infinity"')
  assert.equal(one(t.FLOAT, Math.fround(0.1)), '0.1')
  assert.equal(one(t.BOOLEAN, true), 'true')
})

test('decimals with and without exponent', () => {
  assert.equal(one(t.decimal(10, 2), 10000), '1E+2')
  assert.equal(one(t.decimal(10, 2), 10000, { 'encode.decimal-as-plain-number': 'true' }), '100.00')
  assert.equal(one(t.decimal(20, 10), 1000), '1E-7')
  assert.equal(one(t.decimal(20, 10), 1000, { 'encode.decimal-as-plain-number': 'true' }), '0.0000001000')
  assert.equal(one(t.decimal(10, 2), -105), '-1.05')
  assert.equal(one(t.decimal(10, 2), 150), '1.5')
  assert.equal(one(t.decimal(10, 2), 0), '0')
  assert.equal(
    one(t.decimal(38, 10), 12345678901234567890123456780123456789n),
    '1234567890123456789012345678.0123456789',
  )
})

test('strings are escaped as Jackson does, astral characters as two escapes', () => {
  assert.equal(one(t.STRING, '"\\\b\f\n\r\t/\u0001\u001f'), '"\\"\\\\\\b\\f\\n\\r\\t/\\u0001\\u001F"')
  assert.equal(one(t.STRING, 'é中\u007f\u2028</x>'), '"é中\u007f\u2028</x>"')
  assert.equal(one(t.STRING, '😀'), '"\\uD83D\\uDE00"')
  assert.equal(one(t.STRING, '\ud83d'), '"\\uD83D"')
  assert.equal(written([{ name: 'q"é', type: t.INT }], [1]), '{"q\\"é":1}')
})

test('dates and times of each standard', () => {
  const iso = { 'timestamp-format.standard': 'ISO-8601' }
  assert.equal(one(t.DATE, 19782), '"2024-02-29"')
  assert.equal(one(t.DATE, -719529), '"-0001-12-31"')
  assert.equal(one(t.time(3), 36000123), '"10:00:00.123"')
  assert.equal(one(t.time(0), 36000000, {}, true), '"10:00:00Z"')
  assert.equal(one(t.timestamp(3), 100), '"1970-01-01 00:00:00.1"')
  assert.equal(one(t.timestamp(3), -1), '"1969-12-31 23:59:59.999"')
  assert.equal(one(t.timestamp(6), 1234560, iso), '"1970-01-01T00:00:01.23456"')
  assert.equal(one(t.timestamp(9), 1709251199123456789n), '"2024-02-29 23:59:59.123456789"')
  assert.equal(one(t.timestampLtz(3), 0), '"1970-01-01 00:00:00Z"')
  assert.equal(one(t.timestampLtz(3), 120, iso), '"1970-01-01T00:00:00.12Z"')
})

test('bytes, arrays, maps, rows and NULL', () => {
  assert.equal(one(t.BYTES, Uint8Array.of(1, 2, 3)), '"AQID"')
  assert.equal(one(t.array(t.INT), [1, null, 3]), '[1,null,3]')
  assert.equal(one(t.map(t.STRING, t.STRING), { keys: ['k', 'é'], values: ['v', null] }), '{"k":"v","é":null}')
  assert.equal(one(t.multiset(t.STRING), { keys: ['k'], values: [2] }), '{"k":2}')
  const inner = t.row([
    { name: 'x', type: t.INT },
    { name: 'y', type: t.STRING },
  ])
  assert.equal(one(inner, [null, 'é"']), '{"x":null,"y":"é\\""}')
  assert.equal(one(t.STRING, null), 'null')
  const two: FormatField[] = [
    { name: 'a', type: t.INT },
    { name: 'b', type: inner },
  ]
  assert.equal(written(two, [null, [null, 'z']], { 'encode.ignore-null-fields': 'true' }), '{"b":{"y":"z"}}')
})

test('NULL keys of a map fail, vanish or get a name', () => {
  const type = t.map(t.STRING, t.INT)
  const value = { keys: ['k', null], values: [1, 2] }
  assert.throws(
    () => one(type, value),
    (e) => isRivuletError(e) && e.code === 'FORMAT_JSON_NULL_KEY',
  )
  assert.equal(one(type, value, { 'map-null-key.mode': 'DROP' }), '{"k":1}')
  assert.equal(one(type, value, { 'map-null-key.mode': 'LITERAL', 'map-null-key.literal': 'none' }), '{"k":1,"none":2}')
})

test('types that JSON cannot carry are refused by name', () => {
  for (const type of [t.map(t.INT, t.INT), t.VARIANT]) {
    const context = {
      schema: [{ name: 'a', type }],
      options: parseOptions("format 'json'", jsonFormat.options, {}),
      timeZone: 'UTC',
      legacy: false,
    }
    for (const make of [jsonFormat.decoder!, jsonFormat.encoder!]) {
      assert.throws(
        () => make(context),
        (e) => isRivuletError(e) && e.code === 'FORMAT_UNSUPPORTED_TYPE',
      )
    }
  }
})

test('fail-on-missing-field and ignore-parse-errors exclude each other', () => {
  const options = parseOptions("format 'json'", jsonFormat.options, {
    'fail-on-missing-field': { value: 'true' },
    'ignore-parse-errors': { value: 'true' },
  })
  assert.throws(
    () => jsonFormat.decoder!({ schema: payment, options, timeZone: 'UTC', legacy: false }),
    (e) => isRivuletError(e) && e.code === 'FORMAT_OPTION_CONFLICT',
  )
})
