/**
 * Turns an upsert stream into a full changelog.
 *
 * Input      +I and +U: the row is now this; -D (and -U): the key has no row, whatever the other columns say
 * Output     +I for a new key, -U/+U for a changed row (nothing for an equal one, unless state expires), -D with the whole old row;
 *            with a condition, only rows that pass it, as +I and -D where passing changes
 * State      rows: key → last row
 * Watermark  passed on
 * Law        after each row the output describes the table of the last rows that pass
 */
import { compilePredicate } from '../../expr/compile.ts'
import type { KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, type ColumnBuilder, slice } from '../../types/batch.ts'
import { type Equality, equalityOf } from '../../types/compare.ts'
import { isAccumulate, RowKind } from '../../types/row-kind.ts'
import type { Value } from '../../types/value.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import type { ChangelogNormalizeNode } from './node.ts'
import { LEADING } from './state.ts'

export const changelogNormalizeRuntime: OperatorRuntime<ChangelogNormalizeNode> = {
  kind: 'changelog-normalize',
  create: (node, context) => new ChangelogNormalize(node, context),
}

/** What the last row of a slot is while a batch runs: a row of the batch, none, or the one in state. */
const NONE = -1
const STORED = -2

class ChangelogNormalize implements Operator {
  private readonly node: ChangelogNormalizeNode
  private readonly context: OperatorContext
  private readonly table: KeyedTable
  private readonly keeps: boolean
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private readonly equalities: readonly Equality[]
  private slots = new Int32Array(0)
  private passed = new Uint8Array(0)
  private selected = new Int32Array(0)
  private latest = new Int32Array(0)

  constructor(node: ChangelogNormalizeNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.table = context.state.table('rows')
    this.equalities = context.inputs[0].map(({ type }) => equalityOf(type))
    const declaration = node.state.rows
    this.keeps = declaration.kind === 'table' && (declaration.ttlMs ?? 0) > 0
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, {
        input: context.inputs[0],
        lookup: context.functions,
        context: context.evaluation,
        mode: context.expressions,
      })
    }
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }

  onBatch(batch: Batch): void {
    const { length, kinds } = batch
    if (this.slots.length < length) {
      this.slots = new Int32Array(length)
      this.passed = new Uint8Array(length)
      this.selected = new Int32Array(length)
    }
    const { table, slots, passed } = this
    table.lookup(batch, this.node.uniqueKey, slots, 'update')
    if (this.latest.length < table.capacity) this.latest = new Int32Array(table.capacity).fill(STORED)
    this.evaluate(batch)
    const { latest } = this
    const there = table.values[0].values
    const storedPassed = table.values[1].values
    const out = new Changes(length * 2)
    for (let i = 0; i < length; i++) {
      const slot = slots[i]
      const last = latest[slot]
      const exists = last === STORED ? there[slot] !== 0 : last !== NONE
      const lastPassed = exists && (last === STORED ? storedPassed[slot] !== 0 : passed[last] !== 0)
      if (kinds !== null && !isAccumulate(kinds[i])) {
        if (lastPassed) out.old(RowKind.DELETE, last, slot)
        latest[slot] = NONE
        continue
      }
      if (exists && !this.keeps && this.sameRow(batch, i, last, slot)) continue
      latest[slot] = i
      if (lastPassed && passed[i] !== 0) {
        if (this.node.emitUpdateBefore) out.old(RowKind.UPDATE_BEFORE, last, slot)
        out.add(RowKind.UPDATE_AFTER, i, 0)
      } else if (lastPassed) out.old(RowKind.DELETE, last, slot)
      else if (passed[i] !== 0) out.add(RowKind.INSERT, i, 0)
    }
    this.emit(batch, out)
    this.store(batch)
  }

  private evaluate(batch: Batch): void {
    if (this.condition === undefined) {
      this.passed.fill(1, 0, batch.length)
      return
    }
    this.passed.fill(0, 0, batch.length)
    const count = this.condition(batch, this.selected)
    for (let i = 0; i < count; i++) this.passed[this.selected[i]] = 1
  }

  private sameRow(batch: Batch, i: number, last: number, slot: number): boolean {
    for (let c = 0; c < this.equalities.length; c++) {
      const column = batch.columns[c]
      const stored = this.table.values[c + LEADING]
      const other = last === STORED ? { values: stored.values, nulls: stored.nulls } : column
      const at = last === STORED ? slot : last
      const nothing = column.physical !== 'object' && column.nulls !== null && column.nulls[i] !== 0
      if (nothing !== (other.nulls !== null && other.nulls[at] !== 0)) return false
      if (nothing) continue
      if (!this.equalities[c](column.values[i] as Value, other.values[at] as Value)) return false
    }
    return true
  }

  private emit(batch: Batch, out: Changes): void {
    if (out.count === 0) return
    const columns = batch.columns.map((column, c) => gatherChanges(column, this.table.values[c + LEADING], out))
    const all: Batch = { length: out.count, columns, kinds: out.insertOnly ? null : out.kinds }
    this.context.out.emit(slice(all, 0, out.count))
  }

  /** Write the last row of each key of the batch to state. */
  private store(batch: Batch): void {
    const { table, slots, latest, passed } = this
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i]
      if (latest[slot] === NONE) table.remove(slot)
      else if (latest[slot] === i) {
        table.values[0].values[slot] = 1
        table.values[1].values[slot] = passed[i]
      }
    }
    batch.columns.forEach((column, c) => {
      const target = table.values[c + LEADING]
      for (let i = 0; i < batch.length; i++) if (latest[slots[i]] === i) copyCell(column, i, target, slots[i])
    })
    for (let i = 0; i < batch.length; i++) latest[slots[i]] = STORED
  }
}

