/** Answers of Flink 2.3's csv format: what a line is read as, and what the row is written as. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { parseOptions } from '../../base/options.ts'
import { rowAt } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { formatConformance } from '../conformance.case.ts'
import { createByteSink, createRowSink, type FormatField, sinkBatch } from '../contract.ts'
import { csvFormat } from './format.ts'

type Options = Readonly<Record<string, string>>

function contextOf(schema: readonly FormatField[], options: Options, record?: readonly FormatField[]) {
  const entries = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value }]))
  const parsed = parseOptions("format 'csv'", csvFormat.options, entries)
  return { schema, record, options: parsed, timeZone: 'UTC', legacy: false }
}

function read(schema: readonly FormatField[], line: string, options: Options = {}, record?: readonly FormatField[]) {
  const decoder = csvFormat.decoder!(contextOf(schema, options, record))
  const sink = createRowSink(schema, 1)
  const bytes = new TextEncoder().encode(line)
  const added = decoder.decode(bytes, 0, bytes.length, sink)
  assert.equal(added, sink.length)
  const batch = sinkBatch(sink)
  return { batch, rows: Array.from({ length: batch.length }, (_, i) => rowAt(batch, schema, i)), decoder }
}

const fields = (...types: t.LogicalType[]): FormatField[] => types.map((type, i) => ({ name: 'abcdefg'[i], type }))
const text = fields(t.STRING, t.INT)
const ignore = { 'ignore-parse-errors': 'true' }

/** Line, row, and the line that the row is written as. */
const cases: [FormatField[], string, unknown[], string, Options?][] = [
  [text, 'x,1', ['x', 1], 'x,1'],
  [text, ' x , 1 ', [' x ', 1], '" x ",1'],
  [text, ',1', ['', 1], ',1'],
  [text, 'x,', ['x', null], 'x,', ignore],
  [text, 'x', ['x', null], 'x,', ignore],
  [text, 'x,y', ['x', null], 'x,', ignore],
  [text, ',', [null, null], ',', { 'null-literal': '' }],
  [text, 'n/a,n/a', [null, null], 'n/a,n/a', { 'null-literal': 'n/a' }],
  [text, '"a,b",1', ['a,b', 1], '"a,b",1'],
  [text, '"a""b",1', ['a"b', 1], '"a""b",1'],
  [text, '"a\nb",1', ['a\nb', 1], '"a\nb",1'],
  [text, 'a"b,1', ['a"b', 1], '"a""b",1'],
  [text, '"ab" ,1', ['ab', 1], 'ab,1'],
  [text, ' "ab",1', [' "ab"', 1], '" ""ab""",1'],
  [text, '"ab",1', ['"ab"', 1], '"ab",1', { 'disable-quote-character': 'true' }],
  [text, '"a\\"b",1', ['a"b', 1], '"a""b",1', { 'escape-character': '\\' }],
  [text, 'a\\,b,1', ['a,b', 1], '"a,b",1', { 'escape-character': '\\' }],
  [text, "'a,b',1", ['a,b', 1], "'a,b',1", { 'quote-character': "'" }],
  [text, 'x;1', ['x', 1], 'x;1', { 'field-delimiter': ';' }],
  [text, 'x\t1', ['x', 1], 'x\t1', { 'field-delimiter': '\\t' }],
  [text, '#c\nx,1', ['x', 1], 'x,1', { 'allow-comments': 'true' }],
  [text, 'x,1\n', ['x', 1], 'x,1'],
  [text, 'x,1\r\ny,2', ['x', 1], 'x,1'],
  [fields(t.STRING), 'a-b_c.d/e:f', ['a-b_c.d/e:f'], 'a-b_c.d/e:f'],
  [fields(t.STRING), 'abcdefghijklmnopqrstuvwxyz', ['abcdefghijklmnopqrstuvwxyz'], '"abcdefghijklmnopqrstuvwxyz"'],
  [fields(t.STRING), 'é中', ['é中'], 'é中'],
  [
    fields(t.BOOLEAN, t.DOUBLE, t.FLOAT, t.BIGINT, t.decimal(10, 2), t.TINYINT),
    'true,1.5,0.1,9223372036854775807,1.005,5',
    [true, 1.5, Math.fround(0.1), 9223372036854775807n, 101, 5],
    'true,1.5,0.1,9223372036854775807,1.01,5',
  ],
  [fields(t.DOUBLE, t.FLOAT), '1e10,NaN', [1e10, Number.NaN], '1.0E10,NaN'],
  [fields(t.decimal(20, 10)), '0.0000001', [1000], '0.0000001000'],
  [
    fields(t.DATE, t.time(0), t.timestamp(3), t.timestampLtz(3)),
    '2024-02-29,10:00:00,2024-02-29 10:00:00.12,2024-02-29 10:00:00Z',
    [19782, 36000000, Date.UTC(2024, 1, 29, 10, 0, 0, 120), Date.UTC(2024, 1, 29, 10)],
    '2024-02-29,10:00:00,"2024-02-29 10:00:00.12","2024-02-29 10:00:00Z"',
  ],
  [fields(t.DATE), '2024-02-30', [19783], '2024-03-01'],
  [fields(t.DATE), '2024-2-9', [19762], '2024-02-09'],
  [fields(t.time(3)), '10:00', [36000000], '10:00:00'],
  [fields(t.time(0)), '10:00:00.5', [36000000], '10:00:00'],
  [text, 'x,1,', ['x', 1], 'x,1'],
  [fields(t.array(t.INT), t.INT), ',1', [[], 1], ',1'],
  [fields(t.array(t.INT), t.STRING), '1;2;3,x', [[1, 2, 3], 'x'], '1;2;3,x'],
  [fields(t.array(t.STRING), t.STRING), '"a;b c;",x', [['a', 'b c', ''], 'x'], '"a;b c;",x'],
  [fields(t.array(t.STRING)), 'a:b', [['a', 'b']], 'a:b', { 'array-element-delimiter': ':' }],
  [
    fields(
      t.row([
        { name: 'x', type: t.INT },
        { name: 'y', type: t.STRING },
      ]),
      t.STRING,
    ),
    '1;z,x',
    [[1, 'z'], 'x'],
    '1;z,x',
  ],
  [fields(t.varbinary(3)), 'AQID', [Uint8Array.of(1, 2, 3)], 'AQID'],
]
for (const [schema, line, row, written, options] of cases) {
  test(`${JSON.stringify(line)}${options === undefined ? '' : ` with ${JSON.stringify(options)}`}`, () => {
    const { rows, batch } = read(schema, line, options)
    assert.deepEqual(rows, [row])
    const sink = createByteSink(1)
    csvFormat.encoder!(contextOf(schema, options ?? {})).encode(batch, 0, sink)
    assert.equal(new TextDecoder().decode(sink.bytes.subarray(0, sink.length)), written)
  })
}

