/** Generated code over the accumulators of slots: adding rows, merging slots, reading results. */
import type { KeyedList, KeyedTable } from '../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gatherColumn } from '../types/batch.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { type AggregateCode, loadOutput, mergeViews, storeResult, ViewRows } from './aggregate-code.ts'

/** A table of accumulators with the lists of its views. */
export interface Accumulators {
  readonly table: KeyedTable
  readonly lists: readonly KeyedList[]
  readonly views: ViewRows
}

export class SlotCode {
  private readonly code: AggregateCode
  private readonly calls: readonly AggregateCall[]
  private readonly retracts: boolean
  private readonly rowsColumn: number
  private readonly addRows: (
    batch: Batch,
    columns: readonly Column[],
    from: number,
    to: number,
    slots: Int32Array,
    A: readonly ColumnBuilder[],
    L: readonly KeyedList[],
    rows: readonly Int32Array[],
  ) => void
  private readonly mergeSlot: (
    A: readonly ColumnBuilder[],
    L: readonly KeyedList[],
    s: number,
    B: readonly ColumnBuilder[],
    M: readonly KeyedList[],
    t: number,
  ) => void
  /** Per view of distinct values. */
  private readonly addDistinct: readonly ((
    A: readonly ColumnBuilder[],
    L: readonly KeyedList[],
    s: number,
    D: readonly Column[],
    q: number,
  ) => void)[]
  private readonly resetSlot: (A: readonly ColumnBuilder[], s: number) => void
  private readonly readResults: (
    A: readonly ColumnBuilder[],
    L: readonly KeyedList[],
    slots: Int32Array,
    count: number,
    O: readonly ColumnBuilder[],
    picked: Int32Array,
  ) => number

  private readonly readEvery: SlotCode['readResults']

  /** @param rowsColumn the value column that counts a slot's rows (kept only with `retracts`) */
  constructor(code: AggregateCode, calls: readonly AggregateCall[], retracts: boolean, rowsColumn: number) {
    this.rowsColumn = rowsColumn
    this.code = code
    this.calls = calls
    this.retracts = retracts
    this.addRows = this.generateAdd()
    this.mergeSlot = this.generateMerge()
    this.addDistinct = code.layout.views.map((_, v) =>
      code.instantiate(['A', 'L', 's', 'D', 'q'], `${code.loadState()}\n${code.addDistinct(v)}`),
    )
    this.resetSlot = code.instantiate(['A', 's'], `${code.loadState()}\n${code.reset()}`)
    this.readResults = this.generateResults(false)
    this.readEvery = retracts ? this.generateResults(true) : this.readResults
  }

  get needsReset(): boolean {
    return this.code.needsReset
  }

  reset({ table }: Accumulators, slot: number): void {
    if (this.code.needsReset) this.resetSlot(table.values, slot)
  }

  /** Add rows `from` … `to` − 1 of a batch to their slots (−1 = no slot). */
  add({ table, lists, views }: Accumulators, batch: Batch, slots: Int32Array, from: number, to: number): void {
    this.addRows(batch, batch.columns, from, to, slots, table.values, lists, views.rows)
  }

  /** Add what slot `t` of `from` has to slot `s` of `into`; `move`: it is not needed any more. */
  merge(into: Accumulators, s: number, from: Accumulators, t: number, move: boolean): void {
    mergeViews(this.code.layout.views, into.lists, s, from.lists, t, move, (v, row) => {
      const columns = into.lists[v].values.map((builder) => builder.column())
      this.addDistinct[v](into.table.values, into.lists, s, columns, row)
    })
    this.mergeSlot(into.table.values, into.lists, s, from.table.values, from.lists, t)
  }

  /** The results of slots that have rows; `picked` gets those slots. */
  results({ table, lists }: Accumulators, slots: Int32Array, picked: Int32Array): { columns: Column[]; count: number } {
    const builders = this.calls.map(({ type }) => new ColumnBuilder(type, slots.length))
    const count = this.readResults(table.values, lists, slots, slots.length, builders, picked)
    return { columns: builders.map((builder) => builder.column()), count }
  }

  /** The results of all those slots, with or without rows. */
  readAll({ table, lists }: Accumulators, slots: Int32Array): Column[] {
    const builders = this.calls.map(({ type }) => new ColumnBuilder(type, slots.length))
    this.readEvery(table.values, lists, slots, slots.length, builders, new Int32Array(slots.length))
    return builders.map((builder) => builder.column())
  }

  private generateAdd() {
    const { code } = this
    const row = this.retracts
      ? `if (kinds !== null && (kinds[i] === 1 || kinds[i] === 3)) { ${code.retract()} R[s]--; } else { ${code.add()} R[s]++; }`
      : code.add()
    return code.instantiate<SlotCode['addRows']>(
      ['batch', 'columns', 'from', 'to', 'slots', 'A', 'L', 'rows'],
      `const kinds = batch.kinds, R = A[${this.rowsColumn}].values;
       ${code.loadInput()}
       ${code.loadState()}
       ${code.loadViews()}
       for (let i = from; i < to; i++) {
         const s = slots[i];
         if (s < 0) continue;
         ${row}
       }`,
    )
  }

  private generateMerge() {
    const { code } = this
    return code.instantiate<SlotCode['mergeSlot']>(
      ['A', 'L', 's', 'B', 'M', 't'],
      `${code.loadState()}
       ${code.loadState('B', 'b')}
       A[${this.rowsColumn}].values[s] += B[${this.rowsColumn}].values[t];
       ${code.merge()}`,
    )
  }

  private generateResults(every: boolean) {
    const { code, calls } = this
    const results = code.results()
    return code.instantiate<SlotCode['readResults']>(
      ['A', 'L', 'slots', 'count', 'O', 'picked'],
      `const R = A[${this.rowsColumn}].values;
       ${code.loadState()}
       ${loadOutput(calls.length)}
       let o = 0;
       for (let i = 0; i < count; i++) {
         const s = slots[i];
         ${this.retracts && !every ? 'if (R[s] === 0) continue;' : ''}
         ${results.map((r) => r.before).join('\n')}
         ${results.map((r, j) => `const n${j} = ${r.value}, z${j} = ${r.isNull};`).join(' ')}
         ${calls.map(({ type }, j) => storeResult(j, type, `n${j}`, results[j].isNull === 'false' ? 'false' : `z${j}`)).join('\n')}
         picked[o++] = s;
       }
       return o;`,
    )
  }
}

export function accumulators(table: KeyedTable, lists: readonly KeyedList[], code: AggregateCode): Accumulators {
  return { table, lists, views: new ViewRows(code.layout.views, lists) }
}

/** Columns of a table's keys for some of its slots. */
export function keyColumns(table: KeyedTable, keys: number, slots: Int32Array, count: number): Column[] {
  return table.keys.slice(0, keys).map((builder) => gatherColumn(builder.column(), slots, count))
}

/** A column of times. */
export function timeColumn(count: number, at: (i: number) => number): Column {
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = at(i)
  return { physical: 'exact', values, nulls: null }
}