/** Emitted rows: row numbers of the batch, or slots. */
class Changes {
  count = 0
  insertOnly = true
  readonly kinds: Uint8Array
  /** Row of the batch, or −1 for the stored row of `slots`. */
  readonly rows: Int32Array
  readonly slots: Int32Array

  constructor(capacity: number) {
    this.kinds = new Uint8Array(capacity)
    this.rows = new Int32Array(capacity)
    this.slots = new Int32Array(capacity)
  }

  add(kind: number, row: number, slot: number): void {
    this.kinds[this.count] = kind
    this.rows[this.count] = row
    this.slots[this.count++] = slot
    if (kind !== RowKind.INSERT) this.insertOnly = false
  }

  old(kind: number, last: number, slot: number): void {
    this.add(kind, last === STORED ? -1 : last, slot)
  }
}

function gatherChanges(column: Column, stored: ColumnBuilder, { rows, slots, count }: Changes): Column {
  const from = stored.values as unknown[]
  if (column.physical === 'object') {
    const values: unknown[] = new Array(count)
    for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? from[slots[i]] : column.values[rows[i]]
    return { physical: 'object', values, nulls: null }
  }
  let nulls: Uint8Array | null = null
  if (column.nulls !== null || stored.nulls !== null) {
    nulls = new Uint8Array(count)
    for (let i = 0; i < count; i++) nulls[i] = (rows[i] < 0 ? stored.nulls?.[slots[i]] : column.nulls?.[rows[i]]) ?? 0
  }
  const wide = column.physical === 'exact' && (Array.isArray(column.values) || Array.isArray(stored.values))
  const values = (
    column.physical === 'int32' ? new Int32Array(count) : wide ? new Array(count) : new Float64Array(count)
  ) as unknown[]
  const source = column.values as ArrayLike<unknown>
  for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? from[slots[i]] : source[rows[i]]
  return { physical: column.physical, values, nulls } as unknown as Column
}

function copyCell(column: Column, row: number, target: ColumnBuilder, slot: number): void {
  if (column.physical === 'object') target.values[slot] = column.values[row]
  else if (column.nulls !== null && column.nulls[row] !== 0) target.setNull(slot)
  else if (column.physical === 'exact') target.setExact(slot, column.values[row])
  else {
    target.values[slot] = column.values[row]
    if (target.nulls !== null) target.nulls[slot] = 0
  }
}
