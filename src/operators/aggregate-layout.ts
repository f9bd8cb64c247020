/**
 * Where the accumulators of an operator's aggregate calls lie in its state: the planner declares state with it, operators and
 * generated code find it again.
 *
 * Laws
 * - The layout follows from the calls alone; calls of the same arguments and filter share one view of distinct values.
 * - A view hangs on the table of the groups (`ListStateDeclaration.table`); its key is the table's.
 */
import { failure } from '../base/errors.ts'
import type { AggregateKernel, AggregateLookup, AggregateView } from '../functions/aggregate/contract.ts'
import type { ListStateDeclaration, StateDeclaration } from '../state/contract.ts'
import type { Schema } from '../types/batch.ts'
import { BIGINT, notNull, withoutAttribute } from '../types/logical-type.ts'
import type { AggregateCall } from './aggregate-call.ts'

export interface CallLayout {
  readonly call: AggregateCall
  readonly kernel: AggregateKernel
  /** Index of its first accumulator among the layout's columns. */
  readonly first: number
  /** Indices into `views`. */
  readonly distinct?: number
  readonly view?: number
}

export interface ViewLayout {
  /** Name within the operator's state: `<prefix>0`, `<prefix>1`, … */
  readonly kind: AggregateView['kind']
  /** Values of DISTINCT calls, or of rows that reach such a call only when their value is new. */
  readonly distinct: 'values' | 'behind' | 'no'
  /** Input columns of the values. */
  readonly args: readonly number[]
  readonly filter?: number
  /** Rows with a NULL argument have no place in it. */
  readonly skipNulls: boolean
  readonly value: Schema
}

export interface AggregateLayout {
  readonly calls: readonly CallLayout[]
  /** Accumulator columns of all calls. */
  readonly columns: Schema
  readonly views: readonly ViewLayout[]
}

const COUNT_COLUMN = { name: 'n', type: notNull(BIGINT) }

export function aggregateLayout(calls: readonly AggregateCall[], lookup: AggregateLookup): AggregateLayout {
  const columns: Schema[number][] = []
  const views: ViewLayout[] = []
  const distincts = new Map<string, number>()
  const layouts = calls.map((call, i): CallLayout => {
    const fn = lookup(call.fn, call.user === true)
    if (fn === undefined) throw failure('FUNCTION_NOT_FOUND', { name: call.fn })
    const argTypes = call.argTypes.map(withoutAttribute)
    const kernel = fn.prepare({ argTypes, type: call.type, retract: call.retract, clauses: call.clauses ?? {} })
    const skipNulls = (kernel.nulls ?? 'skip') === 'skip'
    const first = columns.length
    for (const { name, type } of kernel.accumulators)
      columns.push({ name: `${call.fn.toLowerCase()}_${i}_${name}`, type })
    let distinct: number | undefined
    if (call.distinct && fn.ignoresDistinct !== true) {
      const key = `${call.args.join()}|${call.filter ?? ''}|${skipNulls}`
      distinct = distincts.get(key)
      if (distinct === undefined) {
        const value = call.args.map((_, k) => ({ name: `v${k}`, type: argTypes[k] }))
        distinct =
          views.push({
            kind: 'counts',
            distinct: 'values',
            args: call.args,
            filter: call.filter,
            skipNulls,
            value: [...value, COUNT_COLUMN],
          }) - 1
        distincts.set(key, distinct)
      }
    }
    let view: number | undefined
    if (kernel.view !== undefined) {
      const { kind, columns: own } = kernel.view
      const value = kind === 'counts' ? [...own, COUNT_COLUMN] : [...own]
      view =
        views.push({
          kind,
          distinct: distinct === undefined ? 'no' : 'behind',
          args: call.args.slice(0, own.length),
          filter: call.filter,
          skipNulls,
          value,
        }) - 1
    }
    return { call, kernel, first, distinct, view }
  })
  return { calls: layouts, columns, views }
}

/** Declarations of a layout's views, named `<prefix>0`, `<prefix>1`, … */
export function viewDeclarations(
  layout: AggregateLayout,
  prefix: string,
  table: string,
  key: Schema,
  partitionColumns: number,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  return Object.fromEntries(
    layout.views.map((view, i): [string, ListStateDeclaration] => [
      `${prefix}${i}`,
      {
        kind: 'list',
        table,
        key,
        partitionColumns,
        value: view.value,
        identity: view.kind === 'counts' ? view.value.map((_, c) => c).slice(0, -1) : undefined,
        ttlMs,
      },
    ]),
  )
}
