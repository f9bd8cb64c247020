/**
 * What window aggregates keep.
 *
 * | state      | key                 | row                                                                               |
 * |------------|---------------------|-----------------------------------------------------------------------------------|
 * | `windows`  | grouping, slice end | when it fires next, number of rows, end of that window, accumulators              |
 * | `partial`  | grouping, slice end | the same, of rows since the last flush (two-phase plans whose sums round)          |
 * | `merged`   | grouping            | scratch for windows of several slices; empty between calls                        |
 * | `sessions` | grouping, id        | when it fires, number of rows, start, end, accumulators (id = the first row's time) |
 * | `open`     | grouping            | list of the ids of the key's sessions                                             |
 */
import type { AggregateLookup } from '../functions/aggregate/contract.ts'
import type { StateDeclaration } from '../state/contract.ts'
import type { Schema } from '../types/batch.ts'
import { BIGINT, notNull } from '../types/logical-type.ts'
import type { AggregateCall } from './aggregate-call.ts'
import { type AggregateLayout, aggregateLayout, viewDeclarations } from './aggregate-layout.ts'
import type { WindowShape } from './window.ts'

const LONG = notNull(BIGINT)

/** Value columns in front of the accumulators. */
export const LEADING = 3
export const TIMER = 0
export const ROWS = 1
/** End of the window that fires next; of a session its start. */
export const BOUND = 2
/** Sessions have their end as well. */
export const SESSION_LEADING = 4
export const SESSION_END = 3

export interface WindowStateOptions {
  readonly grouping: readonly number[]
  readonly aggregates: readonly AggregateCall[]
  readonly shape: WindowShape
  /** Rows have their window's end as a column already. */
  readonly attached?: boolean
  /** Two-phase as in Flink (window table functions over event time). */
  readonly twoPhase?: boolean
}

export function windowAggregateState(
  options: WindowStateOptions,
  input: Schema,
  lookup: AggregateLookup,
): Record<string, StateDeclaration> {
  const { grouping, aggregates, shape, attached = false } = options
  const layout = aggregateLayout(aggregates, lookup)
  const key = grouping.map((c) => input[c])
  const partitionColumns = key.length
  const id = (name: string) => [...key, { name, type: LONG }]
  const leading = [
    { name: 'timer', type: LONG },
    { name: 'rows', type: LONG },
    { name: 'bound', type: LONG },
  ]
  const table = (name: string, tableKey: Schema, extra: Schema = []): Record<string, StateDeclaration> => ({
    [name]: {
      kind: 'table',
      key: tableKey,
      value: [...leading, ...extra, ...layout.columns],
      partitionColumns,
      timeColumn: 0,
    },
    ...viewDeclarations(layout, `${name}_view`, name, tableKey, partitionColumns),
  })
  if (shape.type === 'session' && !attached) {
    return {
      ...table('sessions', id('id'), [{ name: 'end', type: LONG }]),
      open: { kind: 'list', key, value: [{ name: 'id', type: LONG }], partitionColumns },
    }
  }
  return {
    ...table('windows', id('slice_end')),
    ...(options.twoPhase === true && roundsInMerge(layout) ? table('partial', id('slice_end')) : {}),
    ...(needsMerge(shape, attached) ? table('merged', key) : {}),
  }
}

/** Windows of several slices. */
export function needsMerge(shape: WindowShape, attached: boolean): boolean {
  return shape.type === 'hop' && !attached
}

/** Whether it shows that Flink adds up partial results: in digits, or in the order in which distinct values come together. */
export function roundsInMerge(layout: AggregateLayout): boolean {
  return layout.calls.some(
    ({ kernel, distinct }) => kernel.rounds === true || (distinct !== undefined && kernel.ordered === true),
  )
}
