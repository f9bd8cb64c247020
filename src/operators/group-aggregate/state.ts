/** What a group aggregate keeps: one row per group with its number of rows and its accumulators. */
import type { AggregateLookup } from '../../functions/aggregate/contract.ts'
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { BIGINT, notNull } from '../../types/logical-type.ts'
import { aggregateLayout, viewDeclarations } from '../aggregate-layout.ts'
import type { GroupAggregateNode } from './node.ts'

/** Value columns in front of the accumulators: `rows`, 0 while the group has emitted nothing. */
export const LEADING = 1

export function groupAggregateState(
  node: Pick<GroupAggregateNode, 'grouping' | 'aggregates'>,
  input: Schema,
  lookup: AggregateLookup,
  ttlMs?: number,
): Record<string, StateDeclaration> {
  const layout = aggregateLayout(node.aggregates, lookup)
  const key = node.grouping.map((c) => input[c])
  return {
    groups: {
      kind: 'table',
      key,
      value: [{ name: 'rows', type: notNull(BIGINT) }, ...layout.columns],
      partitionColumns: key.length,
      ttlMs,
    },
    ...viewDeclarations(layout, 'view', 'groups', key, key.length, ttlMs),
  }
}
