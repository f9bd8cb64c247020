/**
 * Unbounded GROUP BY that takes rows in together (`table.exec.mini-batch.enabled`).
 *
 * Input      any changelog
 * Output     as without mini-batch, but each group emits at most once per bundle: the change from what it said last
 * State      that of the group aggregate; rows of an unfinished bundle are in memory and taken in before a barrier
 * Watermark  passed on; a bundle ends after `size` rows, at a multiple of the latency in processing time, at a barrier, at the end
 * Law        the table that the output describes at the end of a bundle equals GROUP BY over the rows so far
 */
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gatherColumn, slice } from '../../types/batch.ts'
import { type Equality, equalityOf } from '../../types/compare.ts'
import { isAccumulate, RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import { AggregateCode, ViewRows } from '../aggregate-code.ts'
import { aggregateLayout } from '../aggregate-layout.ts'
import { MAX_WATERMARK, type Operator, type OperatorContext } from '../contract.ts'
import { type Accumulators, keyColumns, SlotCode } from '../slot-code.ts'
import type { GroupAggregateNode } from './node.ts'
import { LEADING } from './state.ts'

export class MiniBatchGroupAggregate implements Operator {
  private readonly node: GroupAggregateNode
  private readonly context: OperatorContext
  private readonly size: number
  private readonly latencyMs: number
  private readonly groups: KeyedTable
  private readonly accumulators: Accumulators
  private readonly code: SlotCode
  private readonly equalities: readonly Equality[]
  private pending: Batch[] = []
  private pendingRows = 0
  private deadline = Number.POSITIVE_INFINITY

  constructor(node: GroupAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.size = node.miniBatch?.size ?? 1
    this.equalities = node.aggregates.map(({ type }) => equalityOf(type))
    this.latencyMs = node.miniBatch?.latencyMs ?? 0
    const layout = aggregateLayout(node.aggregates, context.aggregates ?? builtInAggregates)
    const code = new AggregateCode(layout, context.inputs[0], LEADING)
    // Rows are counted whether or not the input retracts: a group with rows has said something.
    this.code = new SlotCode(code, node.aggregates, true, 0)
    this.groups = context.state.table('groups')
    const lists = layout.views.map((_, v) => context.state.list(`view${v}`))
    this.accumulators = { table: this.groups, lists, views: new ViewRows(layout.views, lists) }
  }

  onBatch(batch: Batch): void {
    for (let from = 0; from < batch.length; ) {
      const to = Math.min(batch.length, from + this.size - this.pendingRows)
      if (this.pendingRows === 0 && this.latencyMs > 0) {
        const now = this.context.evaluation.now()
        this.deadline = Math.floor(now / this.latencyMs) * this.latencyMs + this.latencyMs
      }
      this.pending.push(slice(batch, from, to))
      this.pendingRows += to - from
      from = to
      if (this.pendingRows >= this.size) this.finishBundle()
    }
  }

  onWatermark(watermark: number): void {
    if (watermark === MAX_WATERMARK) this.finishBundle()
    this.context.out.watermark(watermark)
  }

  onEnd(): void {
    this.finishBundle()
  }

  beforeBarrier(): void {
    this.finishBundle()
  }

  nextProcessingTime(): number {
    return this.deadline
  }

  onProcessingTime(): void {
    this.finishBundle()
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }

  private finishBundle(): void {
    this.deadline = Number.POSITIVE_INFINITY
    if (this.pendingRows === 0) return
    const { groups, node } = this
    const bundle = this.pending
    this.pending = []
    this.pendingRows = 0
    // Slots hold until the lookup of a later batch; so all rows are looked up as one.
    const rows = concatenate(bundle, this.context.inputs[0])
    const slots = new Int32Array(rows.length)
    groups.lookup(rows, node.grouping, slots, 'update')
    for (let i = 0; i < groups.insertedCount; i++) this.code.reset(this.accumulators, groups.insertedSlots[i])
    const touched = new Int32Array(new Set(slots))
    const counts = groups.values[0].values as Float64Array
    const existed = Uint8Array.from(touched, (slot) => (counts[slot] === 0 ? 0 : 1))
    const before = this.code.readAll(this.accumulators, touched)
    this.dropLeadingRetractions(rows, slots, touched, existed)
    this.accumulators.views.match(rows, slots)
    this.code.add(this.accumulators, rows, slots, 0, rows.length)
    const after = this.code.readAll(this.accumulators, touched)
    this.emit(touched, existed, before, after)
    if (rows.kinds !== null) this.accumulators.views.sweep(rows.length, slots)
    for (const slot of touched) if (counts[slot] <= 0) groups.remove(slot)
  }

  /** Retractions of a group that has no rows are ignored until its first row comes. */
  private dropLeadingRetractions(rows: Batch, slots: Int32Array, touched: Int32Array, existed: Uint8Array): void {
    const { kinds } = rows
    if (kinds === null) return
    const absent = new Set(touched.filter((_, t) => existed[t] === 0))
    for (let i = 0; i < rows.length; i++) {
      if (!absent.has(slots[i])) continue
      if (isAccumulate(kinds[i])) absent.delete(slots[i])
      else slots[i] = -1
    }
  }

  private emit(touched: Int32Array, existed: Uint8Array, before: readonly Column[], after: readonly Column[]): void {
    const { node, groups } = this
    const counts = groups.values[0].values as Float64Array
    const kinds: number[] = []
    const sources: number[] = []
    const old: boolean[] = []
    const add = (kind: number, t: number, wasOld: boolean) => {
      kinds.push(kind)
      sources.push(t)
      old.push(wasOld)
    }
    const keeps = node.state.groups.kind === 'table' && (node.state.groups.ttlMs ?? 0) > 0
    for (let t = 0; t < touched.length; t++) {
      const exists = counts[touched[t]] > 0
      if (existed[t] === 0) {
        if (exists) add(RowKind.INSERT, t, false)
      } else if (!exists) add(RowKind.DELETE, t, true)
      else if (keeps || !this.same(before, after, t)) {
        if (node.emitUpdateBefore) add(RowKind.UPDATE_BEFORE, t, true)
        add(RowKind.UPDATE_AFTER, t, false)
      }
    }
    if (kinds.length === 0) return
    const count = kinds.length
    const rows = Int32Array.from(sources)
    const results = after.map((column, j) => {
      const builder = new ColumnBuilder(node.aggregates[j].type, count)
      for (let o = 0; o < count; o++)
        builder.set(o, cell(old[o] ? before[j] : column, node.aggregates[j].type, rows[o]))
      return builder.column()
    })
    const keys = keyColumns(groups, node.grouping.length, touched, touched.length)
    this.context.out.emit({
      length: count,
      columns: [...keys.map((column) => gatherColumn(column, rows, count)), ...results],
      kinds: kinds.some((kind) => kind !== RowKind.INSERT) ? Uint8Array.from(kinds) : null,
    })
  }

  private same(before: readonly Column[], after: readonly Column[], t: number): boolean {
    return this.node.aggregates.every(({ type }, j) =>
      this.equalities[j](cell(before[j], type, t), cell(after[j], type, t)),
    )
  }
}

function cell(column: Column, type: ColumnBuilder['type'], row: number): Value {
  if (column.physical !== 'object' && column.nulls !== null && column.nulls[row] !== 0) return null
  const value = column.values[row] as Value
  return type.kind === 'BOOLEAN' && value !== null ? value !== 0 : value
}

/** One batch of several. */
function concatenate(batches: readonly Batch[], schema: OperatorContext['inputs'][number]): Batch {
  if (batches.length === 1) return batches[0]
  const length = batches.reduce((sum, batch) => sum + batch.length, 0)
  const builders = schema.map((field) => new ColumnBuilder(field.type, length))
  const kinds = batches.some((batch) => batch.kinds !== null) ? new Uint8Array(length) : null
  let at = 0
  for (const batch of batches) {
    builders.forEach((builder, c) => {
      for (let i = 0; i < batch.length; i++) builder.set(at + i, cell(batch.columns[c], builder.type, i))
    })
    if (kinds !== null && batch.kinds !== null) kinds.set(batch.kinds.subarray(0, batch.length), at)
    at += batch.length
  }
  return { length, columns: builders.map((builder) => builder.column()), kinds }
}
