/**
 * The smallest of the times for which there is something.
 *
 * Law: a time is pushed when its first entry comes; times without entries are skipped, so nothing has to be taken out.
 */
export class TimeHeap {
  private heap: number[] = []
  private readonly times: ReadonlyMap<number, unknown>

  /** @param times what there is, by time */
  constructor(times: ReadonlyMap<number, unknown>) {
    this.times = times
  }

  first(): number | undefined {
    while (this.heap.length > 0 && !this.times.has(this.heap[0])) this.pop()
    return this.heap[0]
  }

  push(time: number): void {
    if (this.heap.length > 64 && this.heap.length > this.times.size * 4) {
      this.heap = [...this.times.keys()].sort((a, b) => a - b)
      return
    }
    const { heap } = this
    let i = heap.push(time) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (heap[parent] <= time) break
      heap[i] = heap[parent]
      i = parent
    }
    heap[i] = time
  }

  private pop(): void {
    const { heap } = this
    const last = heap.pop() as number
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) child++
      if (heap[child] >= last) break
      heap[i] = heap[child]
      i = child
    }
    heap[i] = last
  }
}
