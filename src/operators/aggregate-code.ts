/**
 * Writes the JavaScript of an operator's aggregate calls: fragments of all kernels spliced into the operator's own loop.
 *
 * Names in generated code: `i` the row of the batch, `s` the slot of its group, `v3`/`m3` values and nulls of input column 3,
 * `a0` accumulator column 0 and `A` the table's value columns, `L[0]` view 0, `r0` the batch's row ids in view 0 and `c0` its counts.
 *
 * Laws
 * - `add` and `retract` are statements for one row; `prepare` must have run for the batch when there are views (`matchViews`).
 * - A filter that is not TRUE, and for most kernels a NULL argument, leaves the accumulator alone.
 */
import type { KernelCode } from '../functions/aggregate/contract.ts'
import type { KeyedList } from '../state/contract.ts'
import { type Batch, batchOf, type Column, ColumnBuilder, type Schema } from '../types/batch.ts'
import { hashMapOrder } from '../types/java-hash.ts'
import { physicalOf, type Value } from '../types/value.ts'
import type { AggregateLayout, CallLayout, ViewLayout } from './aggregate-layout.ts'

/** Result of one call for slot `s` in generated code. */
export interface ResultCode {
  readonly before: string
  readonly value: string
  readonly isNull: string
  /** Expressions that say whether it changed. */
  readonly changed: readonly string[]
  readonly exactChanged: boolean
}

export class AggregateCode {
  readonly layout: AggregateLayout
  private readonly input: Schema
  /** Index of the first accumulator among the table's value columns. */
  private readonly offset: number
  private readonly bound: unknown[] = []
  private readonly names: string[] = []
  private temps = 0

  constructor(layout: AggregateLayout, input: Schema, offset: number) {
    this.layout = layout
    this.input = input
    this.offset = offset
  }

  // ---- Names -----------------------------------------------------------------------------------------------------

  use(value: unknown, hint = 'x'): string {
    const known = this.bound.indexOf(value)
    if (known >= 0) return this.names[known]
    const name = `$${hint}${this.bound.length}`
    this.bound.push(value)
    this.names.push(name)
    return name
  }

  temp(hint = 't'): string {
    return `${hint}_${this.temps++}`
  }

  /** Make the function; `parameters` are its arguments. */
  instantiate<F>(parameters: readonly string[], body: string): F {
    const make = new Function(
      ...this.names,
      `return function (${parameters.join(', ')}) {\n${body}\n}\n//# sourceURL=rivulet/aggregate`,
    )
    return make(...this.bound) as F
  }

  // ---- Prologues -------------------------------------------------------------------------------------------------

  /** `columns` = the batch's columns. */
  loadInput(): string {
    const used = new Set<number>()
    for (const { call } of this.layout.calls) {
      for (const column of call.args) used.add(column)
      if (call.filter !== undefined) used.add(call.filter)
    }
    return [...used]
      .sort((a, b) => a - b)
      .map((c) => `const v${c} = columns[${c}].values, m${c} = columns[${c}].nulls;`)
      .join('\n')
  }

  /** `A` = the table's value columns. */
  loadState(A = 'A', a = 'a'): string {
    return this.layout.columns.map((_, k) => `let ${a}${k} = ${A}[${k + this.offset}].values;`).join('\n')
  }

  /** `L` = lists of the views, `rows` = their row ids for the batch (`matchViews`). */
  loadViews(): string {
    return this.layout.views
      .map((view, v) =>
        view.kind === 'counts'
          ? `const r${v} = rows[${v}], c${v} = L[${v}].values[${view.value.length - 1}].values;`
          : '',
      )
      .join('\n')
  }

  // ---- Rows ------------------------------------------------------------------------------------------------------

  add(): string {
    return this.update('add')
  }
  retract(): string {
    return this.update('retract')
  }

  private update(what: 'add' | 'retract'): string {
    const lines: string[] = []
    // Distinct values first: each is counted once per row, whatever number of calls share it.
    const news = new Map<number, string>()
    for (const [v, view] of this.layout.views.entries()) {
      if (view.distinct !== 'values') continue
      const name = `n${v}_${this.temps++}`
      news.set(v, name)
      lines.push(`const ${name} = ${count(v, what)};`)
    }
    for (const layout of this.layout.calls) {
      lines.push(this.callUpdate(layout, what, layout.distinct === undefined ? undefined : news.get(layout.distinct)))
    }
    return lines.join('\n')
  }

