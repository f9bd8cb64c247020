/**
 * The records of one batch, as positions into its bytes.
 *
 * Law: for every record of the batch with offset ≥ the wanted one, in order, the cursor holds its offset, timestamp, key
 * and value range and the place of its headers; it creates no object per record, and its arrays are reused by the next
 * batch. Positions are checked to lie inside their record, and offsets to rise, whatever the bytes say.
 *
 * record => length:varint attributes:int8 timestampDelta:varlong offsetDelta:varint
 *           keyLength:varint key valueLength:varint value headerCount:varint header*
 * header => keyLength:varint key valueLength:varint value      (zig-zag varints; length −1 = null)
 */
import { fail } from '../../base/errors.ts'

/** Length, attributes, two deltas, key and value length, header count: one byte each at least. */
const SMALLEST_RECORD = 7

export class RecordCursor {
  /** The buffer that all positions point into. Callers may keep it; it is never written again. */
  bytes: Uint8Array = new Uint8Array(0)
  count = 0
  offset = new Float64Array(0)
  /** Milliseconds since the epoch; −1 where the producer gave none. */
  timestamp = new Float64Array(0)
  /** −1 where the key is null. */
  keyStart = new Int32Array(0)
  keyEnd = new Int32Array(0)
  /** −1 where the value is null. */
  valueStart = new Int32Array(0)
  valueEnd = new Int32Array(0)
  /** Where the header count stands; read it with `headers`. */
  headerStart = new Int32Array(0)
  /** Where the record ends: its headers reach no further. */
  recordEnd = new Int32Array(0)
  /** True when the broker set the timestamps on append. */
  logAppendTime = false
  producerId = -1
  leaderEpoch = -1

