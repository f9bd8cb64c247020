/**
 * The log of a partition: segments in memory or in files (`store.ts`).
 *
 * Law: offsets are dense from `startOffset` to `endOffset`; a stored batch keeps its bytes except base offset and leader
 * epoch, which the checksum does not cover. Retention drops whole segments from the front and never the last one.
 */
import { fail } from '../../base/errors.ts'
import { decompress } from '../records/compression.ts'
import {
  BATCH_ATTRIBUTES,
  BATCH_BASE_OFFSET,
  BATCH_HEADER_SIZE,
  BATCH_LEADER_EPOCH,
  COMPRESSION_MASK,
  writeInt32,
  writeInt64,
} from '../records/header.ts'
import { type BatchInfo, firstRecordAt } from './record-batch.ts'
import { Segment } from './segment.ts'
import { type FoundBatch, scanSegment } from './segment-scan.ts'
import { memoryStore, type PartitionStore } from './store.ts'

export interface Retention {
  /** −1: no bound. */
  readonly bytes: number
  readonly records: number
  readonly ms: number
  readonly segmentBytes: number
}

export interface ReadResult {
  readonly records: Uint8Array
  /** More is there already, which the limit or the end of a segment kept back. */
  readonly more: boolean
}

export interface TimePosition {
  readonly offset: number
  readonly timestamp: number
}

const NO_RECORDS = new Uint8Array(0)

export class PartitionLog {
  readonly #segments: Segment[]
  readonly #name: string
  readonly #store: PartitionStore
  #retention: Retention
  #size = 0
  startOffset = 0
  endOffset = 0

