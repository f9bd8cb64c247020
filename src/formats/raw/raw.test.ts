import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRivuletError } from '../../base/errors.ts'
import { parseOptions } from '../../base/options.ts'
import { batchOf, rowAt } from '../../types/batch.ts'
import * as t from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'
import { formatConformance } from '../conformance.case.ts'
import { createByteSink, createRowSink, type FormatField, sinkBatch } from '../contract.ts'
import { rawFormat } from './format.ts'

function contextOf(schema: readonly FormatField[], options: Readonly<Record<string, string>> = {}) {
  const entries = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, { value }]))
  return { schema, options: parseOptions("format 'raw'", rawFormat.options, entries), timeZone: 'UTC', legacy: false }
}

function written(type: t.LogicalType, value: Value, options: Readonly<Record<string, string>> = {}): number[] {
  const schema = [{ name: 'a', type }]
  const context = contextOf(schema, options)
  const sink = createByteSink(1)
  rawFormat.encoder!(context).encode(batchOf(schema, [[value]]), 0, sink)
  const bytes = sink.bytes.subarray(0, sink.length)
  const rows = createRowSink(schema, 1)
  rawFormat.decoder!(context).decode(bytes, 0, bytes.length, rows)
  assert.deepEqual(rowAt(sinkBatch(rows), schema, 0), [value])
  return [...bytes]
}

test('numbers in both orders of bytes', () => {
  const little = { endianness: 'little-endian' }
  assert.deepEqual(written(t.INT, 258), [0, 0, 1, 2])
  assert.deepEqual(written(t.INT, 258, little), [2, 1, 0, 0])
  assert.deepEqual(written(t.SMALLINT, -2), [255, 254])
  assert.deepEqual(written(t.TINYINT, -1), [255])
  assert.deepEqual(written(t.BOOLEAN, true), [1])
  assert.deepEqual(written(t.BIGINT, 9007199254740993n), [0, 32, 0, 0, 0, 0, 0, 1])
  assert.deepEqual(written(t.DOUBLE, 1), [63, 240, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(written(t.FLOAT, 1, little), [0, 0, 128, 63])
})

test('texts in other encodings', () => {
  assert.deepEqual(written(t.STRING, 'é'), [195, 169])
  assert.deepEqual(written(t.STRING, 'é', { charset: 'ISO-8859-1' }), [233])
  assert.deepEqual(written(t.STRING, 'é', { charset: 'UTF-16BE' }), [0, 233])
  assert.throws(
    () => written(t.STRING, 'x', { charset: 'KLINGON' }),
    (e) => isRivuletError(e) && /UTF-16BE/.test(e.message),
  )
})

test('NULL is a record without a value', () => {
  const schema = [{ name: 'a', type: t.STRING }]
  const batch = batchOf(schema, [[null], ['x']])
  const encoder = rawFormat.encoder!(contextOf(schema))
  assert.deepEqual(
    [0, 1].map((row) => encoder.isNull?.(batch, row)),
    [true, false],
  )
  const rows = createRowSink(schema, 1)
  assert.equal(rawFormat.decoder!(contextOf(schema)).decodeNull?.(rows), 1)
  assert.deepEqual(rowAt(sinkBatch(rows), schema, 0), [null])
})

test('a wrong number of bytes or columns is an error', () => {
  const int = [{ name: 'a', type: t.INT }]
  const decoder = rawFormat.decoder!(contextOf(int))
  assert.throws(
    () => decoder.decode(Uint8Array.of(1, 2), 0, 2, createRowSink(int, 1)),
    (e) => isRivuletError(e) && e.code === 'FORMAT_RAW_VALUE' && /4 bytes for INT, found 2/.test(e.message),
  )
  assert.throws(
    () => rawFormat.decoder!(contextOf([...int, ...int])),
    (e) => isRivuletError(e) && /one column/.test(e.message),
  )
})

const types = [t.BOOLEAN, t.TINYINT, t.SMALLINT, t.INT, t.BIGINT, t.FLOAT, t.DOUBLE, t.STRING, t.BYTES]
formatConformance('raw', { format: rawFormat, types: types.map(t.notNull), manyColumns: false, projection: false })