  private callUpdate(layout: CallLayout, what: 'add' | 'retract', distinct: string | undefined): string {
    const { call, kernel } = layout
    const conditions: string[] = []
    if (distinct !== undefined) conditions.push(distinct)
    else {
      if (call.filter !== undefined) conditions.push(this.isTrue(call.filter))
      if ((kernel.nulls ?? 'skip') === 'skip') {
        for (const c of call.args) if (this.input[c].type.nullable) conditions.push(`!(${this.isNull(c)})`)
      }
    }
    const first = this.temp('first')
    const counts = layout.view !== undefined && this.layout.views[layout.view].kind === 'counts'
    const code = this.kernelCode(layout, first)
    const body = what === 'add' ? kernel.add(code) : (kernel.retract?.(code) ?? '')
    if (body.trim() === '' && !counts) return ''
    const counted = counts ? `const ${first} = ${count(layout.view as number, what)};` : ''
    return `${conditions.length === 0 ? '' : `if (${conditions.join(' && ')}) `}{ ${counted} ${body} }`
  }

  /** Set the accumulators of slot `s` to their start. */
  reset(): string {
    return this.layout.calls
      .flatMap(({ kernel, first }) =>
        kernel.accumulators.map(({ type, initial }, k) => {
          const a = `a${first + k}`
          if (physicalOf(type) === 'object') return `${a}[s] = ${initial ?? 'null'};`
          return `${a}[s] = ${initial ?? '0'};`
        }),
      )
      .join(' ')
  }

  /** Whether a fresh slot, all 0 and NULL, needs `reset`. */
  get needsReset(): boolean {
    return this.layout.calls.some(({ kernel }) => kernel.accumulators.some(({ initial }) => initial !== undefined))
  }

  /**
   * Merge slot `t` of the other side (`B`, `b0` …, `M` its views) into slot `s`. Views must have been merged before; calls of
   * distinct values get those that were new by `addDistinct`.
   */
  merge(): string {
    return this.layout.calls
      .filter((layout) => layout.distinct === undefined)
      .map((layout) => `{ ${layout.kernel.merge?.(this.kernelCode(layout, '')) ?? ''} }`)
      .join('\n')
  }

  /** Statements that add the value of row `q` of view v (`D` its columns) to slot `s`, for all calls of its distinct values. */
  addDistinct(v: number): string {
    return this.layout.calls
      .filter((layout) => layout.distinct === v)
      .map((layout) => `{ ${layout.kernel.add(this.distinctCode(layout))} }`)
      .join('\n')
  }

  results(): ResultCode[] {
    return this.layout.calls.map((layout) => {
      const code = this.kernelCode(layout, '')
      const { before = '', value, isNull } = layout.kernel.result(code)
      const changed = layout.kernel.changed?.(code)
      return { before, value, isNull, changed: changed ?? [], exactChanged: changed !== undefined }
    })
  }

  // ---- Pieces ----------------------------------------------------------------------------------------------------

  private isNull(column: number): string {
    return physicalOf(this.input[column].type) === 'object'
      ? `v${column}[i] === null`
      : `m${column} !== null && m${column}[i] !== 0`
  }

  private isTrue(column: number): string {
    return `v${column}[i] !== 0 && !(m${column} !== null && m${column}[i] !== 0)`
  }

  /** Arguments come from a view of distinct values instead of the batch. */
  private distinctCode(layout: CallLayout): KernelCode {
    const { call } = layout
    const list = `L[${layout.view}]`
    const own = layout.view === undefined ? [] : this.layout.views[layout.view].args.map((_, k) => k)
    const isNull = (k: number) =>
      physicalOf(call.argTypes[k]) === 'object'
        ? `(D[${k}].values[q] === null)`
        : `(D[${k}].nulls !== null && D[${k}].nulls[q] !== 0)`
    const counted = layout.view !== undefined && this.layout.views[layout.view].kind === 'counts'
    const countDistinct = this.use(countValue, 'countValue')
    return {
      ...this.kernelCode(layout, counted ? `${countDistinct}(${list}, s, D, q)` : 'true'),
      arg: (k) => `D[${k}].values[q]`,
      isNull,
      append: () => `${list}.append(s, { length: q + 1, columns: D }, ${this.use(own, 'own')}, q);`,
    }
  }

