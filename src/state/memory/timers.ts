/**
 * Slots ordered by time: buckets of equal time under a binary heap of the distinct times.
 *
 * Laws
 * - A slot has at most one time. Entries of buckets that no longer hold are skipped (their slot has another time now) and
 *   buckets without valid entries are dropped at once, so that a session that moves its end leaves nothing behind.
 * - Cheap where many slots share few times, as windows do: one heap operation per distinct time.
 */
import { TimeHeap } from './time-heap.ts'

interface Bucket {
  slots: Int32Array
  length: number
  /** Entries whose slot still has this time. */
  valid: number
}

export class Timers {
  /** The indexed time of each slot, NaN = none. */
  private times = new Float64Array(16).fill(Number.NaN)
  private readonly buckets = new Map<number, Bucket>()
  private readonly heap = new TimeHeap(this.buckets)

  set(slot: number, time: number): void {
    if (slot >= this.times.length) {
      const grown = new Float64Array(Math.max(slot + 1, this.times.length * 2)).fill(Number.NaN)
      grown.set(this.times)
      this.times = grown
    }
    const before = this.times[slot]
    if (before === time) return
    this.clear(slot)
    this.times[slot] = time
    let bucket = this.buckets.get(time)
    if (bucket === undefined) {
      bucket = { slots: new Int32Array(4), length: 0, valid: 0 }
      this.buckets.set(time, bucket)
      this.heap.push(time)
    }
    if (bucket.length === bucket.slots.length) {
      const grown = new Int32Array(bucket.length * 2)
      grown.set(bucket.slots)
      bucket.slots = grown
    }
    bucket.slots[bucket.length++] = slot
    bucket.valid++
  }

  timeOf(slot: number): number {
    return slot < this.times.length ? this.times[slot] : Number.NaN
  }

  clear(slot: number): void {
    if (slot >= this.times.length) return
    const time = this.times[slot]
    if (Number.isNaN(time)) return
    this.times[slot] = Number.NaN
    const bucket = this.buckets.get(time)
    if (bucket !== undefined && --bucket.valid === 0) this.buckets.delete(time)
  }

  earliest(): number | undefined {
    return this.heap.first()
  }

  /** Slots with time ≤ `until`, by time, then by `sequence`. */
  due(until: number, sequence: Float64Array): Int32Array {
    const first = this.earliest()
    if (first === undefined || first > until) return new Int32Array(0)
    let times: number[] = [first]
    let total = (this.buckets.get(first) as Bucket).length
    if (first < until) {
      times = []
      total = 0
      for (const [time, bucket] of this.buckets) {
        if (time > until) continue
        times.push(time)
        total += bucket.length
      }
      times.sort((a, b) => a - b)
    }
    const result = new Int32Array(total)
    let at = 0
    for (const time of times) {
      const bucket = this.buckets.get(time) as Bucket
      const start = at
      let sorted = true
      for (let i = 0; i < bucket.length; i++) {
        const slot = bucket.slots[i]
        if (this.times[slot] !== time) continue
        if (at > start && sequence[result[at - 1]] >= sequence[slot]) sorted = false
        result[at++] = slot
      }
      if (!sorted) at = start + orderOnce(result, start, at, sequence)
    }
    return result.subarray(0, at)
  }
}

/** Sort `result[start … end)` by sequence and drop repetitions (a slot that left a bucket and came back). */
function orderOnce(result: Int32Array, start: number, end: number, sequence: Float64Array): number {
  const part = result.slice(start, end).sort((a, b) => sequence[a] - sequence[b])
  let count = 0
  for (let i = 0; i < part.length; i++) {
    if (i > 0 && part[i] === part[i - 1]) continue
    result[start + count++] = part[i]
  }
  return count
}
