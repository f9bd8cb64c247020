import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ErrorCodes } from '../protocol/index.ts'
import { crc32c } from '../records/index.ts'
import { inspectBatch } from './record-batch.ts'
import { batch } from './test-support.ts'

const LIMIT = 1_000_000

/** A batch with some bytes changed and a checksum that fits again. */
function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = batch(['one', 'two'])
  change(bytes)
  new DataView(bytes.buffer).setUint32(17, crc32c(bytes, 21, bytes.length))
  return bytes
}

function refusedWith(bytes: Uint8Array, limit = LIMIT): number {
  const result = inspectBatch(bytes, limit)
  assert.ok('error' in result, 'expected a refusal')
  return result.error
}

describe('a record batch is looked at before it is stored', () => {
  test('what it says of itself', () => {
    const bytes = batch(['a', 'b', 'c'], { timestamps: [5, 9, 7], producer: [12, 3, 40] })
    assert.deepEqual(inspectBatch(bytes, LIMIT), {
      size: bytes.length,
      count: 3,
      maxTimestamp: 9,
      producerId: 12,
      producerEpoch: 3,
      baseSequence: 40,
      transactional: false,
    })
  })

  test('a batch of a producer without idempotence', () => {
    const result = inspectBatch(batch(['a']), LIMIT)
    assert.ok(!('error' in result))
    assert.deepEqual([result.producerId, result.producerEpoch, result.baseSequence], [-1, -1, -1])
  })

  test('every codec is taken', () => {
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      assert.ok(!('error' in inspectBatch(batch(['a'.repeat(100)], { compression }), LIMIT)), compression)
    }
  })

  test('a changed byte is a wrong checksum', () => {
    const bytes = batch(['one'])
    bytes[bytes.length - 2] ^= 1
    assert.equal(refusedWith(bytes), ErrorCodes.CORRUPT_MESSAGE)
  })

  test('sizes that do not fit', () => {
    const bytes = batch(['one'])
    assert.equal(refusedWith(bytes.subarray(0, 40)), ErrorCodes.CORRUPT_MESSAGE)
    assert.equal(refusedWith(bytes.subarray(0, bytes.length - 1)), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(new Uint8Array([...bytes, ...bytes])), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(bytes, bytes.length - 1), ErrorCodes.MESSAGE_TOO_LARGE)
  })

  test('old formats, control and transactional batches, unknown codecs', () => {
    assert.equal(refusedWith(changed((bytes) => bytes.set([1], 16))), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(changed((bytes) => bytes.set([0x20], 22))), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(changed((bytes) => bytes.set([7], 22))), ErrorCodes.UNSUPPORTED_COMPRESSION_TYPE)
  })

  test('records that are not as many as the header says, or do not fill the batch', () => {
    assert.equal(refusedWith(changed((bytes) => bytes.set([0, 0, 0, 3], 57))), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(changed((bytes) => bytes.set([0, 0, 0, 0], 57))), ErrorCodes.INVALID_RECORD)
    assert.equal(refusedWith(changed((bytes) => bytes.set([0x7f], 61))), ErrorCodes.INVALID_RECORD)
  })
})