  private kernelCode(layout: CallLayout, first: string): KernelCode {
    const { call, kernel } = layout
    const at = (k: number) => layout.first + k
    const list = `L[${layout.view}]`
    const columns = this.use(call.args, 'args')
    return {
      arg: (k) => `v${call.args[k]}[i]`,
      isNull: (k) => `(${this.isNull(call.args[k])})`,
      acc: (k) => `a${at(k)}[s]`,
      set: (k, expression) => {
        const a = `a${at(k)}`
        if (physicalOf(kernel.accumulators[k].type) !== 'exact') return `${a}[s] = ${expression};`
        const t = this.temp()
        const builder = `A[${at(k) + this.offset}]`
        return `const ${t} = ${expression}; if (typeof ${t} === 'number') ${a}[s] = ${t}; else { ${builder}.setExact(s, ${t}); ${a} = ${builder}.values; }`
      },
      other: (k) => `b${at(k)}[t]`,
      use: (value, hint) => this.use(value, hint),
      temp: (hint) => this.temp(hint),
      view: list,
      slot: 's',
      otherView: `M[${layout.view}]`,
      otherSlot: 't',
      first,
      append: () => `${list}.append(s, batch, ${columns}, i);`,
      take: () => {
        const t = this.temp()
        return `{ const ${t} = ${list}.match(s, batch, ${columns}, i); if (${t} >= 0) ${list}.removeRow(s, ${t}); }`
      },
    }
  }
}

/** A condition: counting the row's value up made it new, or counting it down made it go. */
function count(v: number, what: 'add' | 'retract'): string {
  const n = `c${v}[r${v}[i]]`
  return what === 'add' ? `r${v}[i] >= 0 && ${n}++ === 0` : `r${v}[i] >= 0 && ${n} > 0 && --${n} === 0`
}

/** Count a value in a view by hand; true when it is new. */
function countValue(list: KeyedList, slot: number, columns: readonly Column[], row: number): boolean {
  const last = list.values.length - 1
  const own = Array.from({ length: last }, (_, c) => c)
  let found = list.match(slot, { length: row + 1, columns }, own, row)
  if (found < 0) found = list.append(slot, { length: row + 1, columns }, [...own, -1], row)
  const counts = list.values[last].values as Float64Array
  counts[found]++
  return counts[found] === 1
}

// ---- Views -------------------------------------------------------------------------------------------------------

/** Row ids of a batch in the `counts` views, and what is left of it to do. */
export class ViewRows {
  readonly rows: Int32Array[]
  private readonly views: readonly ViewLayout[]
  private readonly lists: readonly KeyedList[]
  private gate = new Int32Array(0)

  constructor(views: readonly ViewLayout[], lists: readonly KeyedList[]) {
    this.views = views
    this.lists = lists
    this.rows = views.map(() => new Int32Array(0))
  }

  /** Find (or make) the row of each value that counts; `slots` as the groups' lookup gave them. */
  match(batch: Batch, slots: Int32Array): void {
    for (const [v, view] of this.views.entries()) {
      if (view.kind !== 'counts') continue
      if (this.rows[v].length < batch.length) this.rows[v] = new Int32Array(batch.length)
      this.lists[v].matchAll(this.gateOf(view, batch, slots), batch, view.args, this.rows[v], 'update')
    }
  }

  private gateOf(view: ViewLayout, batch: Batch, slots: Int32Array): Int32Array {
    if (view.filter === undefined && !view.skipNulls) return slots
    if (this.gate.length < batch.length) this.gate = new Int32Array(batch.length)
    const { gate } = this
    gate.set(slots.subarray(0, batch.length))
    if (view.filter !== undefined) {
      const { values, nulls } = batch.columns[view.filter]
      for (let i = 0; i < batch.length; i++) {
        if (values[i] === 0 || (nulls !== null && nulls[i] !== 0)) gate[i] = -1
      }
    }
    if (view.skipNulls) {
      for (const c of view.args) {
        const column = batch.columns[c]
        if (column.physical === 'object') {
          for (let i = 0; i < batch.length; i++) if (column.values[i] === null) gate[i] = -1
        } else if (column.nulls !== null) {
          for (let i = 0; i < batch.length; i++) if (column.nulls[i] !== 0) gate[i] = -1
        }
      }
    }
    return gate
  }

