/**
 * The first or last row of each key by time.
 *
 * Input      insert-only
 * Output     first: +I, by event time not before the watermark reaches the row's time; last: +I, then -U/+U for each later row
 *            (by event time: not earlier than the kept one; by processing time: not equal to it, unless state expires)
 * State      rows: key → time, emitted, row
 * Watermark  passed on, behind the first rows whose time it reaches; keeping the first, rows before it are dropped and counted
 * Law        each key has at most one row in the output's table
 */
import type { KeyedTable } from '../../state/contract.ts'
import type { Batch } from '../../types/batch.ts'
import { RowKind } from '../../types/row-kind.ts'
import { MIN_WATERMARK, type Operator, type OperatorContext, type OperatorRuntime } from '../contract.ts'
import { LateRows } from '../late-rows.ts'
import { copyCell, type RowEquality, RowOutput, rowEquality } from '../sort-order.ts'
import type { DeduplicateNode } from './node.ts'
import { LEADING } from './state.ts'

export const deduplicateRuntime: OperatorRuntime<DeduplicateNode> = {
  kind: 'deduplicate',
  create: (node, context) => new Deduplicate(node, context),
}

class Deduplicate implements Operator {
  private readonly node: DeduplicateNode
  private readonly context: OperatorContext
  private readonly table: KeyedTable
  private readonly same: RowEquality
  private readonly late: LateRows
  private readonly expires: boolean
  private slots = new Int32Array(0)
  private watermark = MIN_WATERMARK
  private out: RowOutput

  constructor(node: DeduplicateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.table = context.state.table('rows')
    this.same = rowEquality(context.inputs[0])
    this.late = new LateRows(context)
    const { rows } = node.state
    this.expires = rows?.kind === 'table' && (rows.ttlMs ?? 0) > 0
    this.out = new RowOutput(node.schema)
  }

  restored(watermark: number): void {
    this.watermark = watermark
  }

  onBatch(batch: Batch): void {
    const { length } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    const { slots, table, node } = this
    table.lookup(batch, node.key, slots, 'update')
    const times = batch.columns[node.timeColumn]
    for (let i = 0; i < length; i++) {
      const slot = slots[i]
      const exists = table.values[1].values[slot] !== 0
      if (node.time === 'proctime') this.byArrival(slot, exists, batch, i)
      else this.byTime(slot, exists, Number(times.values[i]), batch, i)
    }
    if (node.time === 'rowtime' && node.keep === 'first') this.dropUnused(length)
    this.emit()
  }

  private byArrival(slot: number, exists: boolean, batch: Batch, i: number): void {
    const { table, node } = this
    if (!exists) {
      table.values[1].values[slot] = 1
      this.out.add(RowKind.INSERT, batch.columns, i)
      if (node.keep === 'last') this.store(slot, batch, i)
      return
    }
    if (node.keep === 'first') return
    if (!this.expires && this.same(batch.columns, i, table.values.slice(LEADING), slot)) return
    this.replace(slot, batch, i)
  }

  private byTime(slot: number, exists: boolean, time: number, batch: Batch, i: number): void {
    const { table, node } = this
    const kept = Number(table.values[0].values[slot])
    if (node.keep === 'last') {
      if (exists && time < kept) return
      table.values[0].values[slot] = time
      if (exists) {
        this.replace(slot, batch, i)
        return
      }
      table.values[1].values[slot] = 1
      this.store(slot, batch, i)
      this.out.add(RowKind.INSERT, batch.columns, i)
      return
    }
    if (exists) return
    if (time < this.watermark) {
      this.late.add(1, this.watermark - time)
      return
    }
    const [at] = this.table.values
    if (at.values[slot] !== 0 && kept <= time) return
    at.values[slot] = time
    table.timeChanged(slot)
    this.store(slot, batch, i)
  }

  private replace(slot: number, batch: Batch, i: number): void {
    const stored = this.table.values.slice(LEADING)
    if (this.node.emitUpdateBefore) this.out.add(RowKind.UPDATE_BEFORE, stored, slot)
    this.out.add(RowKind.UPDATE_AFTER, batch.columns, i)
    this.store(slot, batch, i)
  }

  private store(slot: number, batch: Batch, i: number): void {
    const { values } = this.table
    for (let c = LEADING; c < values.length; c++) copyCell(batch.columns[c - LEADING], i, values[c], slot)
  }

  /** Keys that only a late row asked for. */
  private dropUnused(length: number): void {
    const { table, slots } = this
    for (let i = 0; i < length; i++) {
      if (table.values[0].values[slots[i]] === 0 && table.values[1].values[slots[i]] === 0) table.remove(slots[i])
    }
  }

  private emit(): void {
    const emitted = this.out.take()
    if (emitted === undefined) return
    this.out = new RowOutput(this.node.schema)
    this.context.out.emit(emitted)
  }

  onWatermark(watermark: number): void {
    const { table, node } = this
    this.watermark = watermark
    if (node.time === 'rowtime' && node.keep === 'first') {
      for (const slot of table.due(Math.min(watermark, DONE - 1))) {
        this.out.add(RowKind.INSERT, table.values.slice(LEADING), slot)
        table.values[1].values[slot] = 1
        // An emitted key has no time any more.
        table.values[0].values[slot] = DONE
        table.timeChanged(slot)
      }
      this.emit()
    }
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    // Keeping the first row, every watermark decides which of the next rows are late.
    return this.node.time === 'rowtime' && this.node.keep === 'first' ? MIN_WATERMARK : Number.POSITIVE_INFINITY
  }
}

/** Later than every timestamp: not due before the last watermark. */
const DONE = Number.MAX_SAFE_INTEGER
