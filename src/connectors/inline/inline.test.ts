import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { rowAt, type Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import { sourceConformance } from '../conformance.case.ts'
import { readerContext, request, rowsOf } from '../test-support.ts'
import { inline } from './connector.ts'
import { InlineFeed, type InlineRow } from './feed.ts'
import { parseTypeText } from './metadata.ts'

const schema: Schema = [
  { name: 'id', type: t.BIGINT },
  { name: 'price', type: t.decimal(38, 10) },
  { name: 'at', type: t.timestampLtz(3) },
]
const row = (table: string, json: string, kind: InlineRow['kind'] = '+I'): InlineRow => ({ table, kind, json })

const sourceOf = (feed: InlineFeed, table: string, options: Record<string, string> = {}) =>
  inline.source!(request(inline, { schema, options, inline: feed.table(table) }))

const rows = [
  row('a', '{"id":9007199254740993,"price":1234567890123456789012345678.0123456789,"at":"2020-01-01 00:00:00Z"}'),
  row('a', '{"id":2,"$offset":7}', '-U'),
  row('b', '{"id":3}'),
  row('a', '{"id":4,"price":null}', '+U'),
  row('a', '{"id":5}', '-D'),
]

sourceConformance('inline', {
  source: () => sourceOf(new InlineFeed(rows), 'a', { 'changelog-mode': 'I,UB,UA,D' }),
  produced: schema,
  steady: schema,
})

test('digits beyond doubles survive; missing fields are NULL; kinds and metadata are those of the row', async () => {
  const source = sourceOf(new InlineFeed(rows), 'a', {
    'changelog-mode': 'I,UB,UA,D',
    metadata: 'offset:BIGINT;topic:STRING',
  })
  assert.deepEqual(source.changelog, { updateBefore: true, updateAfter: true, delete: true })
  assert.equal(source.watermarkEmit, 'on-event')
  assert.deepEqual(
    source.metadata.map(({ key, type }) => [key, t.typeText(type)]),
    [
      ['offset', 'BIGINT'],
      ['topic', 'STRING'],
    ],
  )
  const produced = [schema[0], schema[1], { name: 'o', type: t.BIGINT, metadata: 'offset' }]
  const reader = source.createReader(readerContext(produced))
  await reader.open()
  const batch = reader.poll(10)
  assert.ok(batch !== 'empty' && batch !== 'end')
  assert.deepEqual(rowsOf(batch, produced), [
    ['+I', 9007199254740993n, 12345678901234567890123456780123456789n, null],
    ['-U', 2, null, 7],
    ['+U', 4, null, null],
    ['-D', 5, null, null],
  ])
})

test('readers of one feed take turns in the order of arrival', async () => {
  const feed = new InlineFeed([row('a', '{"id":1}'), row('b', '{"id":2}'), row('b', '{"id":3}'), row('a', '{"id":4}')])
  const produced = [schema[0]]
  const [a, b] = ['a', 'b'].map((table) => sourceOf(feed, table).createReader(readerContext(produced)))
  await Promise.all([a.open(), b.open()])
  let woken = 0
  b.onAvailable(() => woken++)
  const take = (reader: typeof a) => {
    const polled = reader.poll(10)
    return typeof polled === 'string' ? polled : rowsOf(polled, produced).map(([, id]) => id)
  }
  assert.equal(take(b), 'empty')
  assert.deepEqual(take(a), [1])
  assert.equal(woken, 1)
  assert.equal(take(a), 'empty')
  assert.deepEqual(take(b), [2, 3])
  assert.equal(take(b), 'empty')
  assert.deepEqual(take(a), [4])
  assert.equal(take(b), 'empty')
  assert.equal(take(a), 'end')
  assert.equal(take(b), 'end')
})

test('a table that is read twice gives each row to the first reader first', async () => {
  const feed = new InlineFeed([row('a', '{"id":1}'), row('a', '{"id":2}')])
  const [x, y] = [0, 1].map(() => sourceOf(feed, 'a').createReader(readerContext([schema[0]])))
  await Promise.all([x.open(), y.open()])
  assert.equal(y.poll(10), 'empty')
  const first = x.poll(10)
  assert.ok(typeof first !== 'string' && first.batch.length === 1)
  const copy = y.poll(10)
  assert.ok(typeof copy !== 'string' && copy.batch.length === 1)
})

test('a lookup gives the rows whose key is equal, none for NULL', async () => {
  const feed = new InlineFeed([
    row('d', '{"id":1,"price":1.5}'),
    row('d', '{"id":null}'),
    row('d', '{"id":1,"price":2}'),
  ])
  const source = sourceOf(feed, 'd', { lookup: 'true' })
  const lookup = source.createLookup!({ host: readerContext([]).host, produced: schema, keys: [0] })
  await lookup.open()
  const found = await lookup.lookup([1])
  assert.deepEqual(
    [0, 1].map((i) => rowAt(found, schema, i)[1]),
    [15000000000, 20000000000],
  )
  assert.equal((await lookup.lookup([null])).length, 0)
  assert.equal((await lookup.lookup([2])).length, 0)
})

test('types of metadata columns', () => {
  const cases = ['BIGINT', 'DECIMAL(8, 5)', 'TIMESTAMP_LTZ(3)', 'VARCHAR(5)', 'MAP<STRING, ARRAY<INT>>', 'INT NOT NULL']
  for (const text of cases) assert.equal(t.typeText(parseTypeText(text)!), text)
  assert.equal(parseTypeText('NOTHING'), undefined)
  assert.equal(parseTypeText('ARRAY<NOTHING>'), undefined)
})

test('wrong options are errors', () => {
  const wrong = (options: Record<string, string>) => () => sourceOf(new InlineFeed([]), 'a', options)
  const cases: Record<string, string>[] = [{ 'changelog-mode': 'I,X' }, { metadata: 'offset' }, { metadata: 'a:WHAT' }]
  for (const options of cases) {
    assert.throws(wrong(options), (e) => isRivuletError(e) && e.code === 'CONNECTOR_WRONG_OPTION_VALUE')
  }
  const source = inline.source!(request(inline, { schema }))
  assert.throws(
    () => source.createReader(readerContext(schema)),
    (e) => isRivuletError(e) && e.code === 'CONNECTOR_INLINE_WITHOUT_ROWS',
  )
})