const errors: [string, FormatField[], string, RegExp, Options?][] = [
  ['too few fields', text, 'x', /expected 2 fields, found 1/],
  ['too many fields', text, 'x,1,2', /expected 2 fields, found another one/],
  ['an empty number', text, 'x,', /column 'b' at byte 2: expected INT, found ''/],
  ['text behind a quote', text, '"ab"c,1', /at byte 4: expected ',' or the end of the line, found 'c'/],
  ['an open quote', text, '"ab,1', /the closing "/],
  ['an empty record', text, '', /expected a record/],
  ['a comment alone', text, '#x,1', /expected a record/, { 'allow-comments': 'true' }],
  ['ISO times', fields(t.timestamp(3)), '2024-02-29T10:00:00', /TIMESTAMP\(3\)/],
  ['blanks around a DECIMAL', fields(t.decimal(5, 1)), ' 7 ', /DECIMAL/],
  ['a fraction in an INT', fields(t.INT), '1.5', /INT/],
]
for (const [name, schema, line, message, options] of errors) {
  test(`${name}: an error, or a skipped record`, () => {
    assert.throws(
      () => read(schema, line, options),
      (e) => isRivuletError(e) && e.code === 'FORMAT_CSV_RECORD' && message.test(e.message),
    )
    const { rows, decoder } = read(schema, line, { ...options, ...ignore })
    assert.equal(rows.length + decoder.skipped, 1)
  })
}

test('columns are found by position, whichever are wanted', () => {
  const record = fields(t.INT, t.STRING, t.DOUBLE)
  assert.deepEqual(read([record[2], record[0]], '1,"x,y",2.5', {}, record).rows, [[2.5, 1]])
  assert.deepEqual(read([], '1,x,2.5', {}, record).rows, [[]])
})

test('maps and deeper nesting are refused by name', () => {
  for (const type of [t.map(t.STRING, t.INT), t.array(t.array(t.INT))]) {
    for (const make of [csvFormat.decoder!, csvFormat.encoder!]) {
      assert.throws(
        () => make(contextOf(fields(type), {})),
        (e) => isRivuletError(e) && e.code === 'FORMAT_UNSUPPORTED_TYPE',
      )
    }
  }
})

// A record of one empty text is an empty line, which is no record: in Flink as here it cannot be read back.
formatConformance('csv', {
  format: csvFormat,
  options: { 'null-literal': 'NULL' },
  projection: false,
  types: [
    t.BOOLEAN,
    t.INT,
    t.BIGINT,
    t.FLOAT,
    t.DOUBLE,
    t.decimal(20, 5),
    t.STRING,
    t.time(3),
    t.timestamp(9),
    t.timestampLtz(3),
  ],
  text: fc
    .oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }))
    .filter((text) => text !== 'NULL'),
})
