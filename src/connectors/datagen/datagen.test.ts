import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { simulatedHost } from '../../base/simulated-host.ts'
import type { Schema } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { sourceConformance } from '../conformance.case.ts'
import { readAll, readerContext, request } from '../test-support.ts'
import { datagen } from './connector.ts'

const sourceOf = (schema: Schema, options: Record<string, string>) =>
  datagen.source!(request(datagen, { schema, options }))

async function rows(schema: Schema, options: Record<string, string>, seed = 1): Promise<Value[][]> {
  const host = simulatedHost({ seed, startMs: 1_700_000_000_000 })
  const reader = sourceOf(schema, { 'rows-per-second': '100000', ...options }).createReader(
    readerContext(schema, { host }),
  )
  await reader.open()
  return readAll(reader, schema, { host }).map(([, ...values]) => values)
}

const mixed: Schema = [
  { name: 'id', type: t.BIGINT },
  { name: 'name', type: t.STRING },
]
const sequence = { 'fields.id.kind': 'sequence', 'fields.id.start': '5', 'fields.id.end': '24' }

sourceConformance('datagen', {
  source: () => sourceOf(mixed, { 'number-of-rows': '17', ...sequence }),
  produced: mixed,
  steady: [mixed[0]],
})

test('a sequence has each number once, also over several subtasks and restored at another parallelism', async () => {
  const ids: Value[] = []
  const splits = []
  for (const subtask of [0, 1, 2]) {
    const host = simulatedHost()
    const reader = sourceOf(mixed, sequence).createReader(readerContext([mixed[0]], { host, subtask, parallelism: 3 }))
    await reader.open()
    ids.push(...readAll(reader, [mixed[0]], { host, maxRows: 1, enough: subtask + 1 }).map(([, id]) => id))
    splits.push(...reader.snapshot())
  }
  for (const subtask of [0, 1]) {
    const host = simulatedHost()
    const context = readerContext([mixed[0]], { host, subtask, parallelism: 2, restored: splits })
    const reader = sourceOf(mixed, sequence).createReader(context)
    await reader.open()
    ids.push(...readAll(reader, [mixed[0]], { host }).map(([, id]) => id))
  }
  assert.deepEqual(
    ids.map(Number).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 5),
  )
})

test('bounded exactly when the number of rows is given', () => {
  assert.equal(sourceOf(mixed, {}).bounded, false)
  assert.equal(sourceOf(mixed, sequence).bounded, false)
  assert.equal(sourceOf(mixed, { 'number-of-rows': '3' }).bounded, true)
})

test('the rate holds, and the first row comes at once', async () => {
  const host = simulatedHost()
  const reader = sourceOf(mixed, { 'rows-per-second': '20' }).createReader(readerContext(mixed, { host }))
  await reader.open()
  let woken = 0
  reader.onAvailable(() => woken++)
  const count = () => {
    const polled = reader.poll(1000)
    return polled === 'empty' ? 0 : polled === 'end' ? -1 : polled.batch.length
  }
  assert.equal(count(), 1)
  assert.equal(count(), 0)
  host.clock.advance(49)
  assert.equal(woken, 0)
  host.clock.advance(1)
  assert.equal(woken, 1)
  assert.equal(count(), 1)
  host.clock.advance(1000)
  assert.equal(count(), 20)
  assert.equal(count(), 0)
})

