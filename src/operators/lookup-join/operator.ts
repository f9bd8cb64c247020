/**
 * Lookup join: the rows of a table that belong to each input row, asked for one by one.
 *
 * Input      any changelog
 * Output     the input's columns, those of the table; the kind is that of the input row. Rows of one lookup in the order in
 *            which the connector gives them; LEFT pads a row that has none with NULLs
 * State      none: a row is joined with the table as it is when the row comes
 * Watermark  passed on
 * Law        one lookup per row and no cache; a NULL in the key finds nothing
 */
import { failure } from '../../base/errors.ts'
import type { LookupReader } from '../../connectors/contract.ts'
import { compileCalc, compilePredicate, compileScalar } from '../../expr/compile.ts'
import { type Batch, type Column, ColumnBuilder, gatherColumn, valueAt } from '../../types/batch.ts'
import { physicalOf } from '../../types/value.ts'
import type { Counter, Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { gatherPadded } from '../joined-rows.ts'
import type { LookupJoinNode } from './node.ts'

export const lookupJoinRuntime: OperatorRuntime<LookupJoinNode> = {
  kind: 'lookup-join',
  create: (node, context) => new LookupJoin(node, context),
}

class LookupJoin implements Operator {
  private readonly node: LookupJoinNode
  private readonly context: OperatorContext
  private readonly keys: readonly ((batch: Batch) => Column)[]
  private readonly project: (batch: Batch) => Batch | null
  private readonly condition: ((batch: Batch, rows: Int32Array) => number) | undefined
  private readonly nullKeys: Counter
  private readonly reader: LookupReader

  constructor(node: LookupJoinNode, context: OperatorContext) {
    this.node = node
    this.context = context
    this.nullKeys = context.counter('leftNumNullKeys')
    const [input] = context.inputs
    const common = { lookup: context.functions, context: context.evaluation, mode: context.expressions }
    this.keys = node.keys.map(({ value }) => compileScalar(value, { input, ...common }))
    const calc = compileCalc({ input: node.produced, projections: node.projections, ...common })
    this.project = (batch) => calc.run(batch)
    if (node.condition !== undefined) {
      this.condition = compilePredicate(node.condition, { input: node.schema, ...common })
    }
    const reader = context.tables.source(node.table).createLookup?.({
      host: context.host,
      produced: node.produced,
      keys: node.keys.map(({ column }) => column),
    })
    if (reader === undefined) {
      throw failure('RUNTIME_OPERATOR_FAILED', { operator: node.description, detail: 'the table gives no lookups' })
    }
    this.reader = reader
  }

  open(): Promise<void> {
    return this.reader.open()
  }

  close(): Promise<void> {
    return this.reader.close()
  }

  onBatch(batch: Batch): void {
    const { node } = this
    const { length } = batch
    const keys = this.keys.map((key) => key(batch))
    const builders = node.produced.map((column) => new ColumnBuilder(column.type, length))
    let source = new Int32Array(length)
    let count = 0
    for (let i = 0; i < length; i++) {
      const key = node.keys.map(({ value }, k) => valueAt(keys[k], value.type, i))
      if (key.includes(null)) {
        this.nullKeys.add(1)
        continue
      }
      const found = this.reader.lookup(key)
      if (found instanceof Promise) {
        throw failure('RUNTIME_OPERATOR_FAILED', {
          operator: node.description,
          detail: 'the connector answers lookups asynchronously, which is not supported',
        })
      }
      if (count + found.length > source.length) {
        const grown = new Int32Array(Math.max(source.length * 2, count + found.length))
        grown.set(source)
        source = grown
      }
      for (let f = 0; f < found.length; f++) source[count + f] = i
      builders.forEach((builder, c) => {
        builder.reserve(count + found.length)
        for (let f = 0; f < found.length; f++) builder.set(count + f, valueAt(found.columns[c], builder.type, f))
      })
      count += found.length
    }
    this.emit(batch, source, builders, count)
  }

  private emit(batch: Batch, source: Int32Array, builders: readonly ColumnBuilder[], count: number): void {
    const { node } = this
    const produced: Batch = { length: count, columns: builders.map((builder) => builder.column()), kinds: null }
    const right = (count === 0 ? undefined : this.project(produced)?.columns) ?? node.projections.map(emptyColumn)
    const passed = this.accepted(batch, source, right, count)
    // Places of the output: input row, and row of `right` or −1.
    const padded = node.joinType === 'left'
    const capacity = passed.length + (padded ? batch.length : 0)
    const own = new Int32Array(capacity)
    const other = new Int32Array(capacity)
    let total = 0
    let next = 0
    for (let i = 0; i < batch.length; i++) {
      const before = total
      for (; next < passed.length && source[passed[next]] === i; next++) {
        own[total] = i
        other[total++] = passed[next]
      }
      if (padded && total === before) {
        own[total] = i
        other[total++] = -1
      }
    }
    if (total === 0) return
    const { kinds } = batch
    let outKinds: Uint8Array | null = null
    if (kinds !== null) {
      outKinds = new Uint8Array(total)
      let any = 0
      for (let o = 0; o < total; o++) any |= outKinds[o] = kinds[own[o]]
      if (any === 0) outKinds = null
    }
    const columns = [
      ...batch.columns.map((column) => gatherColumn(column, own, total)),
      ...right.map((column) => gatherPadded(column, other, total, padded)),
    ]
    this.context.out.emit({ length: total, columns, kinds: outKinds })
  }

  /** The looked up rows that fulfil the condition. */
  private accepted(batch: Batch, source: Int32Array, right: readonly Column[], count: number): Int32Array {
    const rows = new Int32Array(count)
    if (this.condition === undefined || count === 0) {
      for (let i = 0; i < count; i++) rows[i] = i
      return rows
    }
    const columns = [...batch.columns.map((column) => gatherColumn(column, source, count)), ...right]
    return rows.subarray(0, this.condition({ length: count, columns, kinds: null }, rows))
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }
}

function emptyColumn({ type }: LookupJoinNode['projections'][number]): Column {
  const physical = physicalOf(type)
  if (physical === 'object') return { physical, values: [], nulls: null }
  if (physical === 'int32') return { physical, values: new Int32Array(0), nulls: null }
  return { physical, values: new Float64Array(0), nulls: null }
}
