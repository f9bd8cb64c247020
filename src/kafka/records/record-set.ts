/**
 * The batches of one partition in a fetch response.
 *
 * Law: `next` visits, in offset order, exactly the data records with offset ≥ the wanted one that the isolation level
 * allows: no control records, and under `read_committed` none of an aborted transaction. `nextOffset` is where the
 * following fetch begins, also when everything was filtered. An error carries the place of the batch that it is about.
 *
 * read_committed: the response lists aborted transactions (producer id, first offset). A producer's transactional
 * batches are dropped from that offset on until its abort marker.
 */
import { fail, isRivuletError } from '../../base/errors.ts'
import { decompress } from './compression.ts'
import { crc32c } from './crc32c.ts'
import type { RecordCursor } from './cursor.ts'
import * as h from './header.ts'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface RecordSetOptions {
  readonly topic: string
  readonly partition: number
  /** Records with smaller offsets are skipped. */
  readonly from: number
  readonly checkCrc: boolean
  /** Null under `read_uncommitted`. */
  readonly aborted: readonly AbortedTransaction[] | null
}

/** Control record types. */
const ABORT_MARKER = 0

export class RecordSet {
  readonly bytes: Uint8Array
  readonly topic: string
  readonly partition: number
  readonly #from: number
  readonly #checkCrc: boolean
  readonly #aborted: readonly AbortedTransaction[]
  readonly #abortedProducers = new Set<number>()
  readonly #readCommitted: boolean
  readonly #end: number
  #nextAborted = 0
  /** Of the batch before; −1 before the first. */
  #lastOffset = -1
  #at: number
  /** Base offset of the batch at hand. */
  #batch: number
  /** Offset after the last batch that `next` looked at. */
  nextOffset: number

  /** @param bytes the whole buffer; the batches of this partition are `bytes[start, end)`, the last may be cut off */
  constructor(bytes: Uint8Array, start: number, end: number, options: RecordSetOptions) {
    this.bytes = bytes
    this.topic = options.topic
    this.partition = options.partition
    this.#at = start
    this.#batch = options.from
    this.#end = end
    this.#from = options.from
    this.nextOffset = options.from
    this.#checkCrc = options.checkCrc
    this.#readCommitted = options.aborted !== null
    this.#aborted = (options.aborted ?? []).toSorted((left, right) => left.firstOffset - right.firstOffset)
  }

