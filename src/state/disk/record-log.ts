/**
 * Records in files that are only appended to.
 *
 * A record is a head of 20 bytes, a body and filler to a multiple of 8: length of the body (u32) · hash of the key (i32) ·
 * key group (u32) · time of the youngest update (f64; 0 without TTL).
 *
 * Laws
 * - A place is the number of a segment and the offset in it, in units of 8 bytes; what stands there never changes. Numbers of
 *   deleted segments are used again.
 * - Records with a change that no snapshot has yet stand behind `changedFrom` of their segment, the others before it or in
 *   another segment.
 * - The tail of a segment that is being written is in memory.
 */
import { fail } from '../../base/errors.ts'
import type { Scratch, ScratchFile } from '../../base/scratch.ts'

export const HEAD = 20
const UNIT = 8
const PLACES = 2 ** 32
const CHUNK = 256 * 1024

export interface Segment {
  readonly number: number
  readonly file: ScratchFile
  /** Bytes with those in memory; the first unit stays empty, so that no place is 0. */
  length: number
  /** Records in it, and those of them that still count. */
  records: number
  live: number
  /** From this offset on it holds changes that no snapshot has yet. */
  changedFrom: number
  sealed: boolean
}

/** Part of a segment. */
export interface Stretch {
  readonly segment: Segment
  readonly from: number
  readonly end: number
}

export interface RecordView {
  place: number
  hash: number
  keyGroup: number
  touched: number
  /** Head and body in `bytes`. */
  start: number
  end: number
  bytes: Uint8Array
}

interface Writer {
  readonly segment: Segment
  readonly buffer: Uint8Array
  readonly view: DataView
  /** Offset in the segment of the buffer's first byte. */
  base: number
  used: number
}

export class RecordLog {
  readonly segments: (Segment | undefined)[] = []
  bytes = 0
  private readonly scratch: Scratch
  private readonly segmentBytes: number
  private readonly units: number
  private readonly writers: (Writer | undefined)[] = [undefined, undefined]
  private closed = false
  private buffer = new Uint8Array(512)
  private view = new DataView(this.buffer.buffer)

  constructor(scratch: Scratch, segmentBytes: number) {
    this.scratch = scratch
    this.segmentBytes = segmentBytes
    this.units = segmentBytes / UNIT
  }

  append(hash: number, keyGroup: number, touched: number, body: Uint8Array, changed: boolean): number {
    const size = Math.ceil((HEAD + body.length) / UNIT) * UNIT
    const writer = this.writer(changed, size)
    const { buffer, view, used, segment } = writer
    view.setUint32(used, body.length, true)
    view.setInt32(used + 4, hash, true)
    view.setUint32(used + 8, keyGroup, true)
    view.setFloat64(used + 12, touched, true)
    buffer.set(body, used + HEAD)
    const place = segment.number * this.units + segment.length / UNIT
    writer.used += size
    segment.length += size
    segment.records++
    segment.live++
    this.bytes += size
    return place
  }

  segmentOf(place: number): Segment {
    return this.segments[Math.floor(place / this.units)] as Segment
  }

  offsetOf(place: number): number {
    return (place % this.units) * UNIT
  }

  private writer(changed: boolean, size: number): Writer {
    const kind = changed ? 1 : 0
    let writer = this.writers[kind]
    if (writer !== undefined && writer.segment.length + size > this.segmentBytes && writer.segment.records > 0) {
      this.flush(writer)
      writer.segment.sealed = true
      writer = undefined
    }
    if (writer === undefined) {
      const segment = this.create(changed)
      const buffer = new Uint8Array(Math.max(size + UNIT, Math.min(CHUNK, this.segmentBytes)))
      writer = { segment, buffer, view: new DataView(buffer.buffer), base: 0, used: UNIT }
      this.writers[kind] = writer
    }
    if (writer.used + size > writer.buffer.length) {
      this.flush(writer)
      if (size > writer.buffer.length) {
        const buffer = new Uint8Array(size)
        writer = { ...writer, buffer, view: new DataView(buffer.buffer) }
        this.writers[kind] = writer
      }
    }
    return writer
  }

  private create(changed: boolean): Segment {
    let number = this.segments.indexOf(undefined)
    if (number < 0) number = this.segments.length
    if ((number + 1) * this.units > PLACES) fail('STATE_DISK_FULL', { limit: `${(PLACES * UNIT) / 2 ** 30} GiB` })
    let file: ScratchFile
    try {
      file = this.scratch.create()
    } catch (cause) {
      return fail('STATE_DISK_WRITE', { detail: (cause as Error).message }, { cause })
    }
    const changedFrom = changed ? UNIT : Number.POSITIVE_INFINITY
    const segment = { number, file, length: UNIT, records: 0, live: 0, changedFrom, sealed: false }
    this.segments[number] = segment
    return segment
  }

