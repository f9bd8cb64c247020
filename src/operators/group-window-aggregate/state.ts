import type { AggregateLookup } from '../../functions/aggregate/contract.ts'
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import { windowAggregateState } from '../window-state.ts'
import type { GroupWindowAggregateNode } from './node.ts'

/** What a group window aggregate keeps. */
export function groupWindowAggregateState(
  { grouping, aggregates, window }: Pick<GroupWindowAggregateNode, 'grouping' | 'aggregates' | 'window'>,
  input: Schema,
  lookup: AggregateLookup,
): Record<string, StateDeclaration> {
  return windowAggregateState({ grouping, aggregates, shape: window.shape }, input, lookup)
}
