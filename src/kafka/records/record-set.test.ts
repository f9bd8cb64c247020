import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { BatchWriter, type RecordHeader, stamp } from './batch-writer.ts'
import { type CompressionType, compressionTypes } from './compression.ts'
import { crc32c } from './crc32c.ts'
import { RecordCursor } from './cursor.ts'
import * as h from './header.ts'
import { type AbortedTransaction, RecordSet } from './record-set.ts'

interface Plain {
  timestamp: number
  key: string | null
  value: string | null
  headers: readonly RecordHeader[]
}

interface Read extends Plain {
  offset: number
}

const bytesOf = (value: string | null) => (value === null ? null : new TextEncoder().encode(value))

function batch(records: readonly Plain[], baseOffset: number, compression: CompressionType = 'none'): Uint8Array {
  const writer = new BatchWriter(64)
  for (const { timestamp, key, value, headers } of records) {
    const keyBytes = bytesOf(key)
    // Values are ranges in larger buffers.
    const around = bytesOf(`<<${value ?? ''}>>`)!
    writer.append(
      timestamp,
      keyBytes,
      0,
      keyBytes?.length ?? 0,
      value === null ? null : around,
      2,
      around.length - 2,
      headers,
    )
  }
  const bytes = Uint8Array.from(writer.finish(compression))
  stamp(bytes, -1, -1, -1, false)
  h.writeInt64(bytes, h.BATCH_BASE_OFFSET, baseOffset)
  return bytes
}

/** A transactional batch of one record, or with `marker` the control record that ends a transaction. */
function transactional(baseOffset: number, producerId: number, value: string, marker?: 'abort' | 'commit'): Uint8Array {
  const writer = new BatchWriter()
  const key = marker === undefined ? null : Uint8Array.from([0, 0, 0, marker === 'abort' ? 0 : 1])
  const content = bytesOf(value)!
  writer.append(1, key, 0, key?.length ?? 0, content, 0, content.length)
  const bytes = Uint8Array.from(writer.finish('none'))
  h.writeInt64(bytes, h.BATCH_BASE_OFFSET, baseOffset)
  if (marker !== undefined) bytes[h.BATCH_ATTRIBUTES + 1] |= h.CONTROL
  stamp(bytes, producerId, 0, 0, true)
  return bytes
}

function readAll(
  bytes: Uint8Array,
  from = 0,
  aborted: readonly AbortedTransaction[] | null = null,
): { records: Read[]; nextOffset: number } {
  const set = new RecordSet(bytes, 0, bytes.length, { topic: 't', partition: 0, from, checkCrc: true, aborted })
  const cursor = new RecordCursor()
  const records: Read[] = []
  const text = (start: number, end: number) =>
    start < 0 ? null : Buffer.from(cursor.bytes.subarray(start, end)).toString()
  while (set.next(cursor)) {
    assert.ok(cursor.count > 0)
    for (let i = 0; i < cursor.count; i++) {
      records.push({
        offset: cursor.offset[i],
        timestamp: cursor.timestamp[i],
        key: text(cursor.keyStart[i], cursor.keyEnd[i]),
        value: text(cursor.valueStart[i], cursor.valueEnd[i]),
        headers: cursor.headers(i).map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) })),
      })
    }
  }
  return { records, nextOffset: set.nextOffset }
}

const concat = (...parts: Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))
const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const plain: fc.Arbitrary<Plain> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(0, 1_600_000_000_000, 253_402_300_799_999)),
  key: fc.option(text, { freq: 2 }),
  value: fc.option(text, { freq: 5 }),
  headers: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(fc.record({ key: text, value: fc.option(fc.uint8Array({ maxLength: 30 })) }, { noNullPrototype: true }), {
      maxLength: 3,
    }),
  ),
})

