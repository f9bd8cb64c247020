/**
 * Law: whatever bytes a broker answers with, reading record batches ends with records or with a KAFKA_… error that has the
 * place. Batches that nobody touched give exactly their records; no record shows bytes of another one; offsets rise.
 * Runs are seeded (FUZZ_SEED) and bounded.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRivuletError } from '../../base/errors.ts'
import { mutations } from '../../base/test-mutations.ts'
import { BatchWriter, stamp } from './batch-writer.ts'
import { compressionTypes } from './compression.ts'
import { crc32c } from './crc32c.ts'
import { RecordCursor } from './cursor.ts'
import * as h from './header.ts'
import { RecordSet } from './record-set.ts'

const seed = Number(process.env.FUZZ_SEED ?? 1)
const CODES = ['KAFKA_CORRUPT_BATCH', 'KAFKA_BAD_COMPRESSION', 'KAFKA_OLD_MESSAGE_FORMAT']
const utf8 = new TextEncoder()
const decoder = new TextDecoder()

/** Three batches of four records; every byte of a value and of a header names the record's offset. */
function batchAt(first: number, compression: (typeof compressionTypes)[number]): Uint8Array {
  const writer = new BatchWriter(64)
  for (let offset = first; offset < first + 4; offset++) {
    const value = utf8.encode(String(offset).repeat(8))
    const headers = [{ key: `h${offset}`, value: utf8.encode(String(offset).repeat(3)) }]
    writer.append(1000 + offset, utf8.encode('k'), 0, 1, value, 0, value.length, offset % 2 === 0 ? headers : null)
  }
  const bytes = Uint8Array.from(writer.finish(compression))
  stamp(bytes, -1, -1, -1, false)
  h.writeInt64(bytes, h.BATCH_BASE_OFFSET, first)
  return bytes
}

interface Read {
  readonly offset: number
  readonly text: string
}

/** What was read before the end or the error. */
function read(bytes: Uint8Array, checkCrc: boolean): { records: Read[]; code?: string } {
  const set = new RecordSet(bytes, 0, bytes.length, { topic: 't', partition: 3, from: 0, checkCrc, aborted: null })
  const cursor = new RecordCursor()
  const records: Read[] = []
  let rounds = 0
  try {
    while (set.next(cursor)) {
      assert.ok(++rounds <= bytes.length, 'an endless loop')
      for (let i = 0; i < cursor.count; i++) {
        const { valueStart, valueEnd } = cursor
        const value = valueStart[i] < 0 ? '' : decoder.decode(cursor.bytes.subarray(valueStart[i], valueEnd[i]))
        const end = cursor.bytes.byteOffset + cursor.recordEnd[i]
        const headers = cursor.headers(i).map(({ key, value: content }) => {
          assert.ok(content === null || content.byteOffset + content.length <= end, 'a header of another record')
          return `${key}=${content === null ? '' : decoder.decode(content)}`
        })
        records.push({ offset: cursor.offset[i], text: `${value} ${headers.join()}` })
        assert.ok(valueEnd[i] <= cursor.recordEnd[i])
      }
    }
    return { records }
  } catch (error) {
    assert.ok(isRivuletError(error) && CODES.includes(error.code), String(error))
    assert.deepEqual([error.place?.topic ?? 't', error.place?.partition ?? 3], ['t', 3])
    return { records, code: error.code }
  }
}

for (const compression of compressionTypes) {
  const batches = [0, 4, 8].map((first) => batchAt(first, compression))
  const good = batches.map((bytes) => read(bytes, true).records)
  const joined = (all: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(all))
  const rising = (records: readonly Read[]) => {
    for (let i = 1; i < records.length; i++) assert.ok(records[i].offset > records[i - 1].offset, 'offsets go back')
  }

  test(`mutated bytes of batches, ${compression}: with the checksum no record that was not written`, () => {
    const written = new Set(good.flat().map(({ text }) => text))
    fc.assert(
      fc.property(mutations, (mutate) => {
        const { records } = read(mutate(joined(batches)), true)
        rising(records)
        for (const { text } of records) assert.ok(written.has(text), text)
      }),
      { numRuns: 400, seed },
    )
  })

  test(`a mutated batch between two good ones, ${compression}: its neighbours stay as they are`, () => {
    let reached = 0
    fc.assert(
      fc.property(mutations, fc.boolean(), (mutate, restamp) => {
        // A hostile producer: the frame and the checksum are right, the content is not.
        const header = batches[1].subarray(0, h.BATCH_HEADER_SIZE)
        const middle = joined([header, mutate(batches[1].subarray(h.BATCH_HEADER_SIZE))])
        h.writeInt32(middle, h.BATCH_LENGTH, middle.length - h.BATCH_OVERHEAD)
        if (restamp) h.writeInt32(middle, h.BATCH_CRC, crc32c(middle, h.BATCH_ATTRIBUTES, middle.length))
        const { records, code } = read(joined([batches[0], middle, batches[2]]), restamp)
        rising(records)
        assert.deepEqual(records.slice(0, 4), good[0])
        const last = records.filter(({ offset }) => offset >= 8)
        if (code === undefined) assert.deepEqual(last, good[2])
        else assert.deepEqual(last, [])
        for (const { text } of records.slice(4)) {
          if (!good[2].some((one) => one.text === text)) assert.doesNotMatch(text, /(88888888|99999999|h8=|h10=)/)
        }
        if (code === undefined) reached++
      }),
      { numRuns: 400, seed },
    )
    if (compression === 'none') assert.ok(reached > 20, `only ${reached} came through`)
  })
}