test('random values keep their bounds and types', async () => {
  const schema: Schema = [
    { name: 'i', type: t.INT },
    { name: 'l', type: t.BIGINT },
    { name: 'd', type: t.DOUBLE },
    { name: 'n', type: t.decimal(20, 2) },
    { name: 's', type: t.STRING },
    { name: 'v', type: t.varchar(8) },
    { name: 'b', type: t.varbinary(4) },
    { name: 'ts', type: t.timestamp(6) },
    { name: 'day', type: t.DATE },
    { name: 'a', type: t.array(t.TINYINT) },
    { name: 'm', type: t.map(t.STRING, t.SMALLINT) },
    { name: 'r', type: t.row([{ name: 'x', type: t.BOOLEAN }]) },
    { name: 'nul', type: t.INT },
  ]
  const made = await rows(schema, {
    'number-of-rows': '500',
    'fields.i.min': '-3',
    'fields.i.max': '3',
    'fields.l.min': '9007199254740990',
    'fields.l.max': '9007199254741000',
    'fields.d.min': '-1.5',
    'fields.d.max': '2.5',
    'fields.n.min': '1.25',
    'fields.n.max': '1.30',
    'fields.s.length': '10',
    'fields.v.var-len': 'true',
    'fields.ts.max-past': '1 h',
    'fields.a.length': '2',
    'fields.a.element.max': '5',
    'fields.m.map.key.length': '4',
    'fields.nul.null-rate': '0.5',
  })
  assert.equal(made.length, 500)
  const column = (i: number) => made.map((row) => row[i])
  const distinct = (i: number) => new Set(column(i).map(String))
  assert.deepEqual(
    [...distinct(0)].map(Number).sort((x, y) => x - y),
    [-3, -2, -1, 0, 1, 2, 3],
  )
  assert.equal(distinct(1).size, 11)
  assert.ok(column(1).some((x) => typeof x === 'bigint') && column(1).some((x) => typeof x === 'number'))
  assert.ok(column(2).every((x) => (x as number) >= -1.5 && (x as number) <= 2.5))
  assert.deepEqual([...distinct(3)].sort(), ['125', '126', '127', '128', '129', '130'])
  assert.ok(column(4).every((x) => /^[0-9a-f]{10}$/.test(x as string)))
  assert.ok(distinct(4).size > 490)
  assert.deepEqual(new Set(column(5).map((x) => (x as string).length)).size, 8)
  assert.ok(column(6).every((x) => (x as Uint8Array).length === 4))
  // About 1.7e18 microseconds since the epoch, and at most an hour ago.
  assert.ok(column(7).every((x) => Number(x) <= 1_700_000_001e6 && Number(x) > 1_700_000_000e6 - 3.6e9))
  assert.ok(column(8).every((x) => x === Math.floor(1_700_000_000 / 86_400)))
  assert.ok(column(9).every((x) => (x as number[]).length === 2 && (x as number[]).every((y) => y >= -128 && y <= 5)))
  assert.ok(column(10).every((x) => (x as unknown as { keys: string[] }).keys.every((key) => key.length === 4)))
  assert.equal(distinct(11).size, 2)
  const nulls = column(12).filter((x) => x === null).length
  assert.ok(nulls > 150 && nulls < 350, `${nulls} of 500 are NULL`)
})

test('the same seed gives the same rows', async () => {
  const options = { 'number-of-rows': '5' }
  assert.deepEqual(await rows(mixed, options, 7), await rows(mixed, options, 7))
  assert.notDeepEqual(await rows(mixed, options, 7), await rows(mixed, options, 8))
})

test('options that fit no column or no type are errors that say so', () => {
  const cases: [Record<string, string>, string, RegExp][] = [
    [{ 'fields.nme.length': '3' }, 'CONNECTOR_UNKNOWN_OPTION', /Did you mean 'fields.name.length'/],
    [{ 'fields.id.length': '3' }, 'CONNECTOR_UNKNOWN_OPTION', /fields/],
    [{ 'fields.id.kind': 'serial' }, 'CONNECTOR_WRONG_OPTION_VALUE', /'random' or 'sequence'/],
    [{ 'fields.id.kind': 'sequence' }, 'CONNECTOR_DATAGEN_FIELD', /needs 'start' and 'end'/],
    [{ 'fields.id.min': 'x' }, 'CONNECTOR_WRONG_OPTION_VALUE', /a whole number/],
    [{ 'fields.id.min': '5', 'fields.id.max': '4' }, 'CONNECTOR_DATAGEN_FIELD', /smaller than 'min'/],
    [{ 'fields.name.null-rate': '2' }, 'CONNECTOR_WRONG_OPTION_VALUE', /0 to 1/],
    [{ 'fields.name.length': '0' }, 'CONNECTOR_DATAGEN_FIELD', /holds 1 to/],
  ]
  for (const [options, code, text] of cases) {
    assert.throws(
      () => sourceOf(mixed, options),
      (e) => isRivuletError(e) && e.code === code && text.test(`${e.message} ${e.hint}`),
      JSON.stringify(options),
    )
  }
})
