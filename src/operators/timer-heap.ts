/**
 * Timers in the order in which Flink fires them.
 *
 * Laws
 * - Flink's timers are a binary heap by time alone. Those of one time come in the order that the heap's moves happen to give,
 *   which shows in the order of rows; the same moves are made here.
 * - A heap is rebuilt after a restore by adding its timers in the order of their places: that moves none of them.
 */
export class TimerHeap {
  /** From 1 on. */
  private readonly times: number[] = [0]
  private readonly slots: number[] = [0]

  /** Time of the next timer, or +Infinity. */
  get next(): number {
    return this.times.length > 1 ? this.times[1] : Number.POSITIVE_INFINITY
  }

  isDue(time: number): boolean {
    return this.times.length > 1 && this.times[1] <= time
  }

  add(slot: number, time: number): void {
    this.times.push(time)
    this.slots.push(slot)
    this.up(this.times.length - 1)
  }

  /** Take the next timer and give its slot. */
  take(): number {
    const slot = this.slots[1]
    this.removeAt(1)
    return slot
  }

  remove(slot: number, time: number): void {
    for (let i = 1; i < this.slots.length; i++) {
      if (this.slots[i] !== slot || this.times[i] !== time) continue
      this.removeAt(i)
      return
    }
  }

  /** Call `visit` with the place of each timer. */
  places(visit: (slot: number, time: number, place: number) => void): void {
    for (let i = 1; i < this.slots.length; i++) visit(this.slots[i], this.times[i], i)
  }

  private removeAt(place: number): void {
    const time = this.times.pop() as number
    const slot = this.slots.pop() as number
    if (place === this.times.length) return
    this.times[place] = time
    this.slots[place] = slot
    if (this.down(place) === place) this.up(place)
  }

  private up(from: number): void {
    const { times, slots } = this
    const [time, slot] = [times[from], slots[from]]
    let place = from
    for (let parent = place >> 1; place > 1 && time < times[parent]; parent = place >> 1) {
      times[place] = times[parent]
      slots[place] = slots[parent]
      place = parent
    }
    times[place] = time
    slots[place] = slot
  }

  private down(from: number): number {
    const { times, slots } = this
    const [time, slot] = [times[from], slots[from]]
    let place = from
    for (;;) {
      let child = place << 1
      if (child + 1 < times.length && times[child + 1] < times[child]) child++
      if (child >= times.length || !(times[child] < time)) break
      times[place] = times[child]
      slots[place] = slots[child]
      place = child
    }
    times[place] = time
    slots[place] = slot
    return place
  }
}