describe('record batches', () => {
  it('gives back what was appended, in every compression', () => {
    fc.assert(
      fc.property(
        fc.array(plain, { minLength: 1, maxLength: 80 }),
        fc.constantFrom(...compressionTypes),
        fc.integer({ min: 0, max: 2 ** 50 }),
        (records, compression, base) => {
          const read = readAll(batch(records, base, compression))
          assert.deepEqual(
            read.records,
            records.map((record, i) => ({ ...record, offset: base + i })),
          )
          assert.equal(read.nextOffset, base + records.length)
        },
      ),
    )
  })

  it('starts inside a batch and stops before one that is cut off', () => {
    const records = ['a', 'b', 'c', 'd'].map((value) => ({ timestamp: 5, key: null, value, headers: [] }))
    const first = batch(records, 100)
    const second = batch(records, 104)
    const both = concat(first, second)
    assert.deepEqual(
      readAll(both, 102).records.map(({ offset, value }) => `${offset}${value}`),
      ['102c', '103d', '104a', '105b', '106c', '107d'],
    )
    for (const cut of [1, 11, 60, 61, second.length - 1]) {
      const part = both.subarray(0, first.length + cut)
      assert.equal(readAll(part, 100).nextOffset, 104)
      assert.deepEqual(h.scanBatches(part, 0, part.length), { nextOffset: 104, end: first.length })
    }
    assert.deepEqual(h.scanBatches(both, 0, 5), { nextOffset: -1, end: 0 })
  })

  it('takes the time of append where the broker set it', () => {
    const bytes = batch([{ timestamp: 5, key: null, value: 'a', headers: [] }], 0)
    bytes[h.BATCH_ATTRIBUTES + 1] |= h.LOG_APPEND_TIME
    h.writeInt64(bytes, h.BATCH_MAX_TIMESTAMP, 777)
    stamp(bytes, -1, -1, -1, false)
    assert.equal(readAll(bytes).records[0].timestamp, 777)
  })

  it('names the place of a wrong checksum', () => {
    const bytes = batch([{ timestamp: 5, key: null, value: 'abc', headers: [] }], 42)
    bytes[bytes.length - 2] ^= 1
    assert.throws(
      () => readAll(bytes),
      (error: unknown) =>
        isRivuletError(error) &&
        error.code === 'KAFKA_CORRUPT_BATCH' &&
        error.message.includes("topic 't', partition 0, offset 42"),
    )
  })

  it('refuses the formats from before Kafka 0.11 by name', () => {
    const bytes = batch([{ timestamp: 5, key: null, value: 'abc', headers: [] }], 42)
    bytes[h.BATCH_MAGIC] = 1
    assert.throws(
      () => readAll(bytes),
      (error: unknown) => isRivuletError(error) && error.code === 'KAFKA_OLD_MESSAGE_FORMAT',
    )
  })

  it('refuses offsets that go back, or past the batch', () => {
    const record = { timestamp: 1, key: null, value: 'v', headers: [] }
    const [first, second] = [batch([record, record], 10), batch([record], 11)]
    assert.throws(
      () => readAll(Uint8Array.from([...first, ...second])),
      (error) => {
        assert.ok(isRivuletError(error) && error.code === 'KAFKA_CORRUPT_BATCH')
        assert.deepEqual(error.place, { topic: 't', partition: 0, offset: 11 })
        return /offsets 11 to 11 behind offset 11/.test(error.message)
      },
    )
    // The batch says that it has one offset; its second record lies behind.
    h.writeInt32(first, h.BATCH_LAST_OFFSET_DELTA, 0)
    h.writeInt32(first, h.BATCH_CRC, crc32c(first, h.BATCH_ATTRIBUTES, first.length))
    assert.throws(() => readAll(first), /a record has offset 11, the last is 10/)
  })

  it('stays inside the batch whatever the bytes say', () => {
    fc.assert(
      fc.property(
        fc.array(plain, { minLength: 1, maxLength: 10 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (records, changes) => {
          const bytes = batch(records, 0)
          for (const [where, to] of changes) {
            bytes[h.BATCH_COUNT + (where % (bytes.length - h.BATCH_COUNT))] = to
          }
          h.writeInt32(bytes, h.BATCH_CRC, crc32c(bytes, h.BATCH_ATTRIBUTES, bytes.length))
          try {
            for (const record of readAll(bytes).records) assert.ok((record.value?.length ?? 0) <= bytes.length)
          } catch (error) {
            assert.ok(isRivuletError(error) && error.code === 'KAFKA_CORRUPT_BATCH', String(error))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('read_committed', () => {
  const log = concat(
    transactional(0, 1, 'one-a'),
    transactional(1, 2, 'two-a'),
    batch([{ timestamp: 1, key: null, value: 'plain', headers: [] }], 2),
    transactional(3, 1, '', 'abort'),
    transactional(4, 1, 'one-b'),
    transactional(5, 2, '', 'commit'),
    transactional(6, 1, '', 'commit'),
    transactional(7, 2, 'two-b'),
    transactional(8, 2, '', 'abort'),
  )
  const aborted = [
    { producerId: 2, firstOffset: 7 },
    { producerId: 1, firstOffset: 0 },
  ]
  const values = (bytes: Uint8Array, from: number, list: readonly AbortedTransaction[] | null) =>
    readAll(bytes, from, list).records.map(({ value }) => value)

  it('drops the records of aborted transactions and no others', () => {
    assert.deepEqual(values(log, 0, aborted), ['two-a', 'plain', 'one-b'])
    assert.equal(readAll(log, 0, aborted).nextOffset, 9)
  })

  it('shows them under read_uncommitted, without the control records', () => {
    assert.deepEqual(values(log, 0, null), ['one-a', 'two-a', 'plain', 'one-b', 'two-b'])
  })

  it('works from the middle of an aborted transaction', () => {
    assert.deepEqual(values(log, 1, aborted), ['two-a', 'plain', 'one-b'])
    const rest = log.subarray(h.scanBatches(log, 0, transactional(0, 1, 'one-a').length).end)
    assert.deepEqual(values(rest, 1, aborted), ['two-a', 'plain', 'one-b'])
  })
})
