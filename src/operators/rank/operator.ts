/**
 * Rows with the first ranks of their partition (top-n, ORDER BY … LIMIT, LIMIT).
 *
 * Input      `append`, `first`: insert-only; `update`: +I and +U by unique key, moving up only; `retract`: any changelog
 * Output     with ranks (or an offset): the row of each changed rank as -U/+U, +I and -D at the end; without: -D of the row that
 *            falls out, then +I of the one that comes in; the best row alone is updated in place on `append` and `update`
 * State      partitions: end of a variable range, count; rows: rows by arrival (`append`, `update`: those in the range only)
 * Watermark  passed on
 * Law        after each row the output describes the rows whose rank lies in the range, equal ones in order of arrival
 */
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import type { Batch } from '../../types/batch.ts'
import { isAccumulate, RowKind } from '../../types/row-kind.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import {
  type Cells,
  type RowComparator,
  type RowEquality,
  RowOutput,
  rowComparator,
  rowEquality,
} from '../sort-order.ts'
import type { RankNode } from './node.ts'

export const rankRuntime: OperatorRuntime<RankNode> = {
  kind: 'rank',
  create: (node, context) => new Rank(node, context),
}

const { INSERT, UPDATE_BEFORE, UPDATE_AFTER, DELETE } = RowKind

class Rank implements Operator {
  private readonly node: RankNode
  private readonly context: OperatorContext
  private readonly partitions: KeyedTable
  private readonly list: KeyedList | undefined
  private readonly compare: RowComparator
  private readonly same: RowEquality
  private readonly identity: readonly number[]
  private readonly columns: readonly number[]
  /** With ranks (or an offset) every shifted row is emitted. */
  private readonly numbered: boolean
  private readonly best: boolean
  private readonly expires: boolean
  /** Row ids of a partition in order of rank, derived from the list; by slot, for as long as nothing expires. */
  private sorted = new Map<number, number[]>()
  private moves = 0
  private slots = new Int32Array(0)
  private start = 1
  private end = 0
  private out: RowOutput

  constructor(node: RankNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const [input] = context.inputs
    const { range, strategy } = node
    this.partitions = context.state.table('partitions')
    this.list = strategy.kind === 'first' ? undefined : context.state.list('rows')
    this.compare = rowComparator(input, node.order)
    this.same = rowEquality(input)
    this.identity = strategy.kind === 'update' ? strategy.key : []
    this.columns = input.map((_, c) => c)
    if (range.kind === 'constant') {
      this.start = range.start
      this.end = range.end
    }
    this.numbered = node.outputRank || this.start > 1
    const updates = strategy.kind === 'append' || strategy.kind === 'update'
    this.best = updates && range.kind === 'constant' && range.start === 1 && range.end === 1
    const { partitions } = node.state
    this.expires = partitions?.kind === 'table' && (partitions.ttlMs ?? 0) > 0
    this.out = this.output()
  }

  restored(): void {
    this.sorted.clear()
  }

  onBatch(batch: Batch): void {
    const { length, kinds } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    const { slots, node } = this
    if (this.expires) this.sorted.clear()
    this.partitions.lookup(batch, node.partition, slots, 'update')
    if (this.partitions.moves !== this.moves) this.sorted.clear()
    this.moves = this.partitions.moves
    for (let i = 0; i < length; i++) {
      const slot = slots[i]
      if (node.range.kind === 'variable') this.end = this.endOf(slot, batch, i)
      const accumulate = kinds === null || isAccumulate(kinds[i])
      switch (node.strategy.kind) {
        case 'first':
          this.first(slot, batch, i)
          break
        case 'append':
          this.append(slot, batch, i)
          break
        case 'update':
          this.update(slot, batch, i)
          break
        case 'retract':
          if (accumulate) this.accumulate(slot, batch, i)
          else this.retract(slot, batch, i)
      }
    }
    if (kinds !== null) this.dropEmpty(length)
    const emitted = this.out.take()
    if (emitted === undefined) return
    this.out = this.output()
    this.context.out.emit(emitted)
  }

  private output(): RowOutput {
    return new RowOutput(this.node.schema, this.context.inputs[0].length)
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }

  private endOf(slot: number, batch: Batch, i: number): number {
    const { range } = this.node
    if (range.kind === 'constant') return range.end
    const [ends] = this.partitions.values
    if (ends.nulls !== null && ends.nulls[slot] === 0) return Number(ends.values[slot])
    const { values, nulls } = batch.columns[range.column]
    const end = nulls !== null && nulls[i] !== 0 ? 0 : Number(values[i])
    ends.setExact(slot, end)
    return end
  }

  // ---- Strategies ----------------------------------------------------------------------------------------------------

  private first(slot: number, batch: Batch, i: number): void {
    const counts = this.partitions.values[1]
    const before = counts.nulls !== null && counts.nulls[slot] !== 0 ? 0 : Number(counts.values[slot])
    if (before >= this.end) return
    counts.setExact(slot, before + 1)
    this.emit(INSERT, batch.columns, i, before + 1)
  }

  private append(slot: number, batch: Batch, i: number): void {
    const rows = this.rowsOf(slot)
    const at = this.place(rows, batch, i)
    if (at >= this.end) return
    this.enter(slot, rows, at, batch, i)
  }

