/**
 * Top-n of each window of a window table function.
 *
 * Input      insert-only, with the end of its window in a column
 * Output     +I, the rows of a window in order of rank, when the window is over
 * State      windows: partition, end → timer; rows: the rows that are in the range so far
 * Watermark  a window fires when it reaches end − 1, before it is passed on; rows of fired windows are dropped and counted
 * Law        a window's rows are those of a sort over all of them, equal ones in order of arrival (or the latest first)
 */
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import { type Batch, gather } from '../../types/batch.ts'
import { RowKind } from '../../types/row-kind.ts'
import { MIN_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { LateRows } from '../late-rows.ts'
import { type RowComparator, RowOutput, rowComparator } from '../sort-order.ts'
import { type WindowClock, windowClock } from '../window.ts'
import type { WindowRankNode } from './node.ts'

export const windowRankRuntime: OperatorRuntime<WindowRankNode> = {
  kind: 'window-rank',
  create: (node, context) => new WindowRank(node, context),
}

class WindowRank implements Operator {
  private readonly node: WindowRankNode
  private readonly context: OperatorContext
  private readonly windows: KeyedTable
  private readonly list: KeyedList
  private readonly compare: RowComparator
  private readonly clock: WindowClock
  private readonly late: LateRows
  private readonly keys: readonly number[]
  private readonly columns: readonly number[]
  private readonly sorted = new Map<number, number[]>()
  private moves = 0
  private slots = new Int32Array(0)
  private watermark = MIN_WATERMARK

  constructor(node: WindowRankNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.windows = context.state.table('windows')
    this.list = context.state.list('rows')
    this.compare = rowComparator(context.inputs[0], node.order)
    this.clock = windowClock(node.timeZone)
    this.late = new LateRows(context)
    this.keys = [...node.partition, node.endColumn]
    this.columns = context.inputs[0].map((_, c) => c)
  }

  restored(watermark: number): void {
    this.watermark = watermark
    this.sorted.clear()
  }

  onBatch(all: Batch): void {
    const batch = this.inTime(all)
    const { length } = batch
    if (length === 0) return
    if (this.slots.length < length) this.slots = new Int32Array(length)
    const { slots, windows, list, node } = this
    windows.lookup(batch, this.keys, slots, 'update')
    this.forgetMoved()
    for (let k = 0; k < windows.insertedCount; k++) {
      const slot = windows.insertedSlots[k]
      windows.values[0].values[slot] = this.timer(Number(windows.keys[node.partition.length].values[slot]))
      windows.timeChanged(slot)
    }
    for (let i = 0; i < length; i++) {
      const rows = this.rowsOf(slots[i])
      const at = this.place(rows, batch, i)
      if (at >= node.end) continue
      rows.splice(at, 0, list.append(slots[i], batch, this.columns, i))
      if (rows.length > node.end) list.removeRow(slots[i], rows.pop() as number)
    }
  }

  private timer(end: number): number {
    return this.clock.toTimer(end - 1)
  }

  private inTime(batch: Batch): Batch {
    const { time, endColumn } = this.node
    if (time === 'proctime') return batch
    const ends = batch.columns[endColumn].values
    const kept = new Int32Array(batch.length)
    let count = 0
    let behind = 0
    for (let i = 0; i < batch.length; i++) {
      const timer = this.timer(Number(ends[i]))
      if (timer > this.watermark) kept[count++] = i
      else behind = Math.max(behind, this.watermark - timer)
    }
    if (count === batch.length) return batch
    this.late.add(batch.length - count, behind)
    return gather(batch, kept, count)
  }

  private place(rows: readonly number[], batch: Batch, i: number): number {
    const { values } = this.list
    const { latestFirst } = this.node
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      const order = this.compare(batch.columns, i, values, rows[middle])
      if (order < 0 || (order === 0 && latestFirst)) high = middle
      else low = middle + 1
    }
    return low
  }

  private rowsOf(slot: number): number[] {
    let rows = this.sorted.get(slot)
    if (rows !== undefined) return rows
    const { list } = this
    rows = []
    for (let row = list.first(slot); row !== -1; row = list.next(row)) rows.push(row)
    if (this.node.latestFirst) rows.reverse()
    rows.sort((a, b) => this.compare(list.values, a, list.values, b))
    this.sorted.set(slot, rows)
    return rows
  }

  private forgetMoved(): void {
    if (this.windows.moves !== this.moves) this.sorted.clear()
    this.moves = this.windows.moves
  }

  private fire(time: number): void {
    const { windows, list, node, context } = this
    const due = windows.due(time)
    if (due.length === 0) return
    this.forgetMoved()
    const out = new RowOutput(node.schema, context.inputs[0].length)
    for (const slot of due) {
      const rows = this.rowsOf(slot)
      for (let r = node.start - 1; r < rows.length; r++) out.add(RowKind.INSERT, list.values, rows[r], r + 1)
      this.sorted.delete(slot)
      windows.remove(slot)
    }
    const emitted = out.take()
    if (emitted !== undefined) context.out.emit(emitted)
  }

  onWatermark(watermark: number): void {
    this.watermark = watermark
    if (this.node.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return this.node.time === 'rowtime' ? MIN_WATERMARK : Number.POSITIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.node.time === 'rowtime') return Number.POSITIVE_INFINITY
    return this.windows.earliest() ?? Number.POSITIVE_INFINITY
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }
}