  private flush(writer: Writer): void {
    if (writer.used === 0) return
    try {
      writer.segment.file.write(writer.buffer.subarray(0, writer.used), writer.base)
    } catch (cause) {
      fail('STATE_DISK_WRITE', { detail: (cause as Error).message }, { cause })
    }
    writer.base += writer.used
    writer.used = 0
  }

  /** What there is so far; on disk, so that `scan` can read it. @param changed only changes that no snapshot has yet */
  stretches(changed: boolean): Stretch[] {
    for (const writer of this.writers) if (writer !== undefined) this.flush(writer)
    return this.segments.flatMap((segment) => {
      if (segment === undefined) return []
      const from = changed ? segment.changedFrom : UNIT
      return from < segment.length ? [{ segment, from, end: segment.length }] : []
    })
  }

  /** A snapshot has what there is so far. */
  snapshotTaken(): void {
    for (const segment of this.segments) {
      if (segment === undefined) continue
      const open = this.writers[1]?.segment === segment
      segment.changedFrom = open ? segment.length : Number.POSITIVE_INFINITY
    }
  }

  drop(segment: Segment): void {
    this.bytes -= segment.length - UNIT
    this.segments[segment.number] = undefined
    segment.file.delete()
  }

  /** The record at a place; the view is valid until the next call. */
  read(place: number, view: RecordView): void {
    const segment = this.segmentOf(place)
    const at = this.offsetOf(place)
    const writer = this.writers[0]?.segment === segment ? this.writers[0] : this.writers[1]
    if (writer !== undefined && writer.segment === segment && at >= writer.base) {
      parse(view, writer.buffer, writer.view, at - writer.base, place)
      return
    }
    let count = readFrom(segment.file, this.buffer.subarray(0, Math.min(512, this.buffer.length)), at)
    const size = HEAD + this.view.getUint32(0, true)
    if (size > count) {
      if (size > this.buffer.length) {
        this.buffer = new Uint8Array(size * 2)
        this.view = new DataView(this.buffer.buffer)
      }
      count = readFrom(segment.file, this.buffer.subarray(0, size), at)
    }
    parse(view, this.buffer, this.view, 0, place)
  }

  /** The records of a stretch, in order, at most about `budget` bytes of them; where to go on. */
  scan({ segment, from, end }: Stretch, budget: number, each: (view: RecordView) => void): number {
    let at = Math.max(from, UNIT)
    if (at >= end) return at
    // A snapshot may still be written when its job has failed, and the file may be another one's by then.
    if (this.closed) fail('STATE_CLOSED', {})
    let chunk = new Uint8Array(Math.min(budget, end - at))
    readWhole(segment.file, chunk, at)
    let view = new DataView(chunk.buffer)
    const record: RecordView = { place: 0, hash: 0, keyGroup: 0, touched: 0, start: 0, end: 0, bytes: chunk }
    let done = 0
    while (at < end) {
      const rest = chunk.length - done
      const size = rest < HEAD ? HEAD : Math.ceil((HEAD + view.getUint32(done, true)) / UNIT) * UNIT
      if (size > rest) {
        if (done > 0) break
        // One record that is longer than the budget.
        chunk = new Uint8Array(Math.min(rest < HEAD ? 4096 : size, end - at))
        if (chunk.length <= rest) fail('STATE_INTERNAL', { detail: 'a record of the log has no end' })
        readWhole(segment.file, chunk, at)
        view = new DataView(chunk.buffer)
        continue
      }
      parse(record, chunk, view, done, segment.number * this.units + at / UNIT)
      each(record)
      done += size
      at += size
    }
    return at
  }

  close(): void {
    this.closed = true
    for (const segment of this.segments) segment?.file.delete()
    this.segments.length = 0
  }
}

function readFrom(file: ScratchFile, into: Uint8Array, at: number): number {
  try {
    return file.read(into, at)
  } catch (cause) {
    return fail('STATE_DISK_READ', { detail: (cause as Error).message }, { cause })
  }
}

function readWhole(file: ScratchFile, chunk: Uint8Array, at: number): void {
  if (readFrom(file, chunk, at) < chunk.length)
    fail('STATE_INTERNAL', { detail: 'the log ends before its last record' })
}

function parse(record: RecordView, bytes: Uint8Array, view: DataView, at: number, place: number): void {
  record.place = place
  record.hash = view.getInt32(at + 4, true)
  record.keyGroup = view.getUint32(at + 8, true)
  record.touched = view.getFloat64(at + 12, true)
  record.start = at + HEAD
  record.end = at + HEAD + view.getUint32(at, true)
  record.bytes = bytes
}