  /** A new row takes its place; what it pushes out of the range is forgotten. */
  private enter(slot: number, rows: number[], at: number, batch: Batch, i: number): void {
    const list = this.rows()
    const row = list.append(slot, batch, this.columns, i)
    rows.splice(at, 0, row)
    if (this.best && rows.length > 1) {
      this.before(rows[1], 1)
      this.emit(UPDATE_AFTER, list.values, row, 1)
    } else if (this.numbered) this.shiftDown(rows, at)
    else {
      if (rows.length > this.end) this.emit(DELETE, list.values, rows[this.end], this.end)
      this.emit(INSERT, list.values, row, at + 1)
    }
    while (rows.length > this.end) list.removeRow(slot, rows.pop() as number)
  }

  private update(slot: number, batch: Batch, i: number): void {
    const list = this.rows()
    const rows = this.rowsOf(slot)
    const old = list.match(slot, batch, this.identity, i)
    if (old === -1) {
      const at = this.place(rows, batch, i)
      if (at < this.end) this.enter(slot, rows, at, batch, i)
      return
    }
    const oldAt = rows.indexOf(old)
    const moved = this.compare(batch.columns, i, list.values, old) !== 0
    // The best row alone is replaced by a better one only.
    if (this.best && !moved) return
    if (!moved || !this.numbered) {
      this.before(old, oldAt + 1)
      this.emit(UPDATE_AFTER, batch.columns, i, oldAt + 1)
    }
    if (!moved) {
      list.replace(old, batch, this.columns, i)
      return
    }
    const at = this.place(rows, batch, i)
    if (this.numbered) {
      for (let r = at; r <= oldAt; r++) this.before(rows[r], r + 1)
      this.emit(UPDATE_AFTER, batch.columns, i, at + 1)
      for (let r = at; r < oldAt; r++) this.emit(UPDATE_AFTER, list.values, rows[r], r + 2)
    }
    rows.splice(oldAt, 1)
    list.removeRow(slot, old)
    rows.splice(at > oldAt ? at - 1 : at, 0, list.append(slot, batch, this.columns, i))
  }

  private accumulate(slot: number, batch: Batch, i: number): void {
    const list = this.rows()
    const rows = this.rowsOf(slot)
    const at = this.place(rows, batch, i)
    const row = list.append(slot, batch, this.columns, i)
    rows.splice(at, 0, row)
    if (this.numbered) this.shiftDown(rows, at)
    else if (at < this.end) {
      if (rows.length > this.end) this.emit(DELETE, list.values, rows[this.end], this.end)
      this.emit(INSERT, list.values, row, at + 1)
    }
  }

  private retract(slot: number, batch: Batch, i: number): void {
    const list = this.rows()
    const rows = this.rowsOf(slot)
    const after = this.place(rows, batch, i)
    let at = after - 1
    // Rows that compare equal stand in order of arrival: the oldest equal one goes.
    let found = -1
    for (; at >= 0 && this.compare(batch.columns, i, list.values, rows[at]) === 0; at--) {
      if (this.same(batch.columns, i, list.values, rows[at])) found = at
    }
    if (found === -1) return
    const { end } = this
    const { length } = rows
    if (this.numbered) {
      for (let rank = found + 1; rank <= Math.min(end, length - 1); rank++) {
        this.before(rows[rank - 1], rank)
        this.emit(UPDATE_AFTER, list.values, rows[rank], rank)
      }
      if (length <= end) this.emit(DELETE, list.values, rows[length - 1], length)
    } else if (found < end) {
      this.emit(DELETE, list.values, rows[found], found + 1)
      if (length > end) this.emit(INSERT, list.values, rows[end], end)
    }
    list.removeRow(slot, rows[found])
    rows.splice(found, 1)
  }

  // ---- Ranks ---------------------------------------------------------------------------------------------------------

  /** Every row from `at` on has one rank more than before. */
  private shiftDown(rows: readonly number[], at: number): void {
    const { values } = this.rows()
    const last = rows.length - 1
    for (let r = at; r < last && r < this.end; r++) {
      this.before(rows[r + 1], r + 1)
      this.emit(UPDATE_AFTER, values, rows[r], r + 1)
    }
    if (last < this.end) this.emit(INSERT, values, rows[last], last + 1)
  }

  private before(row: number, rank: number): void {
    if (this.node.emitUpdateBefore) this.emit(UPDATE_BEFORE, this.rows().values, row, rank)
  }

  private emit(kind: RowKind, cells: readonly Cells[], row: number, rank: number): void {
    if (rank >= this.start && rank <= this.end) this.out.add(kind, cells, row, rank)
  }

  /** Where a row of the batch belongs: behind those that are better or equal. */
  private place(rows: readonly number[], batch: Batch, i: number): number {
    const { values } = this.rows()
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.compare(batch.columns, i, values, rows[middle]) < 0) high = middle
      else low = middle + 1
    }
    return low
  }

  private rows(): KeyedList {
    return this.list as KeyedList
  }

  private rowsOf(slot: number): number[] {
    let rows = this.sorted.get(slot)
    if (rows === undefined) {
      const list = this.rows()
      rows = []
      for (let row = list.first(slot); row !== -1; row = list.next(row)) rows.push(row)
      const { values } = list
      rows.sort((a, b) => this.compare(values, a, values, b))
      this.sorted.set(slot, rows)
    }
    return rows
  }

  /** Partitions that lost their last row; the end of a variable range stays. */
  private dropEmpty(length: number): void {
    const { list, slots } = this
    if (list === undefined || this.node.range.kind === 'variable') return
    for (let i = 0; i < length; i++) {
      if (list.count(slots[i]) > 0) continue
      this.sorted.delete(slots[i])
      this.partitions.remove(slots[i])
    }
  }
}
