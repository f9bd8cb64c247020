/**
 * What an OVER aggregate keeps.
 *
 * Laws
 * - `groups` has per partition key the accumulators, and for bounded frames the time that fired last and the time at which
 *   everything may be forgotten.
 * - `times` has the moments at which a key has something to do; `pending` the rows that wait for one of them.
 * - `rows` has all rows of a key where values give the order: any of them may get another result.
 * - `frame` has the rows that are in the accumulators and leave them again: their time and what the aggregates read.
 */
import type { AggregateLookup } from '../../functions/aggregate/contract.ts'
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, notNull, timestamp, withoutAttribute } from '../../types/logical-type.ts'
import { aggregateLayout, viewDeclarations } from '../aggregate-layout.ts'
import type { OverAggregateNode } from './node.ts'

/** Value columns in front of the accumulators: `used`, `last`, `forget`. */
export const LEADING = 3

export function overAggregateState(
  { window, aggregates }: Pick<OverAggregateNode, 'window' | 'aggregates'>,
  input: Schema,
  lookup: AggregateLookup,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const layout = aggregateLayout(aggregates, lookup)
  const key = window.partition.map((c) => input[c])
  const partitionColumns = key.length
  const instant = notNull(timestamp(3))
  const long = notNull(BIGINT)
  const state: Record<string, StateDeclaration> = {
    groups: {
      kind: 'table',
      key,
      value: [
        { name: 'used', type: long },
        { name: 'last', type: long },
        { name: 'forget', type: long },
        ...layout.columns,
      ],
      partitionColumns,
      ttlMs,
    },
    ...viewDeclarations(layout, 'view', 'groups', key, partitionColumns, ttlMs),
  }
  if (window.time === 'value') {
    state.rows = { kind: 'list', table: 'groups', key, partitionColumns, value: plain(input), ttlMs }
  }
  if (waits(window)) {
    const at = [...key, { name: 'at', type: instant }]
    state.times = {
      kind: 'table',
      key: at,
      value: [{ name: 'due', type: instant }],
      partitionColumns,
      timeColumn: 0,
    }
    state.pending = {
      kind: 'list',
      table: 'times',
      key: at,
      partitionColumns,
      value: plain(input),
    }
  }
  if (window.frame.preceding !== undefined) {
    state.frame = {
      kind: 'list',
      table: 'groups',
      key,
      partitionColumns,
      value: [{ name: 'at', type: instant }, ...readColumns(aggregates).map((c) => input[c])],
      ttlMs,
    }
  }
  return state
}

function plain(input: Schema): Schema {
  return input.map(({ name, type }) => ({ name, type: withoutAttribute(type) }))
}

/** Do rows wait: for the watermark, or for the end of their millisecond? */
export function waits({ time, frame }: OverAggregateNode['window']): boolean {
  return time === 'rowtime' || (time === 'proctime' && frame.unit === 'range' && frame.preceding !== undefined)
}

/** Input columns that the aggregates read, ascending. */
export function readColumns(aggregates: OverAggregateNode['aggregates']): readonly number[] {
  const read = new Set(aggregates.flatMap(({ args, filter }) => (filter === undefined ? args : [...args, filter])))
  return [...read].sort((a, b) => a - b)
}
