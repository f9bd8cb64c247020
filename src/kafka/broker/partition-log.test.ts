/** Law: whatever is appended and dropped, a log gives back the same records at the same offsets as a plain list does. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { scanBatches } from '../records/index.ts'
import { PartitionLog, type Retention } from './partition-log.ts'
import { inspectBatch } from './record-batch.ts'
import { type BatchOptions, batch } from './test-support.ts'

const KEEP_ALL: Retention = { bytes: -1, records: -1, ms: -1, segmentBytes: 1_000_000 }

function append(log: PartitionLog, values: readonly string[], options: BatchOptions = {}, now = 0): number {
  const bytes = batch(values, options)
  const info = inspectBatch(bytes, 1_000_000)
  assert.ok(!('error' in info))
  return log.append(bytes, info, 7, now)
}

/** Base offset, leader epoch and length of each whole batch. */
function batches(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: { offset: number; epoch: number; size: number }[] = []
  for (let at = 0; at + 61 <= bytes.length; ) {
    const size = view.getInt32(at + 8) + 12
    if (at + size > bytes.length) break
    found.push({ offset: Number(view.getBigInt64(at)), epoch: view.getInt32(at + 12), size })
    at += size
  }
  return found
}

describe('partition log', () => {
  test('offsets are dense and stamped with the leader epoch, the checksum stays right', () => {
    const log = new PartitionLog('t-0', KEEP_ALL)
    assert.equal(append(log, ['a', 'b', 'c']), 0)
    assert.equal(append(log, ['d']), 3)
    assert.equal(log.endOffset, 4)
    const { records, more } = log.read(0, 10_000, true)
    assert.equal(more, false)
    assert.deepEqual(
      batches(records).map(({ offset, epoch }) => [offset, epoch]),
      [
        [0, 7],
        [3, 7],
      ],
    )
    const [first] = batches(records)
    assert.ok(!('error' in inspectBatch(records.subarray(0, first.size), 10_000)))
  })

  test('a read begins with the batch that holds the offset', () => {
    const log = new PartitionLog('t-0', KEEP_ALL)
    append(log, ['a', 'b', 'c'])
    append(log, ['d', 'e'])
    assert.equal(batches(log.read(2, 10_000, true).records)[0].offset, 0)
    assert.equal(batches(log.read(4, 10_000, true).records)[0].offset, 3)
    assert.equal(log.read(5, 10_000, true).records.length, 0)
  })

  test('bytes are cut at the limit, also within a batch, but the first batch is whole where asked', () => {
    const log = new PartitionLog('t-0', KEEP_ALL)
    append(log, ['x'.repeat(500)])
    append(log, ['y'.repeat(500)])
    const whole = log.read(0, 10, true)
    assert.equal(batches(whole.records).length, 1)
    assert.equal(whole.more, true)
    assert.equal(log.read(0, 10, false).records.length, 10)
    assert.equal(log.read(0, 700, true).records.length, 700)
  })

  test('a view that was given out keeps its bytes while the log grows and drops', () => {
    const log = new PartitionLog('t-0', { ...KEEP_ALL, bytes: 4_000, segmentBytes: 1_000 })
    append(log, ['first'])
    const { records } = log.read(0, 1_000, true)
    const before = Uint8Array.from(records)
    for (let index = 0; index < 200; index++) append(log, [`later ${index}`])
    assert.ok(log.startOffset > 0)
    assert.deepEqual(records, before)
  })

  test('retention by bytes, records and time drops the oldest segments, never the last', () => {
    const byBytes = new PartitionLog('t-0', { ...KEEP_ALL, bytes: 2_000 })
    const byRecords = new PartitionLog('t-0', { ...KEEP_ALL, records: 20 })
    const byTime = new PartitionLog('t-0', { ...KEEP_ALL, ms: 1_000, segmentBytes: 300 })
    for (let index = 0; index < 100; index++) {
      append(byBytes, [`row ${index}`])
      append(byRecords, [`row ${index}`])
      append(byTime, [`row ${index}`], { timestamps: [index * 100] }, index * 100)
      assert.ok(byBytes.size <= 2_000 + 600, `${byBytes.size}`)
    }
    assert.ok(byBytes.size >= 1_900, `${byBytes.size}`)
    const kept = byRecords.endOffset - byRecords.startOffset
    assert.ok(kept >= 20 && kept <= 26, `${kept}`)
    const oldest = byTime.offsetAt(0)!
    assert.ok(oldest.timestamp >= 8_500 && oldest.timestamp <= 8_900, `${oldest.timestamp}`)
    byTime.retain({ ...KEEP_ALL, ms: 0 }, 1_000_000)
    assert.ok(byTime.endOffset > byTime.startOffset)
  })

  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    test(`offsets by time, to the record (${compression})`, () => {
      const log = new PartitionLog('t-0', { ...KEEP_ALL, segmentBytes: 150 })
      append(log, ['a', 'b', 'c'], { timestamps: [10, 30, 20], compression })
      append(log, ['d', 'e'], { timestamps: [40, 50], compression })
      assert.deepEqual(log.offsetAt(0), { offset: 0, timestamp: 10 })
      assert.deepEqual(log.offsetAt(15), { offset: 1, timestamp: 30 })
      assert.deepEqual(log.offsetAt(41), { offset: 4, timestamp: 50 })
      assert.equal(log.offsetAt(51), undefined)
      assert.deepEqual(log.maxTimestamp(), { offset: 4, timestamp: 50 })
    })
  }

  test('reading batch after batch gives every offset once, for any sizes and limits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 100, max: 3_000 }),
        (counts, limit, segmentBytes) => {
          const log = new PartitionLog('t-0', { ...KEEP_ALL, segmentBytes })
          for (const count of counts)
            append(
              log,
              Array.from({ length: count }, (_, index) => `r${index}`),
            )
          const total = counts.reduce((sum, count) => sum + count, 0)
          let offset = 0
          const bases: number[] = []
          while (offset < total) {
            const { records } = log.read(offset, limit, true)
            bases.push(...batches(records).map((one) => one.offset))
            const next = scanBatches(records, 0, records.length).nextOffset
            assert.ok(next > offset)
            offset = next
          }
          let expected = 0
          assert.deepEqual(
            bases,
            counts.map((count) => {
              expected += count
              return expected - count
            }),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})
