/**
 * Law: whatever bytes a record has, decoding ends with rows or with a FORMAT_JSON_… error whose byte lies in the record; the
 * records beside it in the buffer and the rows beside it in the batch stay as they are; the result does not depend on them.
 * What a record may ask for is bounded. Runs are seeded (FUZZ_SEED) and bounded.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { type OptionEntry, parseOptions } from '../../base/options.ts'
import { mutations } from '../../base/test-mutations.ts'
import { rowAt } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { createRowSink, type FormatField, type RowDecoder, type RowSink, sinkBatch } from '../contract.ts'
import { JSON_DECODE_CODES, JsonRowDecoder } from './decoder.ts'
import { jsonFormat } from './format.ts'

const seed = Number(process.env.FUZZ_SEED ?? 1)
const utf8 = new TextEncoder()

const schema: FormatField[] = [
  { name: 'i', type: t.INT },
  { name: 'l', type: t.BIGINT },
  { name: 'd', type: t.DOUBLE },
  { name: 'n', type: t.decimal(12, 3) },
  { name: 'b', type: t.BOOLEAN },
  { name: 'text', type: t.STRING },
  { name: 'tags', type: t.array(t.STRING) },
  { name: 'at', type: t.timestamp(3) },
  { name: 'to', type: t.timestamp(3), parse: 'sql-timestamp' },
  { name: 'bytes', type: t.BYTES },
  { name: 'map', type: t.map(t.STRING, t.INT) },
  { name: 'row', type: t.row([{ name: 'i', type: t.SMALLINT }]) },
]
const soil = [
  '{"i":1,"l":9007199254740993,"d":-1.5e3,"n":12.345,"b":true,"text":"a\\u00e9\\"ü","tags":["x",null,"y"]}',
  '{"at":"2024-02-29 10:11:12.123","to":"2024-02-29 10:11:12","bytes":"YWJj","map":{"k":1},"row":{"i":7},"other":[{"a":[]}]}',
  '[{"i":1},{"i":2,"text":"z"}]',
  ' { "i" : 12 , "text" : "\\ud83d\\ude00" , "x" : { "y" : [ 1 , 2.50 , -0 , null ] } } ',
  '{"i":1,"i":2,"text":{"a":1,"b":[true,"s"]},"d":"NaN","b":"false"}',
].map((text) => utf8.encode(text))
const BEFORE = utf8.encode('{"i":11,"text":"before","at":"2024-01-01 00:00:00","d":0.5,"map":{"q":4}}')
const BEHIND = utf8.encode('{"i":22,"text":"behind","n":1.5,"b":false,"tags":["t"],"row":{"i":3}}')

/** Rows, or the error's message. */
function decode(decoder: RowDecoder, sink: RowSink, bytes: Uint8Array, start: number, end: number): string | undefined {
  const before = sink.length
  try {
    assert.equal(decoder.decode(bytes, start, end, sink), sink.length - before)
    return undefined
  } catch (error) {
    assert.ok(isRivuletError(error) && (JSON_DECODE_CODES as readonly string[]).includes(error.code), String(error))
    const at = Number(/byte (\d+)/.exec(error.message)?.[1])
    assert.ok(at >= 0 && at <= end - start, error.message)
    assert.equal(sink.length, before, 'a bad record left a row')
    return error.message
  }
}

function rows(sink: RowSink) {
  const batch = sinkBatch(sink)
  return Array.from({ length: batch.length }, (_, i) => rowAt(batch, schema, i))
}