  /** Fill `cursor` with the next batch that has records to show; false when there is none. */
  next(cursor: RecordCursor): boolean {
    try {
      return this.#next(cursor)
    } catch (error) {
      if (isRivuletError(error)) error.place ??= { topic: this.topic, partition: this.partition, offset: this.#batch }
      throw error
    }
  }

  #next(cursor: RecordCursor): boolean {
    const { bytes } = this
    while (this.#end - this.#at >= h.BATCH_HEADER_SIZE) {
      const start = this.#at
      const baseOffset = h.readInt64(bytes, start + h.BATCH_BASE_OFFSET)
      this.#batch = baseOffset
      const length = h.readInt32(bytes, start + h.BATCH_LENGTH)
      const end = start + h.BATCH_OVERHEAD + length
      if (length <= 0) this.#corrupt(start, `batch length ${length}`)
      if (end > this.#end) return false
      const magic = bytes[start + h.BATCH_MAGIC]
      if (magic !== 2) fail('KAFKA_OLD_MESSAGE_FORMAT', { place: this.#place(baseOffset), magic })
      if (length < h.BATCH_HEADER_SIZE - h.BATCH_OVERHEAD) this.#corrupt(start, `batch length ${length}`)
      if (this.#checkCrc) {
        const expected = h.readInt32(bytes, start + h.BATCH_CRC) >>> 0
        const found = crc32c(bytes, start + h.BATCH_ATTRIBUTES, end)
        if (expected !== found) this.#corrupt(start, `checksum ${hex(expected)} expected, ${hex(found)} found`)
      }
      this.#at = end
      const lastOffset = baseOffset + h.readInt32(bytes, start + h.BATCH_LAST_OFFSET_DELTA)
      // The base offset is outside the checksum: what goes back or past 2^53 would be read twice, or never.
      if (!(baseOffset > this.#lastOffset && lastOffset >= baseOffset && lastOffset < Number.MAX_SAFE_INTEGER)) {
        this.#corrupt(start, `offsets ${baseOffset} to ${lastOffset} behind offset ${this.#lastOffset}`)
      }
      this.#lastOffset = lastOffset
      this.nextOffset = lastOffset + 1
      if (lastOffset < this.#from && this.#aborted.length === 0) continue
      const attributes = (bytes[start + h.BATCH_ATTRIBUTES] << 8) | bytes[start + h.BATCH_ATTRIBUTES + 1]
      const producerId = h.readInt64(bytes, start + h.BATCH_PRODUCER_ID)
      if (this.#readCommitted && (attributes & h.TRANSACTIONAL) !== 0 && this.#isAborted(producerId, lastOffset)) {
        if (attributes & h.CONTROL && this.#markerType(start, end) === ABORT_MARKER)
          this.#abortedProducers.delete(producerId)
        continue
      }
      if (attributes & h.CONTROL || lastOffset < this.#from) continue
      this.#fill(cursor, start, end, baseOffset, attributes)
      if (cursor.count > 0 && cursor.offset[cursor.count - 1] > lastOffset) {
        this.#corrupt(start, `a record has offset ${cursor.offset[cursor.count - 1]}, the last is ${lastOffset}`)
      }
      cursor.producerId = producerId
      cursor.leaderEpoch = h.readInt32(bytes, start + h.BATCH_LEADER_EPOCH)
      if (cursor.count > 0) return true
    }
    return false
  }

  #fill(cursor: RecordCursor, start: number, end: number, baseOffset: number, attributes: number): void {
    const { bytes } = this
    const count = h.readInt32(bytes, start + h.BATCH_COUNT)
    const baseTimestamp = h.readInt64(bytes, start + h.BATCH_BASE_TIMESTAMP)
    const appendTime = attributes & h.LOG_APPEND_TIME ? h.readInt64(bytes, start + h.BATCH_MAX_TIMESTAMP) : undefined
    const codec = attributes & h.COMPRESSION_MASK
    const body = start + h.BATCH_HEADER_SIZE
    if (codec === 0) {
      cursor.fill(bytes, body, end, count, baseOffset, baseTimestamp, this.#from, appendTime, this.#place(baseOffset))
      return
    }
    const place = this.#place(baseOffset)
    const records = decompress(codec, bytes.subarray(body, end), place)
    cursor.fill(records, 0, records.length, count, baseOffset, baseTimestamp, this.#from, appendTime, place)
  }

  #isAborted(producerId: number, lastOffset: number): boolean {
    const list = this.#aborted
    while (this.#nextAborted < list.length && list[this.#nextAborted].firstOffset <= lastOffset)
      this.#abortedProducers.add(list[this.#nextAborted++].producerId)
    return this.#abortedProducers.has(producerId)
  }

  /** A control batch has one record whose key is version:int16 type:int16; −1 when it is cut off. */
  #markerType(start: number, end: number): number {
    let at = start + h.BATCH_HEADER_SIZE
    const skip = () => {
      while (at < end && this.bytes[at] > 127) at++
      at++
    }
    skip() // length
    at++ // attributes
    skip() // timestamp
    skip() // offset
    skip() // key length
    return at + 4 <= end ? (this.bytes[at + 2] << 8) | this.bytes[at + 3] : -1
  }

  #place(offset: number): string {
    return `topic '${this.topic}', partition ${this.partition}, offset ${offset}`
  }

  #corrupt(start: number, detail: string): never {
    return fail('KAFKA_CORRUPT_BATCH', { place: this.#place(h.readInt64(this.bytes, start)), detail })
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
