/**
 * Unbounded GROUP BY.
 *
 * Input      any changelog; retracting rows find their group or are ignored
 * Output     grouping columns, then one column per aggregate: +I at a group's first row, then -U/+U for each row that changes a
 *            result (every row when state expires), -D when retraction leaves a group without rows
 * State      groups: key → number of rows, accumulators; view0 …: values per group of DISTINCT and of retractable aggregates
 * Watermark  passed on
 * Law        after each row the table that the output describes equals GROUP BY over the rows so far
 */

import { builtInAggregates } from '../../functions/aggregate/index.ts'
import type { KeyedList, KeyedTable } from '../../state/contract.ts'
import { type Batch, type Column, ColumnBuilder, gatherColumn, slice } from '../../types/batch.ts'
import { equalityOf } from '../../types/compare.ts'
import { RowKind } from '../../types/row-kind.ts'
import { physicalOf } from '../../types/value.ts'
import { AggregateCode, loadOutput, type ResultCode, storeResult, ViewRows } from '../aggregate-code.ts'
import { aggregateLayout } from '../aggregate-layout.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import { MiniBatchGroupAggregate } from './mini-batch.ts'
import type { GroupAggregateNode } from './node.ts'
import { LEADING } from './state.ts'

type Run = (
  batch: Batch,
  columns: readonly Column[],
  kinds: Uint8Array | null,
  slots: Int32Array,
  A: readonly ColumnBuilder[],
  L: readonly KeyedList[],
  rows: readonly Int32Array[],
  views: ViewRows,
  O: readonly ColumnBuilder[],
  outKinds: Uint8Array,
  source: Int32Array,
) => number

export const groupAggregateRuntime: OperatorRuntime<GroupAggregateNode> = {
  kind: 'group-aggregate',
  create: (node, context) =>
    node.miniBatch === undefined ? new GroupAggregate(node, context) : new MiniBatchGroupAggregate(node, context),
}

class GroupAggregate implements Operator {
  private readonly node: GroupAggregateNode
  private readonly context: OperatorContext
  private readonly groups: KeyedTable
  private readonly lists: readonly KeyedList[]
  private readonly views: ViewRows
  private readonly run: Run
  private slots = new Int32Array(0)

  constructor(node: GroupAggregateNode, context: OperatorContext) {
    this.node = node
    this.context = context
    const layout = aggregateLayout(node.aggregates, context.aggregates ?? builtInAggregates)
    this.groups = context.state.table('groups')
    this.lists = layout.views.map((_, v) => context.state.list(`view${v}`))
    this.views = new ViewRows(layout.views, this.lists)
    this.run = generate(node, new AggregateCode(layout, context.inputs[0], LEADING))
  }

  onBatch(batch: Batch): void {
    const { node, groups } = this
    const { length, columns, kinds } = batch
    if (this.slots.length < length) this.slots = new Int32Array(length)
    const { slots } = this
    groups.lookup(batch, node.grouping, slots, 'update')
    this.views.match(batch, slots)
    const capacity = length * 2
    const results = node.schema.slice(node.grouping.length).map((field) => new ColumnBuilder(field.type, capacity))
    const outKinds = new Uint8Array(capacity)
    const source = new Int32Array(capacity)
    const count = this.run(
      batch,
      columns,
      kinds,
      slots,
      groups.values,
      this.lists,
      this.views.rows,
      this.views,
      results,
      outKinds,
      source,
    )
    if (kinds !== null) this.dropEmptyGroups(length)
    if (count === 0) return
    const output: Batch = {
      length: count,
      columns: [
        ...node.grouping.map((c) => gatherColumn(columns[c], source, count)),
        ...results.map((builder) => builder.column()),
      ],
      kinds: isInsertOnly(outKinds, count) ? null : outKinds,
    }
    this.context.out.emit(count === capacity ? output : slice(output, 0, count))
  }

  /** Groups without rows, and keys that only a retraction asked for. */
  private dropEmptyGroups(length: number): void {
    this.views.sweep(length, this.slots)
    const rows = this.groups.values[0].values
    for (let i = 0; i < length; i++) if (rows[this.slots[i]] === 0) this.groups.remove(this.slots[i])
  }

