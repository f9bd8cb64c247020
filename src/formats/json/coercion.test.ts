/**
 * What each column type makes of each JSON value: answers of Flink 2.3's reader, one line a case.
 *
 * Law: the generated decoder and the general reader give the same row or the same error.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { rowAt } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { createRowSink, type FormatField, sinkBatch } from '../contract.ts'
import { type JsonDecodeOptions, JsonRowDecoder } from './decoder.ts'

const plain: JsonDecodeOptions = { ignoreErrors: false, failOnMissing: false, standard: 'SQL' }

function rowsOf(schema: readonly FormatField[], record: string | Uint8Array, options: JsonDecodeOptions): unknown {
  const bytes = typeof record === 'string' ? new TextEncoder().encode(record) : record
  const answers = [true, false].map((generate) => {
    const decoder = new JsonRowDecoder(schema, { ...options, generate })
    const sink = createRowSink(schema, 1)
    // Surrounded by other records' bytes, as in a fetched batch.
    const around = new Uint8Array(bytes.length + 40).fill(34)
    around.set(bytes, 20)
    try {
      decoder.decode(around, 20, 20 + bytes.length, sink)
    } catch (error) {
      assert.ok(isRivuletError(error), String(error))
      assert.equal(sink.length, 0)
      return { code: error.code, message: error.message }
    }
    const batch = sinkBatch(sink)
    return Array.from({ length: batch.length }, (_, i) => rowAt(batch, schema, i))
  })
  assert.deepEqual(answers[0], answers[1])
  return answers[0]
}

function check(
  type: t.LogicalType,
  value: string,
  expected: unknown,
  options: Partial<JsonDecodeOptions> & { parse?: 'sql-timestamp' } = {},
): void {
  const { parse, ...rest } = options
  test(`${t.typeText(type)} of ${value.length > 80 ? `${value.slice(0, 80)}…` : value}${rest.standard === undefined ? '' : ` (${rest.standard})`}`, () => {
    const rows = rowsOf([{ name: 'a', type, parse }], `{"x": [1], "a": ${value} , "y":{}}`, { ...plain, ...rest })
    if (expected === error) assert.equal((rows as { code: string }).code, 'FORMAT_JSON_VALUE')
    else assert.deepEqual(rows, [[expected]])
  })
}

const error = Symbol('error')

check(t.INT, '1.9', 1)
check(t.INT, '-7', -7)
check(t.INT, '-0', 0)
check(t.INT, '3000000000', error)
check(t.INT, '2147483647', 2147483647)
check(t.INT, '-2147483648', -2147483648)
check(t.INT, '2147483647.5', error)
check(t.INT, '1e2', 100)
check(t.INT, '" 12 "', 12)
check(t.INT, '"+12"', 12)
check(t.INT, '"1.5"', error)
check(t.INT, 'true', error)
check(t.INT, '""', error)
check(t.INT, '{"b":1}', error)
check(t.INT, '[1]', error)
check(t.INT, '"１２"', 12)
check(t.BIGINT, '"-٣"', -3)
check(t.decimal(5, 1), '"１.２"', 12)
check(t.INT, 'null', null)
check(t.TINYINT, '127', 127)
check(t.TINYINT, '1.0', error)
check(t.TINYINT, '200', error)
check(t.SMALLINT, '-32768', -32768)
check(t.SMALLINT, '40000', error)
check(t.BIGINT, '9007199254740993', 9007199254740993n)
check(t.BIGINT, '9223372036854775807', 9223372036854775807n)
check(t.BIGINT, '-9223372036854775808', -9223372036854775808n)
check(t.BIGINT, '9223372036854775808', error)
check(t.BIGINT, '"-9223372036854775808"', -9223372036854775808n)
check(t.BIGINT, '1e18', 1000000000000000000n)
check(t.BIGINT, '1.5', 1)
check(t.BIGINT, '9007199254740993.0', 9007199254740992n)
check(t.BIGINT, '-0', 0)
check(t.DOUBLE, '"NaN"', Number.NaN)
check(t.DOUBLE, '"-Infinity"', Number.NEGATIVE_INFINITY)
check(t.DOUBLE, '" 1e3 "', 1000)
check(t.DOUBLE, '"1d"', 1)
check(t.DOUBLE, '"0x1p3"', 8)
check(t.DOUBLE, '1e400', Number.POSITIVE_INFINITY)
check(t.DOUBLE, '-0.0', -0)
check(t.DOUBLE, '12345678', 12345678)
check(t.DOUBLE, '89748.16498515422', 89748.16498515422)
check(t.DOUBLE, 'true', error)
check(t.DOUBLE, '"abc"', error)
check(t.FLOAT, '0.1', Math.fround(0.1))
check(t.FLOAT, '16777217.0000001', 16777218)
check(t.FLOAT, '1.00000017881393432617187499', 1 + 2 ** -23)
check(t.FLOAT, '1.00000017881393432617187501', 1 + 2 ** -22)
check(t.BOOLEAN, 'true', true)
check(t.BOOLEAN, 'false', false)
check(t.BOOLEAN, '"TRUE"', true)
check(t.BOOLEAN, '"x"', false)
check(t.BOOLEAN, '1', false)
check(t.BOOLEAN, '{"b":1}', error)
check(t.STRING, '"b\\u0041\\n\\/\\ud83d\\ude00é中😀"', 'bA\n/😀é中😀')
check(t.STRING, '"\\ud83d"', '\ud83d')
check(t.STRING, '"tab\there"', 'tab\there')
check(t.STRING, '1.50', '1.50')
check(t.STRING, '-1e5', '-1e5')
check(t.STRING, 'true', 'true')
check(t.STRING, 'null', null)
check(t.STRING, '[ ]', '[]')
check(
  t.STRING,
  '{"x": 1.50, "y":[1e5, "a\\u0001\\u00e9/}"], "x":2, "z":12345678901234567890, "n":null}',
  '{"x":2,"y":[100000.0,"a\\u0001é/}"],"z":12345678901234567890,"n":null}',
)
check(t.STRING, '{"x": 1.50, "y":[1e5, 0.000001, 1e30, -0.0]}', '{"x":1.5,"y":[1E+5,0.000001,1E+30,0]}', {
  decimals: true,
})
check(t.char(3), '"x"', 'x')
check(t.varchar(2), '"long"', 'long')
check(t.decimal(10, 2), '1.005', 101)
check(t.decimal(10, 2), '"1.005 "', 101)
check(t.decimal(10, 2), '-1.005', -101)
check(t.decimal(10, 2), '7', 700)
check(t.decimal(10, 2), '"1e2"', 10000)
check(t.decimal(10, 2), 'true', error)
check(t.decimal(4, 2), '123.45', null)
check(t.decimal(4, 2), '99.995', null)
check(t.decimal(4, 2), '0.0049999999999999999999', 0)
check(t.decimal(38, 10), '1234567890123456789012345678.0123456789', 12345678901234567890123456780123456789n)
check(t.decimal(20, 10), '1e-999999999', 0)
check(t.decimal(20, 10), '1e999999999', null)
check(t.decimal(18, 0), '9007199254740993', 9007199254740993n)
check(t.DATE, '"2024-02-29"', 19782)
check(t.DATE, '"2024-02-30"', error)
check(t.DATE, '"2024-2-3"', error)
check(t.DATE, '" 2024-02-03"', error)
check(t.DATE, '20240203', error)
check(t.DATE, '"+12024-02-03"', Date.UTC(12024, 1, 3) / 86_400_000)
check(t.time(3), '"10:00:00.123"', 36000123)
check(t.time(3), '"24:00:00"', 0)
check(t.time(3), '"10:00"', error)
check(t.time(0), '"10:00:00Z"', 36000000, { standard: 'RFC-3339' })
const feb29 = Date.UTC(2024, 1, 29, 10)
const feb3 = Date.UTC(2024, 1, 3, 10)
check(t.timestamp(3), '"2024-02-03 10:00:00"', feb3)
check(t.timestamp(3), '"2024-02-03 10:00:00.12"', feb3 + 120)
check(t.timestamp(3), '"2024-02-30 24:00:00"', Date.UTC(2024, 2, 1))
check(t.timestamp(3), '"2024-02-30 10:00:00."', feb29)
check(t.timestamp(3), '"2024-02-32 10:00:00"', error)
check(t.timestamp(3), '"2024-02-03 10:00:00.123456"', feb3 + 123)
check(t.timestamp(6), '"2024-02-03 10:00:00.123456"', feb3 * 1000 + 123456)
check(t.timestamp(9), '"2024-02-03 10:00:00.123456789"', BigInt(feb3) * 1000000n + 123456789n)
check(t.timestamp(9), '"2024-02-03 10:00:00.1234567891"', error)
check(t.timestamp(3), '"2024-02-03T10:00:00"', error)
check(t.timestamp(3), '"2024-02-03 10:00"', error)
check(t.timestamp(3), '"2024-01-01 00:00:60"', error)
check(t.timestamp(3), '"-0001-01-01 00:00:00"', Date.UTC(-1, 0, 1))
check(t.timestamp(3), '"12024-01-01 00:00:00"', error)
check(t.timestamp(3), '"2024-02-30T10:00:00"', error, { standard: 'ISO-8601' })
check(t.timestamp(3), '"2024-02-03T10:00"', feb3, { standard: 'ISO-8601' })
check(t.timestamp(3), '"2024-02-03t10:00:00.1"', feb3 + 100, { standard: 'ISO-8601' })
check(t.timestamp(3), '"2024-02-03T24:00:00"', error, { standard: 'ISO-8601' })
check(t.timestamp(3), '"2020-09-02T10:13:35Z"', Date.UTC(2020, 8, 2, 10, 13, 35), { standard: 'RFC-3339' })
check(t.timestamp(3), '"2020-09-02T10:13:35.123Z"', Date.UTC(2020, 8, 2, 10, 13, 35, 123), { standard: 'RFC-3339' })
check(t.timestamp(3), '"2020-09-02T10:13:35"', error, { standard: 'RFC-3339' })
check(t.timestampLtz(3), '"2024-02-30T10:00Z"', feb29, { standard: 'ISO-8601' })
check(t.timestampLtz(3), '"2024-02-03 10:00:00.12Z"', feb3 + 120)
check(t.timestampLtz(3), '"2024-02-03 10:00:00"', error)
check(t.timestampLtz(3), '"2024-02-03 10:00:00z"', error)
check(t.varbinary(10), '"AQID"', Uint8Array.of(1, 2, 3))
check(t.varbinary(10), '"AQI"', error)
check(t.varbinary(10), '12', error)
check(t.varbinary(10), '" AQID AQ== "', Uint8Array.of(1, 2, 3, 1))
check(t.varbinary(10), '"AQ I="', error)
check(t.varbinary(10), '""', new Uint8Array(0))
check(t.array(t.INT), '[1,"2",null,3.7]', [1, 2, null, 3])
check(t.array(t.INT), '[]', [])
check(t.array(t.INT), '{"x":1}', error)
check(t.array(t.INT), '[1,"x",3]', [1, null, 3], { ignoreErrors: true })
check(t.array(t.INT), '{"x":1}', null, { ignoreErrors: true })
check(t.map(t.STRING, t.INT), '{"k":1,"j":null,"k":3}', { keys: ['j', 'k'], values: [null, 3] })
check(t.map(t.STRING, t.INT), '[1]', error)
check(t.multiset(t.STRING), '{"k":2}', { keys: ['k'], values: [2] })
const nested = t.row([
  { name: 'b', type: t.INT },
  { name: 'c', type: t.row([{ name: 'd', type: t.array(t.STRING) }]) },
])
check(nested, '{"c":{"d":["x","}"],"e":{}},"b":1}', [1, [['x', '}']]])
check(nested, '{}', [null, null])
check(nested, '[]', error)
check(t.INTERVAL_YEAR_TO_MONTH, '14', 14)
check(t.INTERVAL_DAY_TO_SECOND, '1000', 1000)

// TO_TIMESTAMP(string) on the way.
const derived = { parse: 'sql-timestamp' } as const
check(t.timestamp(3), '"2026-11-23 10:00:01"', Date.UTC(2026, 10, 23, 10, 0, 1), derived)
check(t.timestamp(3), '"2024-2-9 1:2:3"', Date.UTC(2024, 1, 9, 1, 2, 3), derived)
check(t.timestamp(3), '"2024-02-29 24:00:00"', Date.UTC(2024, 2, 1), derived)
check(t.timestamp(3), '"2024-02-29 24:00:01"', null, derived)
check(t.timestamp(3), '"2024-02-29 12:34:56."', Date.UTC(2024, 1, 29, 12, 34, 56), derived)
check(t.timestamp(3), '"2024-02-30 00:00:00"', Date.UTC(2024, 1, 29), derived)
check(t.timestamp(3), '"2024-02-29"', Date.UTC(2024, 1, 29), derived)
check(t.timestamp(3), '"2024-02-29 12:34"', null, derived)
check(t.timestamp(3), '"2024-02-29 12:34:56 "', null, derived)
check(t.timestamp(3), '"2024-02-29T12:34:56"', null, derived)
check(t.timestamp(3), '"1969-12-31 23:59:59.9999"', -1, derived)
check(t.timestamp(3), '"2024-02-29 12:34:56.123456789"', Date.UTC(2024, 1, 29, 12, 34, 56, 123), derived)
check(t.timestamp(3), '"2024-02-29 12:34:56.1234567891"', null, derived)
check(t.timestamp(3), '"12024-01-01 00:00:00"', null, derived)
check(t.timestamp(3), '"0000-01-01 00:00:00"', null, derived)
check(t.timestamp(3), '"0001-01-01 00:00:00"', -62135596800000, derived)
check(t.timestamp(3), '"\\u0032024-02-29"', Date.UTC(2024, 1, 29), derived)
check(t.timestamp(3), '""', null, derived)
check(t.timestamp(3), '5', null, derived)
check(t.timestamp(3), 'null', null, derived)

const ab: FormatField[] = [
  { name: 'a', type: t.INT },
  { name: 'b', type: t.STRING },
]
const records: [string, string | Uint8Array, Partial<JsonDecodeOptions>, unknown][] = [
  ['a later value of a field wins', '{"a":1,"a":2,"b":"x"}', {}, [[2, 'x']]],
  ['missing fields are NULL', '{}', {}, [[null, null]]],
  ['missing fields fail on demand', '{"a":1}', { failOnMissing: true }, 'FORMAT_JSON_MISSING_FIELD'],
  ['any order, white space everywhere', ' \n{ "b" :\t"x"\r, "a" : 1 }  ', {}, [[1, 'x']]],
  [
    'an array of objects is a row each',
    '[{"a":1},{"a":2,"b":"y"}]',
    {},
    [
      [1, null],
      [2, 'y'],
    ],
  ],
  ['an empty array has no row', '[]', {}, []],
  ['an array element that is no object', '[{"a":1},null]', {}, 'FORMAT_JSON_VALUE'],
  ['array elements that are no objects are skipped', '[{"a":1},null,3]', { ignoreErrors: true }, [[1, null]]],
  ['an empty record has no row', '', {}, []],
  ['blanks alone are no record', ' ', {}, 'FORMAT_JSON_SYNTAX'],
  ['what follows the object is not read', '{"a":1} garbage', {}, [[1, null]]],
  ['a byte order mark is passed over', '\ufeff{"a":1}', {}, [[1, null]]],
  ['null is no object', 'null', {}, 'FORMAT_JSON_SYNTAX'],
  ['escaped keys are the same keys', '{"\\u0061":1,"\\u0062":"x"}', {}, [[1, 'x']]],
  ['a bad value is NULL when ignored', '{"a":"x","b":"y"}', { ignoreErrors: true }, [[null, 'y']]],
  ['a broken record is skipped when ignored', '{"a":1,"b":', { ignoreErrors: true }, []],
  ['a broken literal is skipped when ignored', '{"a":tru,"b":"x"}', { ignoreErrors: true }, []],
  ['a value is missing', '{"a":1,"b":}', {}, 'FORMAT_JSON_SYNTAX'],
  ['leading zeros', '{"a":01}', {}, 'FORMAT_JSON_SYNTAX'],
  ['leading zeros in a skipped value', '{"z":01,"a":1}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a trailing comma', '{"a":1,}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a missing comma', '{"a":1 "b":2}', {}, 'FORMAT_JSON_SYNTAX'],
  ['bare keys', '{a:1}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a missing colon', '{"a" 1}', {}, 'FORMAT_JSON_SYNTAX'],
  ['an unknown escape in a skipped value', '{"z":"\\x","a":1}', {}, 'FORMAT_JSON_SYNTAX'],
  ['bytes that are no UTF-8', Uint8Array.of(123, 34, 98, 34, 58, 34, 0xff, 34, 125), {}, 'FORMAT_JSON_SYNTAX'],
  ['a cut UTF-8 sequence', Uint8Array.of(123, 34, 122, 34, 58, 34, 0xc3, 34, 125), {}, 'FORMAT_JSON_SYNTAX'],
  ['the record ends within a number', '{"a":12', {}, 'FORMAT_JSON_SYNTAX'],
  ['the record ends within a string', '{"b":"x', {}, 'FORMAT_JSON_SYNTAX'],
  ['the record ends within a key', '{"b', {}, 'FORMAT_JSON_SYNTAX'],
  ['NaN is no JSON', '{"a":NaN}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a plus sign is no JSON', '{"a":+5}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a point needs digits', '{"z":5.}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a minus needs digits', '{"z":-}', {}, 'FORMAT_JSON_SYNTAX'],
  ['a thousand levels are enough', `{"z":${'['.repeat(1001)}${']'.repeat(1001)}}`, {}, 'FORMAT_JSON_SYNTAX'],
  ['999 levels are read', `{"z":${'['.repeat(999)}${']'.repeat(999)},"a":1}`, {}, [[1, null]]],
  ['a number of 1001 digits is refused', `{"z":${'1'.repeat(1001)}}`, {}, 'FORMAT_JSON_SYNTAX'],
  ['braces in strings are no braces', '{"z":{"y":["}]\\"{",{"x":"]"}]},"a":1}', {}, [[1, null]]],
]
for (const [name, record, options, expected] of records) {
  test(name, () => {
    const rows = rowsOf(ab, record, { ...plain, ...options })
    if (typeof expected === 'string') assert.equal((rows as { code: string }).code, expected, JSON.stringify(rows))
    else assert.deepEqual(rows, expected)
  })
}

test('names with quotes, backslashes and other characters than ASCII', () => {
  const schema = ['a"é', 'b\\c', '中文', ''].map((name) => ({ name, type: t.INT }))
  assert.deepEqual(rowsOf(schema, '{"a\\"é":1,"b\\\\c":2,"中文":3,"":4}', plain), [[1, 2, 3, 4]])
})

test('more fields than one word has bits', () => {
  const schema = Array.from({ length: 70 }, (_, i) => ({ name: `f${i}`, type: t.INT }))
  const record = `{${schema.map((f, i) => `"${f.name}":${i}`).join(',')}}`
  assert.deepEqual(rowsOf(schema, record, { ...plain, failOnMissing: true }), [schema.map((_, i) => i)])
  const some = `{"f0":1,"f69":2}`
  assert.deepEqual(rowsOf(schema, some, plain), [schema.map((_, i) => (i === 0 ? 1 : i === 69 ? 2 : null))])
})

test('no columns: records are counted', () => {
  assert.deepEqual(rowsOf([], '{"a":1}', plain), [[]])
})

test('an error names the column, the byte and what stands there', () => {
  const schema = [
    { name: 'payAmount', type: t.DOUBLE },
    { name: 'address', type: t.row([{ name: 'zip', type: t.INT }]) },
  ]
  const value = rowsOf(schema, '{"payAmount": "much", "x": 1}', plain) as { message: string }
  assert.match(value.message, /column 'payAmount' at byte 14: "much" is no DOUBLE/)
  assert.match(value.message, /\{"payAmount": ⟪here⟫"much", "x": 1\}/)
  const inner = rowsOf(schema, '{"address":{"zip":"x"}}', plain) as { message: string }
  assert.match(inner.message, /column 'address.zip' at byte 18/)
  const broken = rowsOf(schema, '{"payAmount": 12,, "x": "\u0007"}', plain) as { message: string }
  assert.match(broken.message, /at byte 17: expected a field name in '"', found ','/)
  assert.match(broken.message, /12,⟪here⟫, "x": "\\x07"\}/)
})

check(t.decimal(38, 0), `1${'0'.repeat(37)}.${'4'.repeat(900)}`, 10n ** 37n)
check(t.decimal(5, 2), `"0.${'9'.repeat(100_000)}"`, 100)
check(t.decimal(5, 2), `"1${'0'.repeat(100_000)}"`, null)
check(t.BIGINT, `"${'0'.repeat(100)}12"`, 12)
check(t.BIGINT, `"1${'0'.repeat(100_000)}"`, error)