  /** After a batch with retractions: drop values that are not there any more. */
  sweep(length: number, slots: Int32Array): void {
    for (const [v, view] of this.views.entries()) {
      if (view.kind !== 'counts') continue
      const counts = this.lists[v].values[view.value.length - 1].values as Float64Array
      for (let i = 0; i < length; i++) {
        const row = this.rows[v][i]
        if (row < 0 || counts[row] !== 0) continue
        this.lists[v].removeRow(slots[i], row)
        // The same row may stand at several places of the batch.
        counts[row] = 1
      }
    }
  }

  /** A group went in the middle of a batch: its values are gone, but their rows stay until `sweep`. */
  clear(slot: number): void {
    for (const [v, view] of this.views.entries()) {
      const list = this.lists[v]
      if (view.kind === 'rows') {
        for (let row = list.first(slot); row >= 0; row = list.first(slot)) list.removeRow(slot, row)
        continue
      }
      const counts = list.values[view.value.length - 1].values as Float64Array
      for (let row = list.first(slot); row >= 0; row = list.next(row)) counts[row] = 0
    }
  }
}

/**
 * Add the views of a group to those of another; `move` when the source is not needed any more.
 * `fresh(v, row)` gets the rows of distinct values that were not there before, in the order in which Flink goes through them.
 */
export function mergeViews(
  views: readonly ViewLayout[],
  target: readonly KeyedList[],
  to: number,
  source: readonly KeyedList[],
  from: number,
  move: boolean,
  fresh: (v: number, row: number) => void,
): void {
  for (const [v, view] of views.entries()) {
    if (view.distinct === 'behind') continue
    if (view.kind === 'rows') {
      if (move && target[v] === source[v]) target[v].moveRows(from, to)
      else copyRows(target[v], to, source[v], from)
      continue
    }
    const last = view.value.length - 1
    const rows: number[] = []
    for (let row = source[v].first(from); row >= 0; row = source[v].next(row)) rows.push(row)
    const cellsOf = (row: number) => source[v].values.map((column) => column.get(row))
    const values = rows.map(cellsOf)
    const order =
      last === 1
        ? hashMapOrder(
            values.map((cells) => cells[0]),
            view.value[0].type,
          )
        : values.map((_, i) => i)
    for (const i of order) {
      const cells = values[i]
      const found = matchValues(target[v], to, cells.slice(0, last), view.value)
      if (found >= 0) {
        const counts = target[v].values[last].values as Float64Array
        counts[found] += Number(cells[last])
        continue
      }
      const row = target[v].appendValues(to, cells)
      if (view.distinct === 'values') fresh(v, row)
    }
    if (move) for (const row of rows) source[v].removeRow(from, row)
  }
}

function copyRows(target: KeyedList, to: number, source: KeyedList, from: number): void {
  for (let row = source.first(from); row >= 0; row = source.next(row)) {
    target.appendValues(
      to,
      source.values.map((column) => column.get(row)),
    )
  }
}

function matchValues(list: KeyedList, slot: number, cells: readonly Value[], schema: Schema): number {
  const batch = singleRow(schema.slice(0, cells.length), cells)
  return list.match(
    slot,
    batch,
    cells.map((_, c) => c),
    0,
  )
}

function singleRow(schema: Schema, cells: readonly Value[]): Batch {
  return batchOf(schema, [cells])
}

/** Columns that results are written to. */
export function outputBuilders(schema: Schema, from: number, count: number, capacity: number): ColumnBuilder[] {
  return schema.slice(from, from + count).map((field) => new ColumnBuilder(field.type, capacity))
}

/** Statements that write result j (`value`, `isNull` expressions) to row `o` of `O[j]`. */
export function storeResult(j: number, type: Schema[number]['type'], value: string, isNull: string): string {
  if (physicalOf(type) === 'object') return `o${j}[o] = ${isNull === 'false' ? value : `${isNull} ? null : ${value}`};`
  const write =
    physicalOf(type) === 'exact'
      ? `if (typeof ${value} === 'number') o${j}[o] = ${value}; else { O[${j}].setExact(o, ${value}); o${j} = O[${j}].values; }`
      : `o${j}[o] = ${value};`
  return isNull === 'false' ? write : `if (${isNull}) O[${j}].setNull(o); else { ${write} }`
}

export function loadOutput(count: number): string {
  return Array.from({ length: count }, (_, j) => `let o${j} = O[${j}].values;`).join('\n')
}
