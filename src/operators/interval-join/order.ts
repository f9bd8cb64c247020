/**
 * The rows of a key in the order in which Flink visits them.
 *
 * Law: Flink keeps rows by time in a Java HashMap<Long, List>: buckets by the hash of the time, times of one bucket in order of
 * arrival, rows of one time in order of arrival. The number of buckets only grows until the map is dropped.
 */
import type { KeyedList } from '../../state/contract.ts'

export const FIRST_CAPACITY = 16

/** The capacity of a map that holds `size` times now. */
export function grownCapacity(capacity: number, size: number): number {
  return size > capacity * 0.75 ? capacity * 2 : capacity
}

function bucketOf(time: number, capacity: number): number {
  const high = Math.floor(time / 4_294_967_296)
  const low = time - high * 4_294_967_296
  const hash = (low ^ high) | 0
  return (hash ^ (hash >>> 16)) & (capacity - 1)
}

/** Row ids of the key whose time satisfies `wanted`, in visiting order. */
export function visitingOrder(
  list: KeyedList,
  slot: number,
  timeColumn: number,
  capacity: number,
  wanted: (time: number) => boolean,
): readonly number[] {
  const times = list.values[timeColumn].values
  const rows: number[] = []
  for (let row = list.first(slot); row >= 0; row = list.next(row)) if (wanted(Number(times[row]))) rows.push(row)
  if (rows.length < 2) return rows
  // Rows of one time stay together; a stable sort keeps the times of a bucket, and the rows of a time, as they came.
  const byTime = new Map<number, number[]>()
  for (const row of rows) {
    const time = Number(times[row])
    const same = byTime.get(time)
    if (same === undefined) byTime.set(time, [row])
    else same.push(row)
  }
  if (byTime.size === 1) return rows
  return [...byTime]
    .map(([time, same]) => ({ bucket: bucketOf(time, capacity), same }))
    .sort((a, b) => a.bucket - b.bucket)
    .flatMap(({ same }) => same)
}
