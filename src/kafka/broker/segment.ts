/**
 * A piece of a partition's log: record batches one after the other, in memory or in a file, with an index by offset.
 *
 * Law: offsets are dense; batch k covers [bases[k], bases[k + 1]). The bytes only grow and what is there never changes, so that
 * views of it stay valid after the segment was dropped.
 */
const FIRST_CAPACITY = 4_096

/** Where the batches are. */
export interface SegmentBytes {
  readonly length: number
  append(batch: Uint8Array): void
  view(from: number, to: number): Uint8Array
  truncate(length: number): void
  /** Nothing more comes. */
  seal(): void
  delete(): void
}

export function memorySegment(): SegmentBytes {
  let bytes = new Uint8Array(FIRST_CAPACITY)
  let length = 0
  return {
    get length() {
      return length
    },
    append(batch) {
      const end = length + batch.length
      if (end > bytes.length) {
        const grown = new Uint8Array(Math.max(end, bytes.length * 2))
        grown.set(bytes.subarray(0, length))
        bytes = grown
      }
      bytes.set(batch, length)
      length = end
    },
    view: (from, to) => bytes.subarray(from, to),
    truncate(to) {
      length = to
    },
    seal() {},
    delete() {},
  }
}

export class Segment {
  readonly baseOffset: number
  nextOffset: number
  length = 0
  maxTimestamp = -1
  /** First offset, position and largest timestamp of each batch. */
  readonly bases: number[] = []
  readonly positions: number[] = []
  readonly timestamps: number[] = []
  readonly bytes: SegmentBytes

  constructor(baseOffset: number, bytes: SegmentBytes) {
    this.baseOffset = baseOffset
    this.nextOffset = baseOffset
    this.bytes = bytes
  }

  append(batch: Uint8Array, count: number, maxTimestamp: number): void {
    this.bytes.append(batch)
    this.index(batch.length, count, maxTimestamp)
  }

  /** The next batch is there. */
  index(size: number, count: number, maxTimestamp: number): void {
    this.bases.push(this.nextOffset)
    this.positions.push(this.length)
    this.timestamps.push(maxTimestamp)
    this.nextOffset += count
    this.length += size
    this.maxTimestamp = Math.max(this.maxTimestamp, maxTimestamp)
  }

  /** Index of the batch that holds an offset of this segment. */
  batchOf(offset: number): number {
    let low = 0
    let high = this.bases.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.bases[middle] <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  batchEnd(index: number): number {
    return index + 1 < this.positions.length ? this.positions[index + 1] : this.length
  }

  batch(index: number): Uint8Array {
    return this.bytes.view(this.positions[index], this.batchEnd(index))
  }

  view(from: number, to: number): Uint8Array {
    return this.bytes.view(from, to)
  }
}
