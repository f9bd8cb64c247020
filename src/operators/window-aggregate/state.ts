import type { AggregateLookup } from '../../functions/aggregate/contract.ts'
import type { StateDeclaration } from '../../state/contract.ts'
import type { Schema } from '../../types/batch.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import { windowAggregateState } from '../window-state.ts'
import type { WindowAggregateNode } from './node.ts'

type Planned = Pick<WindowAggregateNode, 'grouping' | 'aggregates' | 'windowing' | 'partialSums'>

/** What a window aggregate keeps. */
export function windowAggregateNodeState(
  node: Planned,
  input: Schema,
  lookup: AggregateLookup,
): Record<string, StateDeclaration> {
  const { aggregates, windowing } = node
  return windowAggregateState(
    {
      grouping: stateGrouping(node),
      aggregates,
      shape: windowing.window.shape,
      attached: windowing.kind === 'attached',
      twoPhase: isTwoPhase(node, lookup),
    },
    input,
    lookup,
  )
}

/** Sessions of another operator need their start beside their end. */
export function stateGrouping({ grouping, windowing }: Omit<Planned, 'partialSums'>): readonly number[] {
  return windowing.kind === 'attached' &&
    windowing.window.shape.type === 'session' &&
    windowing.startColumn !== undefined
    ? [...grouping, windowing.startColumn]
    : grouping
}

/**
 * Flink splits a window aggregate over event time in two phases when all its functions can be merged; sessions never. Ours
 * does where the points of handing over are known (`partialSums`).
 */
export function isTwoPhase({ aggregates, windowing, partialSums }: Planned, lookup: AggregateLookup): boolean {
  const { window } = windowing
  if (!partialSums) return false
  if (window.time !== 'rowtime' || window.shape.type === 'session') return false
  return aggregates.every((call: AggregateCall) => lookup(call.fn, call.user === true)?.merges === true)
}
