/**
 * Window join: rows of both sides with the same key in the same window.
 *
 * Input      left and right with the bounds of their windows as columns, insert-only, co-partitioned by the join key
 * Output     insert-only, once per window and key, when it is over. For each left row its partners in order of arrival (RIGHT:
 *            for each right row); outer rows without a partner padded with NULLs, of FULL the right ones last
 * State      windows: key and end of the window; left, right: the rows
 * Watermark  passed on, behind the windows that it ends; rows of windows that are over are dropped and counted
 * Law        what is emitted is final
 */
import { compilePredicate } from '../../expr/compile.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import type { Batch } from '../../types/batch.ts'
import type { Counter, Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { gatherPadded, Output } from '../joined-rows.ts'
import { TimerHeap } from '../timer-heap.ts'
import { type WindowClock, windowClock } from '../window.ts'
import type { WindowJoinNode } from './node.ts'

export const windowJoinRuntime: OperatorRuntime<WindowJoinNode> = {
  kind: 'window-join',
  timerColumns: { windows: [0] },
  create: (node, context) => new WindowJoin(node, context),
}

class WindowJoin implements Operator {
  private readonly node: WindowJoinNode
  private readonly context: OperatorContext
  private readonly windows: KeyedTable
  private readonly lists: readonly [KeyedList, KeyedList]
  private readonly clock: WindowClock
  private readonly late: readonly Counter[]
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private watermark = Number.NEGATIVE_INFINITY
  private slots = new Int32Array(0)
  private readonly timers = new TimerHeap()

  constructor(node: WindowJoinNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.windows = context.state.table('windows')
    // Timers are in Flink's order, by slot, over batches.
    this.windows.hold()
    this.lists = [context.state.list('left'), context.state.list('right')]
    this.clock = windowClock(node.timeZone)
    this.late = ['leftNumLateRecordsDropped', 'rightNumLateRecordsDropped'].map((name) => context.counter(name))
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, {
        input: [...context.inputs[0], ...context.inputs[1]],
        lookup: context.functions,
        context: context.evaluation,
        mode: context.expressions,
      })
    }
  }

  restored(watermark: number): void {
    this.watermark = watermark
    const [timers, places] = this.windows.values.map(({ values }) => values as ArrayLike<number>)
    const slots = [...this.windows.slots()].sort((a, b) => places[a] - places[b])
    for (const slot of slots) this.timers.add(slot, Number(timers[slot]))
  }

  beforeBarrier(): void {
    const places = this.windows.values[1].values
    this.timers.places((slot, _, place) => {
      if (places[slot] === place) return
      this.windows.touch(slot)
      places[slot] = place
    })
  }

  onBatch(batch: Batch, input: number): void {
    const { node, windows } = this
    const end = input === 0 ? node.leftEnd : node.rightEnd
    const keys = [...(input === 0 ? node.leftKeys : node.rightKeys), end]
    const ends = batch.columns[end].values
    if (this.slots.length < batch.length) this.slots = new Int32Array(batch.length)
    windows.lookup(batch, keys, this.slots, 'update')
    const timers = windows.values[0]
    for (let i = 0; i < windows.insertedCount; i++) timers.setExact(windows.insertedSlots[i], Number.MAX_SAFE_INTEGER)
    const columns = this.context.inputs[input].map((_, c) => c)
    for (let i = 0; i < batch.length; i++) {
      const slot = this.slots[i]
      const timer = this.clock.toTimer(Number(ends[i]) - 1)
      if (timer <= this.watermark) {
        this.late[input].add(1)
        continue
      }
      if (Number(timers.values[slot]) !== timer) {
        timers.setExact(slot, timer)
        this.timers.add(slot, timer)
      }
      this.lists[input].append(slot, batch, columns, i)
    }
    // Windows that are over were looked up only.
    for (let i = 0; i < windows.insertedCount; i++) {
      const slot = windows.insertedSlots[i]
      if (Number(timers.values[slot]) === Number.MAX_SAFE_INTEGER) windows.remove(slot)
    }
  }

  onWatermark(watermark: number): void {
    this.watermark = watermark
    const due: number[] = []
    while (this.timers.isDue(watermark)) due.push(this.timers.take())
    if (due.length > 0) {
      const output = new Output()
      for (const slot of due) this.join(slot, output)
      this.emit(output)
      for (const slot of due) this.windows.remove(slot)
    }
    this.context.out.watermark(watermark)
  }

  /** Rows of a window: `ownRows` of the output are left rows, `otherRows` right ones. */
  private join(slot: number, output: Output): void {
    const { joinType } = this.node
    const lefts = this.rowsOf(0, slot)
    const rights = this.rowsOf(1, slot)
    const outer = joinType === 'right' ? rights : lefts
    const inner = joinType === 'right' ? lefts : rights
    const pairs = this.partners(slot, outer, inner, joinType === 'right')
    const add = (o: number, i: number) => (joinType === 'right' ? output.add(0, i, o) : output.add(0, o, i))
    const pads = joinType === 'left' || joinType === 'right' || joinType === 'full'
    const matched = joinType === 'full' ? new Uint8Array(inner.length) : undefined
    let next = 0
    for (let o = 0; o < outer.length; o++) {
      const before = next
      for (; next < pairs.length && Math.floor(pairs[next] / inner.length) === o; next++) {
        const i = pairs[next] % inner.length
        if (matched !== undefined) matched[i] = 1
        if (joinType !== 'semi' && joinType !== 'anti') add(outer[o], inner[i])
      }
      const none = next === before
      if (joinType === 'semi' || joinType === 'anti') {
        if (none === (joinType === 'anti')) add(outer[o], -1)
      } else if (none && pads) add(outer[o], -1)
    }
    if (matched !== undefined) for (let i = 0; i < inner.length; i++) if (matched[i] === 0) add(-1, inner[i])
  }

  private rowsOf(side: 0 | 1, slot: number): Int32Array {
    const list = this.lists[side]
    const rows = new Int32Array(list.count(slot))
    let count = 0
    for (let row = list.first(slot); row >= 0; row = list.next(row)) rows[count++] = row
    return rows
  }

  /** Numbers of the pairs that join: place in `outer` × length of `inner` + place in `inner`, rising. */
  private partners(slot: number, outer: Int32Array, inner: Int32Array, swapped: boolean): Float64Array {
    const { filterNulls } = this.node
    const keys = this.windows.keys
    const size = outer.length * inner.length
    if (size === 0 || filterNulls.some((filters, k) => filters && keys[k].get(slot) === null))
      return new Float64Array(0)
    if (this.condition === undefined) return Float64Array.from({ length: size }, (_, i) => i)
    const kept: number[] = []
    // One outer row at a time bounds the memory of the candidates.
    const rows = new Int32Array(inner.length)
    for (let o = 0; o < outer.length; o++) {
      const fixed = new Int32Array(inner.length).fill(outer[o])
      const [left, right] = swapped ? [inner, fixed] : [fixed, inner]
      const columns = [...this.gather(0, left), ...this.gather(1, right)]
      const count = this.condition({ length: inner.length, columns, kinds: null }, rows)
      for (let i = 0; i < count; i++) kept.push(o * inner.length + rows[i])
    }
    return Float64Array.from(kept)
  }

  private gather(side: 0 | 1, rows: Int32Array, count = rows.length, pads = false) {
    const { values } = this.lists[side]
    return this.context.inputs[side].map((_, c) => gatherPadded(values[c].column(), rows, count, pads))
  }

  private emit({ count, ownRows, otherRows, padsOwn, padsOther }: Output): void {
    if (count === 0) return
    const { joinType } = this.node
    const left = this.gather(0, ownRows, count, padsOwn)
    const semi = joinType === 'semi' || joinType === 'anti'
    const columns = semi ? left : [...left, ...this.gather(1, otherRows, count, padsOther)]
    this.context.out.emit({ length: count, columns, kinds: null })
  }

  nextEventTime(): number {
    return this.timers.next
  }

  waitingFor(): string | undefined {
    const { next } = this.timers
    return next === Number.POSITIVE_INFINITY ? undefined : `the next window is over when the watermark reaches ${next}`
  }
}