  onWatermark(watermark: number): void {
    this.context.out.watermark(watermark)
  }

  nextEventTime(): number {
    return Number.POSITIVE_INFINITY
  }
}

function isInsertOnly(kinds: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (kinds[i] !== RowKind.INSERT) return false
  return true
}

function generate(node: GroupAggregateNode, code: AggregateCode): Run {
  const types = node.aggregates.map((call) => call.type)
  const keeps = node.state.groups?.kind === 'table' && (node.state.groups.ttlMs ?? 0) > 0
  const before = code.results()
  const after = code.results()
  const all = (results: readonly ResultCode[]) => results.map((r) => r.before).join('\n')
  const write = (prefix: 'p' | 'n', kind: number) =>
    `${types.map((type, j) => storeResult(j, type, `${prefix}${j}`, nullOf(prefix, j))).join('\n')}
     K[o] = ${kind}; source[o++] = i;`
  const nullOf = (prefix: string, j: number) => (after[j].isNull === 'false' ? 'false' : `${prefix}z${j}`)
  const zero = (j: number) => (physicalOf(types[j]) === 'object' ? 'null' : '0')
  const retracts = node.inputRetracts
  const body = `
    const K = outKinds, R = A[0].values, length = batch.length;
    ${code.loadInput()}
    ${code.loadState()}
    ${code.loadViews()}
    ${loadOutput(types.length)}
    let o = 0;
    for (let i = 0; i < length; i++) {
      const s = slots[i];
      const first = R[s] === 0;
      ${retracts ? 'const retract = kinds !== null && (kinds[i] === 1 || kinds[i] === 3); if (first && retract) continue;' : ''}
      ${types.map((_, j) => `let p${j} = ${zero(j)}, pz${j} = false;`).join(' ')}
      ${before.flatMap((r, j) => r.changed.map((_, q) => `let pq${j}_${q} = 0;`)).join(' ')}
      if (!first) {
        ${all(before)}
        ${before.map((r, j) => `p${j} = ${r.value};${r.isNull === 'false' ? '' : ` pz${j} = ${r.isNull};`}`).join(' ')}
        ${before.flatMap((r, j) => r.changed.map((e, q) => `pq${j}_${q} = ${e};`)).join(' ')}
      }${code.needsReset ? ` else { ${code.reset()} }` : ''}
      ${
        retracts
          ? `if (retract) { ${code.retract()}
               if (--R[s] === 0) { ${code.reset()} views.clear(s); ${write('p', RowKind.DELETE)} continue; }
             } else { ${code.add()} R[s]++; }`
          : `${code.add()} R[s] = 1;`
      }
      ${all(after)}
      ${after.map((r, j) => `const n${j} = ${r.value}${r.isNull === 'false' ? '' : `, nz${j} = ${r.isNull}`};`).join(' ')}
      if (first) { ${write('n', RowKind.INSERT)} continue; }
      ${keeps ? '' : `if (${types.map((type, j) => same(code, after[j], type, j)).join(' && ') || 'true'}) continue;`}
      ${node.emitUpdateBefore ? write('p', RowKind.UPDATE_BEFORE) : ''}
      ${write('n', RowKind.UPDATE_AFTER)}
    }
    return o;`
  return code.instantiate<Run>(
    ['batch', 'columns', 'kinds', 'slots', 'A', 'L', 'rows', 'views', 'O', 'outKinds', 'source'],
    body,
  )
}

/** A condition: the result of call j is what it was. */
function same(
  code: AggregateCode,
  result: ResultCode,
  type: GroupAggregateNode['schema'][number]['type'],
  j: number,
): string {
  if (result.exactChanged) return result.changed.map((e, q) => `pq${j}_${q} === ${e}`).join(' && ') || 'true'
  const equal =
    physicalOf(type) === 'object' && type.kind !== 'VARCHAR' && type.kind !== 'CHAR'
      ? `${code.use(equalityOf(type), 'equal')}(p${j}, n${j})`
      : `p${j} === n${j}`
  return result.isNull === 'false' ? equal : `(pz${j} === nz${j} && (nz${j} || ${equal}))`
}