  /** @param name "topic-0", for error messages */
  constructor(name: string, retention: Retention, store: PartitionStore = memoryStore.partition('', 0)) {
    this.#name = name
    this.#retention = retention
    this.#store = store
    this.#segments = store.existing.map(({ baseOffset, bytes }) => new Segment(baseOffset, bytes))
    if (this.#segments.length === 0) this.#segments.push(new Segment(0, store.create(0)))
    this.startOffset = this.#segments[0].baseOffset
    this.endOffset = this.startOffset
  }

  /**
   * Index what an earlier process wrote. Only the last segment can have an end that was being written: it is cut off there.
   * @throws KAFKA_BROKER_LOG_DAMAGED when another segment is not whole
   */
  recover(found: (batch: FoundBatch) => void, log: (line: string) => void): void {
    for (const segment of this.#segments) {
      const last = segment === this.#segments[this.#segments.length - 1]
      const { bytes, baseOffset } = segment
      const file = this.#store.placeOf(baseOffset)
      if (baseOffset !== this.endOffset) {
        const problem = `it begins at offset ${baseOffset}, and the one before ends at ${this.endOffset}`
        fail('KAFKA_BROKER_LOG_DAMAGED', { partition: this.#name, file, problem })
      }
      const end = scanSegment(bytes, baseOffset, last, (batch) => {
        segment.index(batch.size, batch.count, batch.maxTimestamp)
        found(batch)
      })
      if (end !== undefined) {
        const problem = `${end.problem}, at byte ${end.position}`
        if (!last) fail('KAFKA_BROKER_LOG_DAMAGED', { partition: this.#name, file, problem })
        log(`${this.#name}: ${file} is cut off before its last ${bytes.length - end.position} bytes: ${problem}`)
        bytes.truncate(end.position)
      }
      this.endOffset = segment.nextOffset
      this.#size += segment.length
    }
  }

  get size(): number {
    return this.#size
  }

  append(batch: Uint8Array, info: BatchInfo, leaderEpoch: number, now: number): number {
    const offset = this.endOffset
    let segment = this.#segments[this.#segments.length - 1]
    if (this.#full(segment, batch.length)) {
      segment.bytes.seal()
      segment = new Segment(offset, this.#store.create(offset))
      this.#segments.push(segment)
    }
    const stored = Uint8Array.from(batch)
    writeInt64(stored, BATCH_BASE_OFFSET, offset)
    writeInt32(stored, BATCH_LEADER_EPOCH, leaderEpoch)
    segment.append(stored, info.count, info.maxTimestamp)
    this.endOffset = segment.nextOffset
    this.#size += batch.length
    this.#retain(now)
    return offset
  }

  /**
   * Batches from the one that holds `offset`, within one segment. As a Kafka broker does, the bytes are cut at the limit,
   * also within a batch.
   * @param before nothing from this offset on
   * @param whole give the first batch complete even where it exceeds the limit, so that a consumer always gets on
   */
  read(offset: number, maxBytes: number, whole: boolean, before = this.endOffset): ReadResult {
    if (offset >= before) return { records: NO_RECORDS, more: false }
    const segment = this.#segmentOf(offset)
    const first = segment.batchOf(offset)
    const from = segment.positions[first]
    const limit = whole ? Math.max(maxBytes, segment.batchEnd(first) - from) : maxBytes
    // The batch that holds `before` and all behind it are kept back.
    const end = before < segment.nextOffset ? segment.positions[segment.batchOf(before)] : segment.length
    const to = Math.min(end, from + Math.max(0, limit))
    return { records: segment.view(from, to), more: to < end || segment.nextOffset < before }
  }

  /** The first record whose timestamp is not before the given one. */
  offsetAt(timestamp: number): TimePosition | undefined {
    for (const segment of this.#segments) {
      if (segment.maxTimestamp < timestamp) continue
      for (let index = 0; index < segment.timestamps.length; index++) {
        if (segment.timestamps[index] < timestamp) continue
        const found = this.#recordAt(segment, index, timestamp)
        if (found !== undefined && found.offset >= this.startOffset) return found
      }
    }
    return undefined
  }

  /** The first record that has the largest timestamp of the log. */
  maxTimestamp(): TimePosition | undefined {
    const largest = this.#segments.reduce((most, { maxTimestamp }) => Math.max(most, maxTimestamp), -1)
    return largest < 0 ? undefined : this.offsetAt(largest)
  }

  retain(retention: Retention, now: number): void {
    this.#retention = retention
    this.#retain(now)
  }

  #recordAt(segment: Segment, index: number, timestamp: number): TimePosition | undefined {
    const batch = segment.batch(index)
    const compression = batch[BATCH_ATTRIBUTES + 1] & COMPRESSION_MASK
    const packed = batch.subarray(BATCH_HEADER_SIZE)
    const place = `${this.#name}, offset ${segment.bases[index]}`
    const found = firstRecordAt(batch, compression === 0 ? packed : decompress(compression, packed, place), timestamp)
    return found && { offset: segment.bases[index] + found.delta, timestamp: found.timestamp }
  }

  #segmentOf(offset: number): Segment {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#segments[middle].baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return this.#segments[low]
  }

  /** A segment is at most a quarter of what is kept, or retention could keep nearly twice as much as it says. */
  #full(segment: Segment, more: number): boolean {
    if (segment.length === 0) return false
    const { bytes, records, segmentBytes } = this.#retention
    if (segment.length + more > (bytes < 0 ? segmentBytes : Math.min(segmentBytes, bytes / 4))) return true
    return records >= 0 && segment.nextOffset - segment.baseOffset >= records / 4
  }

  #retain(now: number): void {
    const { bytes, records, ms } = this.#retention
    let dropped = 0
    while (dropped + 1 < this.#segments.length) {
      const oldest = this.#segments[dropped]
      const tooLarge = bytes >= 0 && this.#size - oldest.length >= bytes
      const tooMany = records >= 0 && this.endOffset - oldest.nextOffset >= records
      const tooOld = ms >= 0 && oldest.maxTimestamp < now - ms
      if (!tooLarge && !tooMany && !tooOld) break
      this.#size -= oldest.length
      this.startOffset = oldest.nextOffset
      dropped++
    }
    for (const { bytes: gone } of this.#segments.splice(0, dropped)) gone.delete()
  }
}