for (const ignoreErrors of [false, true]) {
  test(`mutated records between good ones, ${ignoreErrors ? 'skipping' : 'failing'}`, () => {
    const options = { ignoreErrors, failOnMissing: false, standard: 'SQL' } as const
    const decoder = new JsonRowDecoder(schema, options)
    const general = new JsonRowDecoder(schema, { ...options, generate: false })
    const good = [BEFORE, BEHIND].map((bytes) => {
      const sink = createRowSink(schema, 1)
      decode(decoder, sink, bytes, 0, bytes.length)
      return rows(sink)[0]
    })
    let failed = 0
    let read = 0
    fc.assert(
      fc.property(fc.constantFrom(...soil), mutations, (source, mutate) => {
        const record = mutate(source)
        // Behind a record that was cut stands what it would go on with.
        const rest = source.subarray(record.length)
        const bytes = Buffer.concat([BEFORE, record, rest, BEHIND])
        const ends = [BEFORE.length, BEFORE.length + record.length]
        const sink = createRowSink(schema, 1)
        assert.equal(decode(decoder, sink, bytes, 0, ends[0]), undefined)
        const error = decode(decoder, sink, bytes, ends[0], ends[1])
        assert.equal(decode(decoder, sink, bytes, ends[1] + rest.length, bytes.length), undefined)
        const alone = createRowSink(schema, 1)
        assert.equal(decode(general, alone, record, 0, record.length), error)
        if (error !== undefined) failed++
        else read++
        assert.ok(error === undefined || !ignoreErrors, error)
        assert.deepEqual(rows(sink), [good[0], ...rows(alone), good[1]])
      }),
      { numRuns: 3000, seed },
    )
    assert.equal(decoder.skipped, general.skipped)
    const bad = failed + decoder.skipped
    assert.ok(bad > 500 && read > 200, `${bad} bad, ${read} read`)
  })
}

describe('bounds', () => {
  const fields: FormatField[] = [
    { name: 'a', type: t.STRING },
    { name: 'b', type: t.INT },
  ]
  const decoderOf = (entries: Record<string, string> = {}) => {
    const given = Object.fromEntries(
      Object.entries(entries).map(([key, value]): [string, OptionEntry] => [key, { value }]),
    )
    const options = parseOptions("format 'json'", jsonFormat.options, given)
    return jsonFormat.decoder!({ schema: fields, options, timeZone: 'UTC', legacy: false })
  }
  const verdict = (record: string, entries: Record<string, string> = {}) => {
    const bytes = utf8.encode(record)
    return decode(decoderOf(entries), createRowSink(fields, 1), bytes, 0, bytes.length)
  }
  const nested = (levels: number) => `{"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`

  test('of nesting', () => {
    assert.equal(verdict(nested(1000)), undefined)
    assert.match(verdict(nested(1001)) ?? '', /at most 1000 levels/)
    assert.match(verdict(nested(1_000_000)) ?? '', /at most 1000 levels/)
    assert.match(verdict(nested(1_000_000).replace('"x"', '"a"')) ?? '', /at most 1000 levels/)
    const three = { 'decode.max-depth': '3' }
    for (const name of ['a', 'x']) {
      assert.equal(verdict(nested(3).replace('x', name), three), undefined)
      assert.match(verdict(nested(4).replace('x', name), three) ?? '', /at most 3 levels/)
    }
  })

  test('of strings, by characters and however they are written; not of those that nobody reads', () => {
    const five = { 'decode.max-string-length': '5' }
    for (const [short, long] of [
      ['abcde', 'abcdef'],
      ['äöüßé', 'äöüßéx'],
      ['\\u0041bcde', '\\u0041bcdef'],
      ['x😀yz', 'x😀yz!'],
    ]) {
      assert.equal(verdict(`{"a":"${short}"}`, five), undefined)
      assert.match(verdict(`{"a":"${long}"}`, five) ?? '', /column 'a'.*at most 5 characters/)
      assert.equal(verdict(`{"other":"${long}"}`, five), undefined)
    }
    assert.match(verdict(`{"${'k'.repeat(6)}":1,"b":{}}`, five) ?? '', /at most 5 characters|is no INT/)
    const most = 20_000_000
    assert.equal(verdict(`{"a":"${'x'.repeat(most)}"}`), undefined)
    assert.match(verdict(`{"a":"${'x'.repeat(most + 1)}"}`) ?? '', /at most 20000000 characters/)
  })

  test('of numbers', () => {
    assert.match(verdict(`{"b":${'1'.repeat(1001)}}`) ?? '', /at most 1000 characters/)
    assert.match(verdict(`{"x":${'1'.repeat(1_000_000)}}`) ?? '', /at most 1000 characters/)
  })

  test('that make no sense are refused', () => {
    for (const [key, value] of [
      ['decode.max-depth', '0'],
      ['decode.max-depth', '1001'],
      ['decode.max-string-length', '0'],
    ]) {
      assert.throws(
        () => decoderOf({ [key]: value }),
        (error) => isRivuletError(error) && error.message.includes(`json.${key}`),
      )
    }
  })
})
