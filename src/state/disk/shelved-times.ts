/**
 * Times of rows that are not in memory: hashes by time, 4 to 8 bytes per row.
 *
 * Law: a row that was put to disk with a time has an entry under it until the time changes, the row goes, or `take` hands the
 * entries out. Entries that no longer hold are left in place and counted off; a time without valid ones is gone.
 */
import { TimeHeap } from '../memory/time-heap.ts'

interface Bucket {
  hashes: Int32Array
  length: number
  valid: number
}

export class ShelvedTimes {
  private readonly buckets = new Map<number, Bucket>()
  private readonly heap = new TimeHeap(this.buckets)

  add(time: number, hash: number): void {
    let bucket = this.buckets.get(time)
    if (bucket === undefined) {
      bucket = { hashes: new Int32Array(4), length: 0, valid: 0 }
      this.buckets.set(time, bucket)
      this.heap.push(time)
    }
    if (bucket.length === bucket.hashes.length) {
      const grown = new Int32Array(bucket.length * 2)
      grown.set(bucket.hashes)
      bucket.hashes = grown
    }
    bucket.hashes[bucket.length++] = hash
    bucket.valid++
  }

  has(time: number): boolean {
    return this.buckets.has(time)
  }

  remove(time: number): void {
    const bucket = this.buckets.get(time)
    if (bucket !== undefined && --bucket.valid === 0) this.buckets.delete(time)
  }

  earliest(): number | undefined {
    return this.heap.first()
  }

  /** Hashes of rows with time ≤ `until`, among others; they are no entries any more. */
  take(until: number): Int32Array[] {
    const first = this.earliest()
    if (first === undefined || first > until) return []
    const taken: Int32Array[] = []
    for (const [time, bucket] of this.buckets) {
      if (time > until) continue
      taken.push(bucket.hashes.subarray(0, bucket.length))
      this.buckets.delete(time)
    }
    return taken
  }
}