  /**
   * Fill the arrays from the records in `bytes[start, end)`.
   * @param from records with smaller offsets are skipped: brokers answer with whole batches
   * @param appendTime the timestamp of all records when the broker set it; else undefined
   */
  fill(
    bytes: Uint8Array,
    start: number,
    end: number,
    recordCount: number,
    baseOffset: number,
    baseTimestamp: number,
    from: number,
    appendTime: number | undefined,
    place: string,
  ): void {
    if (recordCount < 0 || recordCount * SMALLEST_RECORD > end - start)
      corrupt(place, `${recordCount} records promised`)
    if (recordCount > this.offset.length) this.#grow(recordCount)
    const { offset, timestamp, keyStart, keyEnd, valueStart, valueEnd, headerStart, recordEnd: ends } = this
    this.bytes = bytes
    this.logAppendTime = appendTime !== undefined
    let n = 0
    let at = start
    let last = baseOffset - 1
    // The varint loops are written out: a call per varint costs a third of the throughput.
    for (let i = 0; i < recordCount; i++) {
      let byte = bytes[at++]
      let raw = byte & 127
      for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
        byte = bytes[at++]
        raw |= (byte & 127) << shift
      }
      const recordEnd = at + ((raw >>> 1) ^ -(raw & 1))
      // Also false for NaN, which is what reading past the buffer gives.
      if (!(recordEnd >= at && recordEnd <= end)) corrupt(place, `record ${i} does not fit`)
      at++ // attributes: none are defined

      byte = bytes[at++]
      raw = byte & 127
      let shift = 7
      for (; byte > 127 && shift < 28; shift += 7) {
        byte = bytes[at++]
        raw |= (byte & 127) << shift
      }
      let timestampDelta = (raw >>> 1) ^ -(raw & 1)
      if (byte > 127) {
        // Beyond 28 bits the integers of JavaScript's bit operations do not suffice.
        let wide = raw
        let scale = 2 ** 28
        do {
          byte = bytes[at++]
          wide += (byte & 127) * scale
          scale *= 128
        } while (byte > 127 && scale < 2 ** 70)
        timestampDelta = wide % 2 === 0 ? wide / 2 : -(wide + 1) / 2
      }

      byte = bytes[at++]
      raw = byte & 127
      for (shift = 7; byte > 127 && shift < 35; shift += 7) {
        byte = bytes[at++]
        raw |= (byte & 127) << shift
      }
      const recordOffset = baseOffset + ((raw >>> 1) ^ -(raw & 1))
      if (recordOffset <= last) corrupt(place, `record ${i} has offset ${recordOffset} behind ${last}`)
      last = recordOffset
      if (recordOffset < from) {
        at = recordEnd
        continue
      }

      byte = bytes[at++]
      raw = byte & 127
      for (shift = 7; byte > 127 && shift < 35; shift += 7) {
        byte = bytes[at++]
        raw |= (byte & 127) << shift
      }
      let length = (raw >>> 1) ^ -(raw & 1)
      if (length < 0) {
        keyStart[n] = -1
        keyEnd[n] = -1
      } else {
        keyStart[n] = at
        at += length
        keyEnd[n] = at
      }

      byte = bytes[at++]
      raw = byte & 127
      for (shift = 7; byte > 127 && shift < 35; shift += 7) {
        byte = bytes[at++]
        raw |= (byte & 127) << shift
      }
      length = (raw >>> 1) ^ -(raw & 1)
      if (length < 0) {
        valueStart[n] = -1
        valueEnd[n] = -1
      } else {
        valueStart[n] = at
        at += length
        valueEnd[n] = at
      }
      // The header count needs a byte; a key longer than the record moved `at` beyond its end as well.
      if (!(at < recordEnd)) corrupt(place, `record ${i} is longer than it says`)
      headerStart[n] = at
      ends[n] = recordEnd
      offset[n] = recordOffset
      timestamp[n] = appendTime === undefined ? baseTimestamp + timestampDelta : appendTime
      n++
      at = recordEnd
    }
    this.count = n
  }

  /** The headers of record `i`; empty for most records, so look at `hasHeaders` first. */
  headers(i: number): { key: string; value: Uint8Array | null }[] {
    const found: { key: string; value: Uint8Array | null }[] = []
    const reader = { bytes: this.bytes, at: this.headerStart[i] }
    const end = this.recordEnd[i]
    const count = varint(reader)
    if (count < 0) corrupt(`offset ${this.offset[i]}`, `${count} headers promised`)
    for (let h = 0; h < count; h++) {
      const keyLength = varint(reader)
      const keyEnd = reader.at + keyLength
      if (!(keyLength >= 0 && keyEnd <= end)) corrupt(`offset ${this.offset[i]}`, 'a header does not fit')
      const key = decoder.decode(this.bytes.subarray(reader.at, keyEnd))
      reader.at = keyEnd
      const valueLength = varint(reader)
      const valueEnd = reader.at + Math.max(0, valueLength)
      if (!(valueEnd <= end)) corrupt(`offset ${this.offset[i]}`, 'a header does not fit')
      found.push({ key, value: valueLength < 0 ? null : this.bytes.subarray(reader.at, valueEnd) })
      reader.at = valueEnd
    }
    return found
  }

  hasHeaders(i: number): boolean {
    return this.bytes[this.headerStart[i]] !== 0
  }

  #grow(count: number): void {
    const size = Math.max(1024, 2 ** Math.ceil(Math.log2(count)))
    this.offset = new Float64Array(size)
    this.timestamp = new Float64Array(size)
    this.keyStart = new Int32Array(size)
    this.keyEnd = new Int32Array(size)
    this.valueStart = new Int32Array(size)
    this.valueEnd = new Int32Array(size)
    this.headerStart = new Int32Array(size)
    this.recordEnd = new Int32Array(size)
  }
}

const decoder = new TextDecoder()

function varint(reader: { readonly bytes: Uint8Array; at: number }): number {
  let raw = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.bytes[reader.at++]
    raw |= (byte & 127) << shift
    if (!(byte > 127)) break
  }
  return (raw >>> 1) ^ -(raw & 1)
}

function corrupt(place: string, detail: string): never {
  return fail('KAFKA_CORRUPT_BATCH', { place, detail })
}
