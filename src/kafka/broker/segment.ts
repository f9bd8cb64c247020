/**
 * A piece of a partition's log: record batches one after the other in one buffer, with an index by offset.
 *
 * Law: offsets are dense; batch k covers [bases[k], bases[k + 1]). The buffer only grows and its filled part never changes,
 * so that views of it stay valid after the segment was dropped.
 */
const FIRST_CAPACITY = 4_096

export class Segment {
  readonly baseOffset: number
  nextOffset: number
  length = 0
  maxTimestamp = -1
  /** First offset, position and largest timestamp of each batch. */
  readonly bases: number[] = []
  readonly positions: number[] = []
  readonly timestamps: number[] = []
  #bytes = new Uint8Array(FIRST_CAPACITY)

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset
    this.nextOffset = baseOffset
  }

  /** Store a copy of the batch and return it, for the broker to stamp. */
  append(batch: Uint8Array, count: number, maxTimestamp: number): Uint8Array {
    const at = this.length
    const end = at + batch.length
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
    }
    this.#bytes.set(batch, at)
    this.bases.push(this.nextOffset)
    this.positions.push(at)
    this.timestamps.push(maxTimestamp)
    this.nextOffset += count
    this.length = end
    this.maxTimestamp = Math.max(this.maxTimestamp, maxTimestamp)
    return this.#bytes.subarray(at, end)
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
    return this.#bytes.subarray(this.positions[index], this.batchEnd(index))
  }

  view(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to)
  }
}
