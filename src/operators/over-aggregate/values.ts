/**
 * OVER ordered by the value of a column: a row that comes changes the results of all rows behind it.
 *
 * Input      any changelog
 * Output     +I or +U of the row that came with its result, -D of the row that went, -U/+U of each row of its key whose result
 *            is another one; in the order of the values, equal ones in the order of arrival
 * State      rows: all rows of a key; groups and view0 … are scratch, computed anew from the rows for every input row
 * Watermark  passed on
 */
import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gatherColumn, valueAt } from '../../types/batch.ts'
import { type Comparator, comparatorOf, type Equality, equalityOf } from '../../types/compare.ts'
import { withoutAttribute } from '../../types/logical-type.ts'
import { RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import { AggregateCode, ViewRows } from '../aggregate-code.ts'
import { aggregateLayout } from '../aggregate-layout.ts'
import type { Operator, OperatorContext } from '../contract.ts'
import { generate, type Run } from './code.ts'
import { ADD, FORGET } from './frame.ts'
import type { OverAggregateNode } from './node.ts'
import { LEADING } from './state.ts'

/** The rows of a key in order, and the results that belong to them. */
interface Answers {
  readonly ids: readonly number[]
  readonly columns: readonly Column[]
}

export class OverValues implements Operator {
  private readonly node: OverAggregateNode
  private readonly context: OperatorContext
  private readonly groups: KeyedTable
  private readonly rows: KeyedList
  private readonly lists: readonly KeyedList[]
  private readonly views: ViewRows
  private readonly run: Run
  private readonly all: readonly number[]
  private readonly order: number
  private readonly compare: (a: Value, b: Value) => number
  private readonly equal: readonly Equality[]

  constructor(node: OverAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const [input] = context.inputs
    const layout = aggregateLayout(node.aggregates, context.aggregates ?? builtInAggregates)
    this.groups = context.state.table('groups')
    this.rows = context.state.list('rows')
    this.lists = layout.views.map((_, v) => context.state.list(`view${v}`))
    this.views = new ViewRows(layout.views, this.lists)
    this.run = generate(node, new AggregateCode(layout, input, LEADING), 'starts again')
    this.all = input.map((_, c) => c)
    this.order = node.window.timeColumn as number
    this.compare = nullsFirst(comparatorOf(withoutAttribute(input[this.order].type)))
    this.equal = node.aggregates.map(({ type }) => equalityOf(type))
  }

  onBatch(batch: Batch): void {
    const slots = new Int32Array(batch.length)
    this.groups.lookup(batch, this.node.window.partition, slots, 'update')
    for (let i = 0; i < batch.length; i++) {
      const kind = batch.kinds === null ? RowKind.INSERT : batch.kinds[i]
      if (kind === RowKind.INSERT || kind === RowKind.UPDATE_AFTER) this.add(batch, i, slots[i], kind)
      else this.remove(batch, i, slots[i])
    }
    for (const slot of new Set(slots)) if (this.rows.count(slot) === 0) this.groups.remove(slot)
  }

  private add(batch: Batch, i: number, slot: number, kind: number): void {
    const before = this.answers(slot)
    const added = this.rows.append(slot, batch, this.all, i)
    this.emit(before, this.answers(slot), { row: added, kind })
  }

  /** A row that never came is left alone. */
  private remove(batch: Batch, i: number, slot: number): void {
    const removed = this.rows.match(slot, batch, this.all, i)
    if (removed < 0) return
    const before = this.answers(slot)
    this.emit(before, this.answers(slot, removed), { row: removed, kind: RowKind.DELETE })
    this.rows.removeRow(slot, removed)
  }

  /** All rows of a key but one, with their results. */
  private answers(slot: number, without = -1): Answers {
    const { rows, node } = this
    const cells = new Map<number, Value>()
    for (let row = rows.first(slot); row >= 0; row = rows.next(row)) {
      if (row !== without) cells.set(row, rows.values[this.order].get(row))
    }
    const at = (row: number) => cells.get(row) ?? null
    const ids = [...cells.keys()].sort((a, b) => this.compare(at(a), at(b)))
    const results = node.aggregates.map(({ type }) => new ColumnBuilder(type, ids.length))
    if (ids.length > 0) this.aggregate(slot, ids, this.peers(ids.map(at)), results)
    return { ids, columns: results.map((builder) => builder.column()) }
  }

  /** How many results stand behind each row: RANGE gives one to all rows of a value, behind the last of them. */
  private peers(values: readonly Value[]): number[] {
    if (this.node.window.frame.unit === 'rows') return values.map(() => 1)
    let from = 0
    return values.map((value, i) => {
      if (i + 1 < values.length && this.compare(value, values[i + 1]) === 0) return 0
      const count = i + 1 - from
      from = i + 1
      return count
    })
  }

  /** The step in front of the rows forgets what the accumulators had of the time before. */
  private aggregate(slot: number, ids: readonly number[], peers: readonly number[], results: ColumnBuilder[]): void {
    const { groups, lists, views } = this
    const rows = Int32Array.from([ids[0], ...ids])
    const length = rows.length
    const columns = this.rows.values.map((builder) => gatherColumn(builder.column(), rows, length))
    const batch: Batch = { length, columns, kinds: null }
    const slots = new Int32Array(length).fill(slot)
    const matched = slots.slice()
    matched[0] = -1
    const kinds = new Uint8Array(length).fill(ADD)
    kinds[0] = FORGET
    views.match(batch, matched)
    const emit = Int32Array.from([0, ...peers])
    this.run(batch, columns, length, kinds, slots, emit, groups.values, lists, views.rows, views, results)
    for (const list of lists)
      for (let row = list.first(slot); row >= 0; row = list.first(slot)) list.removeRow(slot, row)
  }

  private emit(before: Answers, after: Answers, change: { readonly row: number; readonly kind: number }): void {
    const places = new Map(before.ids.map((id, i) => [id, i]))
    const ids: number[] = []
    const kinds: number[] = []
    const from: Answers[] = []
    const at: number[] = []
    const put = (id: number, kind: number, answers: Answers, place: number) => {
      ids.push(id)
      kinds.push(kind)
      from.push(answers)
      at.push(place)
    }
    if (change.kind === RowKind.DELETE) put(change.row, RowKind.DELETE, before, places.get(change.row) as number)
    for (const [place, id] of after.ids.entries()) {
      const old = places.get(id)
      if (old === undefined) put(id, change.kind, after, place)
      else if (!this.same(before, old, after, place)) {
        put(id, RowKind.UPDATE_BEFORE, before, old)
        put(id, RowKind.UPDATE_AFTER, after, place)
      }
    }
    const rows = Int32Array.from(ids)
    const results = this.node.aggregates.map(({ type }, j) => {
      const builder = new ColumnBuilder(type, ids.length)
      for (let i = 0; i < ids.length; i++) builder.set(i, valueAt(from[i].columns[j], type, at[i]))
      return builder.column()
    })
    const columns = this.rows.values.map((builder) => gatherColumn(builder.column(), rows, rows.length))
    const insertOnly = kinds.every((kind) => kind === RowKind.INSERT)
    this.context.out.emit({
      length: ids.length,
      columns: [...columns, ...results],
      kinds: insertOnly ? null : Uint8Array.from(kinds),
    })
  }

  private same(before: Answers, old: number, after: Answers, place: number): boolean {
    return this.node.aggregates.every(({ type }, j) =>
      this.equal[j](valueAt(before.columns[j], type, old), valueAt(after.columns[j], type, place)),
    )
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }
}

/** NULL is the smallest value, NaN the largest. */
function nullsFirst(compare: Comparator | undefined): Comparator {
  return (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
    const order = compare === undefined ? 0 : compare(a, b)
    if (!Number.isNaN(order)) return order
    return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : -1
  }
}
