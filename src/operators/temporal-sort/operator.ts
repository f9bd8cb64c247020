/**
 * ORDER BY a time attribute.
 *
 * Input      insert-only
 * Output     +I, in order of time and then of the other keys, equal rows in order of arrival
 * State      times: time → timer; rows: rows of a time; last: the time that was emitted last
 * Watermark  passed on, behind the rows whose time it reaches; a row that is not later than the last emitted one is dropped
 *            and counted
 * Law        times never fall in the output. By processing time rows come as they arrive; with more keys, those of one
 *            millisecond are sorted among each other when it is over.
 */
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import type { Batch, Column } from '../../types/batch.ts'
import { RowKind } from '../../types/row-kind.ts'
import { MIN_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { LateRows } from '../late-rows.ts'
import { type RowComparator, RowOutput, rowComparator } from '../sort-order.ts'
import type { TemporalSortNode } from './node.ts'

export const temporalSortRuntime: OperatorRuntime<TemporalSortNode> = {
  kind: 'temporal-sort',
  create: (node, context) => new TemporalSort(node, context),
}

class TemporalSort implements Operator {
  private readonly node: TemporalSortNode
  private readonly context: OperatorContext
  private readonly times: KeyedTable
  private readonly list: KeyedList
  private readonly last: KeyedTable
  private readonly compare: RowComparator
  private readonly late: LateRows
  private readonly columns: readonly number[]

  constructor(node: TemporalSortNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.times = context.state.table('times')
    this.list = context.state.list('rows')
    this.last = context.state.table('last')
    this.compare = rowComparator(context.inputs[0], node.order)
    this.late = new LateRows(context)
    this.columns = context.inputs[0].map((_, c) => c)
  }

  onBatch(batch: Batch): void {
    const { node, times, list } = this
    if (node.time === 'proctime' && node.order.length === 0) {
      this.context.out.emit(batch)
      return
    }
    const { length } = batch
    const column = batch.columns[node.timeColumn].values
    const last = node.time === 'proctime' ? MIN_WATERMARK : this.lastTime()
    const now = this.context.evaluation.now()
    const due = new Float64Array(length)
    for (let i = 0; i < length; i++) due[i] = node.time === 'proctime' ? now + 1 : Number(column[i])
    const slots = new Int32Array(length)
    const keys: Column = { physical: 'exact', values: due, nulls: null }
    times.lookup({ length, columns: [keys] }, [0], slots, 'update')
    for (let k = 0; k < times.insertedCount; k++) {
      const slot = times.insertedSlots[k]
      times.values[0].values[slot] = Number(times.keys[0].values[slot])
      times.timeChanged(slot)
    }
    let dropped = 0
    let behind = 0
    for (let i = 0; i < length; i++) {
      if (due[i] > last) list.append(slots[i], batch, this.columns, i)
      else {
        dropped += 1
        behind = Math.max(behind, last - due[i])
      }
    }
    if (dropped === 0) return
    this.late.add(dropped, behind)
    for (let i = 0; i < length; i++) if (due[i] <= last) times.remove(slots[i])
  }

  private lastTime(): number {
    const slot = this.last.find([], 'read')
    return slot === -1 ? MIN_WATERMARK : Number(this.last.values[0].values[slot])
  }

  private fire(time: number): void {
    const { times, list, node, context } = this
    const due = times.due(time)
    if (due.length === 0) return
    const out = new RowOutput(node.schema)
    let last = 0
    for (const slot of due) {
      last = Number(times.keys[0].values[slot])
      const rows: number[] = []
      for (let row = list.first(slot); row !== -1; row = list.next(row)) rows.push(row)
      const { values } = list
      if (node.order.length > 0) rows.sort((a, b) => this.compare(values, a, values, b))
      for (const row of rows) out.add(RowKind.INSERT, values, row)
      times.remove(slot)
    }
    if (node.time === 'rowtime') this.last.values[0].setExact(this.last.find([], 'update'), last)
    const emitted = out.take()
    if (emitted !== undefined) context.out.emit(emitted)
  }

  onWatermark(watermark: number): void {
    if (this.node.time === 'rowtime') this.fire(watermark)
    this.context.out.watermark(watermark)
  }

  onEnd(): void {
    if (this.node.time === 'proctime') this.fire(Number.POSITIVE_INFINITY)
  }

  nextEventTime(): number {
    return this.node.time === 'rowtime' ? MIN_WATERMARK : Number.POSITIVE_INFINITY
  }

  nextProcessingTime(): number {
    if (this.node.time === 'rowtime') return Number.POSITIVE_INFINITY
    return this.times.earliest() ?? Number.POSITIVE_INFINITY
  }

  onProcessingTime(now: number): void {
    this.fire(now)
  }
}
