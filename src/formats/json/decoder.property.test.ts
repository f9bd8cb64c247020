/**
 * The generated decoder against the general reader and against JSON.parse, on records that nobody thought of.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { rowAt } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { createRowSink, type FormatField, sinkBatch } from '../contract.ts'
import { parseDecimal } from '../text/numbers.ts'
import { type JsonDecodeOptions, JsonRowDecoder } from './decoder.ts'
import { fastDecimal, fastDouble, scratch } from './fast-tokens.ts'

const utf8 = new TextEncoder()

function run(decoder: JsonRowDecoder, schema: readonly FormatField[], bytes: Uint8Array): Value[][] | string {
  const sink = createRowSink(schema, 1)
  try {
    decoder.decode(bytes, 0, bytes.length, sink)
  } catch (error) {
    if (!isRivuletError(error)) throw error
    return error.message
  }
  const batch = sinkBatch(sink)
  return Array.from({ length: batch.length }, (_, i) => rowAt(batch, schema, i))
}

const schema: FormatField[] = [
  { name: 'i', type: t.INT },
  { name: 'l', type: t.BIGINT },
  { name: 'd', type: t.DOUBLE },
  { name: 'f', type: t.FLOAT },
  { name: 'n', type: t.decimal(12, 3) },
  { name: 'b', type: t.BOOLEAN },
  { name: 'text', type: t.STRING },
  { name: 'tags', type: t.array(t.STRING) },
  { name: 'at', type: t.timestamp(3) },
  { name: 'to', type: t.timestamp(3), parse: 'sql-timestamp' },
  { name: 'row', type: t.row([{ name: 'i', type: t.SMALLINT }]) },
]
const blank = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n')
const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => JSON.stringify(x)),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '1e3',
    '1E-3',
    '0.5',
    '2147483648',
    '01',
    '1.',
    '-',
    '.5',
    '12345678901234567890.5',
  ),
)
const clock = fc.tuple(fc.constantFrom('2024', '0000', '1969', '12024'), fc.nat(13), fc.nat(32), fc.nat(25), fc.nat(61))
const time = fc
  .tuple(clock, fc.constantFrom('', '.1', '.123', '.1234567', '.', 'Z'))
  .map(
    ([[y, mo, d, h, s], rest]) =>
      `"${y}-${String(mo).padStart(2, '0')}-${String(d).padStart(2, '0')} ${String(h).padStart(2, '0')}:10:${String(s).padStart(2, '0')}${rest}"`,
  )
const text = fc.string({ unit: 'binary', maxLength: 50 }).map((s) => JSON.stringify(s))
const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    number,
    text,
    time,
    fc.constantFrom('null', 'true', 'false', '"true"', '"12"', '" 7 "', '{}', '[]', '"\\ud83d\\ude00"', '"{[\\"]}"'),
    fc.array(tie('value'), { maxLength: 3 }).map((v) => `[${v.join(',')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('i', 'x', 'y"'), tie('value')), { maxLength: 3 })
      .map((v) => `{${v.map(([k, x]) => `${JSON.stringify(k)}:${x}`).join(',')}}`),
  ),
})).value
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...schema.map((f) => JSON.stringify(f.name))) },
  { weight: 1, arbitrary: fc.constantFrom('"\\u0069"', '"té"', '"textual"', '""', '"te"', '"unknown"') },
)
const record = fc
  .array(fc.tuple(blank, key, blank, blank, value, blank), { maxLength: 12 })
  .map((fields) => `{${fields.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(',')}}`)

test('generated code and general reader agree, on records whole and damaged', () => {
  for (const ignoreErrors of [false, true]) {
    const options: JsonDecodeOptions = { ignoreErrors, failOnMissing: false, standard: 'SQL' }
    const fast = new JsonRowDecoder(schema, options)
    const general = new JsonRowDecoder(schema, { ...options, generate: false })
    const damage = fc.option(fc.tuple(fc.nat(), fc.nat(255), fc.boolean()), { nil: undefined })
    fc.assert(
      fc.property(record, damage, (source, hit) => {
        let bytes = utf8.encode(source)
        if (hit !== undefined) {
          const at = hit[0] % bytes.length
          if (hit[2]) bytes = bytes.subarray(0, at)
          else bytes[at] = hit[1]
        }
        assert.deepEqual(run(fast, schema, bytes), run(general, schema, bytes))
      }),
      { numRuns: 1500 },
    )
    assert.equal(fast.skipped, general.skipped)
  }
})

test('the same values as JSON.parse, and the same verdict on what is JSON', () => {
  const fields: FormatField[] = ['a', 'b', 'c'].map((name) => ({ name, type: t.STRING }))
  const decoder = new JsonRowDecoder(fields, { ignoreErrors: false, failOnMissing: false, standard: 'SQL' })
  const names = fc.constantFrom('"a"', '"b"', '"c"', '"\\u0061"', '"z"')
  const source = fc
    .array(fc.tuple(names, value), { maxLength: 5 })
    .map((all) => `{${all.map(([k, v]) => `${k}:${v}`).join(',')}}`)
  fc.assert(
    fc.property(source, (json) => {
      const rows = run(decoder, fields, utf8.encode(json))
      let parsed: Record<string, unknown>
      try {
        parsed = JSON.parse(json)
      } catch {
        assert.equal(typeof rows, 'string', `${json} is no JSON`)
        return
      }
      assert.ok(typeof rows !== 'string', String(rows))
      fields.forEach(({ name }, i) => {
        const expected = parsed[name]
        if (expected === undefined || expected === null) assert.equal(rows[0][i], null)
        else if (typeof expected === 'string')
          assert.equal(rows[0][i], loneSurrogatesLost(expected, rows[0][i] as string))
        else if (typeof expected !== 'object') assert.equal(JSON.parse(rows[0][i] as string), expected)
        else assert.deepEqual(normal(JSON.parse(rows[0][i] as string)), normal(expected))
      })
    }),
    { numRuns: 1500 },
  )
})

/** TextEncoder has replaced raw lone surrogates of the source before the decoder saw them. */
const loneSurrogatesLost = (expected: string, actual: string): string =>
  expected.isWellFormed() ? expected : actual.isWellFormed() ? expected.toWellFormed() : expected

/** As the text column's JSON says it: infinities are strings, a whole −0 is 0. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, normal(v)]))
  }
  if (typeof value !== 'number') return value
  return Number.isFinite(value) ? value + 0 : String(value)
}

test('doubles of up to 18 digits are correctly rounded', () => {
  const digits = fc.stringMatching(/^(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?$/)
  const near = fc.double({ min: 1e-6, max: 1e15, noNaN: true }).map(String)
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(digits, near), fc.boolean(), (text, negative) => {
      const source = `${negative ? '-' : ''}${text},`
      const p = fastDouble(utf8.encode(source), 0)
      if (p < 0) return
      taken++
      assert.equal(p, source.length - 1)
      assert.ok(Object.is(scratch[0], Number(source.slice(0, -1))), `${source} gave ${scratch[0]}`)
    }),
    { numRuns: 10_000 },
  )
  assert.ok(taken > 2500, `only ${taken} numbers took the fast path`)
})

test('decimals as the exact reader makes them', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,14})?$/)
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 38 }), fc.nat(10), (text, precision, s) => {
      const scale = Math.min(precision, s)
      const p = fastDecimal(utf8.encode(`${text}}`), 0, scale, Number(`1e${precision}`))
      if (p > 0) assert.equal(scratch[0], parseDecimal(text, precision, scale), text)
    }),
    { numRuns: 2000 },
  )
})
