/**
 * LATERAL TABLE and UNNEST.
 *
 * Input      any changelog
 * Output     the input's columns, then those of the function; a row of the function has the kind of the row that it is for
 * State      none
 * Watermark  passed on
 * Law        output = for each input row in order, the rows that the function gives for it and the condition accepts, in the
 *            function's order; with `left`, and where there is none, the row itself with NULLs
 */

import { failure } from '../../base/errors.ts'
import { callFailure, callSite } from '../../expr/call.ts'
import { compilePredicate, compileScalar } from '../../expr/compile.ts'
import type { Expr } from '../../expr/expr.ts'
import type { TableFunction } from '../../expr/table-function.ts'
import { type Batch, ColumnBuilder, gather, gatherColumn, valueAt } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { argumentsOf, type CorrelateNode, type TableCall } from './node.ts'
import { unnester } from './unnest.ts'

/** Rows at which output is handed on in the middle of an input batch: a few rows may have very many partners. */
const PIECE = 8192

export const correlateRuntime: OperatorRuntime<CorrelateNode> = {
  kind: 'correlate',
  create: (node, context) => new Correlate(node, context),
}

class Correlate implements Operator {
  private readonly node: CorrelateNode
  private readonly context: OperatorContext
  private readonly args: readonly ((batch: Batch) => Batch['columns'][number])[]
  private readonly types: readonly Expr[]
  private readonly evaluate: (...args: Value[]) => void
  private readonly accepts: ((batch: Batch, rows: Int32Array) => number) | undefined
  private builders: ColumnBuilder[] = []
  private source = new Int32Array(256)
  private row = 0
  private count = 0

  constructor(node: CorrelateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const { functions: lookup, evaluation, expressions: mode } = context
    this.types = argumentsOf(node.table)
    const spec = { input: context.inputs[0], lookup, context: evaluation, mode }
    this.args = this.types.map((arg) => compileScalar(arg, spec))
    this.evaluate = evaluator(node.table, context, (row) => this.take(row))
    if (node.condition !== undefined) {
      this.accepts = compilePredicate(node.condition, { ...spec, input: node.schema })
    }
  }

  onBatch(batch: Batch): void {
    const columns = this.args.map((arg) => arg(batch))
    const pads = this.node.joinType === 'left' && this.accepts === undefined
    this.begin()
    const values: Value[] = new Array(columns.length)
    for (let row = 0; row < batch.length; row++) {
      this.row = row
      const before = this.count
      for (let a = 0; a < columns.length; a++) values[a] = valueAt(columns[a], this.types[a].type, row)
      this.evaluate(...values)
      if (pads && this.count === before) this.pad()
      if (this.count >= PIECE) {
        this.handOn(batch, row + 1)
        this.begin(row + 1)
      }
    }
    this.handOn(batch, batch.length)
  }

  private first = 0
  private begin(first = 0): void {
    this.first = first
    this.count = 0
    this.builders = this.node.table.columns.map(({ type }) => new ColumnBuilder(type, 256))
  }

  private take(row: readonly Value[]): void {
    const at = this.place()
    for (let c = 0; c < this.builders.length; c++) {
      this.builders[c].reserve(at + 1)
      this.builders[c].set(at, row[c])
    }
  }

  private pad(): void {
    const at = this.place()
    for (const builder of this.builders) {
      builder.reserve(at + 1)
      builder.setNull(at)
    }
  }

  private place(): number {
    if (this.count === this.source.length) {
      const grown = new Int32Array(this.count * 2)
      grown.set(this.source)
      this.source = grown
    }
    this.source[this.count] = this.row
    return this.count++
  }

  /** Hand on the rows made of input rows `first` … `end` − 1. */
  private handOn(batch: Batch, end: number): void {
    const { count, source, node } = this
    const joined = this.joined(batch, source, count)
    if (this.accepts === undefined) {
      if (count > 0) this.context.out.emit(joined)
      return
    }
    const rows = new Int32Array(count)
    const accepted = count === 0 ? 0 : this.accepts(joined, rows)
    if (node.joinType === 'inner') {
      if (accepted > 0) this.context.out.emit(accepted === count ? joined : gather(joined, rows, accepted))
      return
    }
    // Rows without an accepted partner get their place between the others: the table once more, padded.
    const old = this.builders
    this.builders = node.table.columns.map(({ type }) => new ColumnBuilder(type, accepted + end - this.first))
    const from = source.slice(0, count)
    this.count = 0
    let next = 0
    for (let row = this.first; row < end; row++) {
      this.row = row
      const before = this.count
      for (; next < accepted && from[rows[next]] === row; next++) {
        this.take(old.map((builder) => builder.get(rows[next])))
      }
      if (this.count === before) this.pad()
    }
    if (this.count > 0) this.context.out.emit(this.joined(batch, this.source, this.count))
  }

  private joined(batch: Batch, source: Int32Array, count: number): Batch {
    const { kinds } = batch
    let outKinds: Uint8Array | null = null
    if (kinds !== null) {
      const gathered = new Uint8Array(count)
      let any = 0
      for (let i = 0; i < count; i++) any |= gathered[i] = kinds[source[i]]
      if (any !== 0) outKinds = gathered
    }
    return {
      length: count,
      columns: [
        ...batch.columns.map((column) => gatherColumn(column, source, count)),
        ...this.builders.map((builder) => builder.column()),
      ],
      kinds: outKinds,
    }
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }
}

function evaluator(
  table: TableCall,
  context: OperatorContext,
  emit: (row: readonly Value[]) => void,
): (...args: Value[]) => void {
  if (table.kind === 'unnest') return unnester(table, emit)
  if (table.kind === 'replicate') {
    return (times) => {
      for (let n = Number(times ?? 0); n > 0; n--) emit([])
    }
  }
  const { call } = table
  const fn: TableFunction | undefined = context.functions.table?.(call.fn)
  if (fn === undefined) throw failure('FUNCTION_NOT_FOUND', { name: call.fn }, { span: call.span })
  const evaluate = fn.prepare(callSite(call, context.evaluation), emit)
  return (...args) => {
    try {
      evaluate(...args)
    } catch (error) {
      throw callFailure(error, call, args, context.evaluation)
    }
  }
}
