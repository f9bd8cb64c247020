/**
 * State of a node, as its operator's folder declares it.
 *
 * Law: the operator knows what it keeps; the planner only asks, with the node and the schemas in front of it.
 */
import type { AggregateFunction, AggregateLookup } from '../functions/aggregate/contract.ts'
import { changelogNormalizeState } from '../operators/changelog-normalize/state.ts'
import { deduplicateState } from '../operators/deduplicate/state.ts'
import { groupAggregateState } from '../operators/group-aggregate/state.ts'
import { groupWindowAggregateState } from '../operators/group-window-aggregate/state.ts'
import { intervalJoinState } from '../operators/interval-join/state.ts'
import { joinState } from '../operators/join/state.ts'
import { matchState } from '../operators/match/state.ts'
import type { PlanNode } from '../operators/nodes.ts'
import { overAggregateState } from '../operators/over-aggregate/state.ts'
import { rankState } from '../operators/rank/state.ts'
import { SOURCE_SCAN_STATE } from '../operators/source-scan/state.ts'
import { temporalJoinState } from '../operators/temporal-join/state.ts'
import { temporalSortState } from '../operators/temporal-sort/state.ts'
import { VALUES_STATE } from '../operators/values/state.ts'
import { windowAggregateNodeState } from '../operators/window-aggregate/state.ts'
import { windowJoinState } from '../operators/window-join/state.ts'
import { windowRankState } from '../operators/window-rank/state.ts'
import { windowTableFunctionState } from '../operators/window-table-function/state.ts'
import type { StateDeclaration } from '../state/contract.ts'
import type { Schema } from '../types/batch.ts'
import type { PlannerContext } from './context.ts'

export interface StateRequest {
  readonly node: PlanNode
  /** Schemas of the nodes in front, one per input. */
  readonly inputs: readonly Schema[]
  /** `table.exec.state.ttl`; absent = never forget. */
  readonly ttlMs?: number
}

export function declareState(
  { node, inputs, ttlMs }: StateRequest,
  context: PlannerContext,
): Readonly<Record<string, StateDeclaration>> {
  const lookup = aggregateLookup(context)
  switch (node.kind) {
    case 'source-scan':
      return SOURCE_SCAN_STATE
    case 'values':
      return VALUES_STATE
    case 'group-aggregate':
      return groupAggregateState(node, inputs[0], lookup, bounded(node.stateTtl ?? ttlMs))
    case 'group-window-aggregate':
      return groupWindowAggregateState(node, inputs[0], lookup)
    case 'window-aggregate':
      return windowAggregateNodeState(node, inputs[0], lookup)
    case 'window-table-function':
      return windowTableFunctionState(node, inputs[0])
    case 'over-aggregate':
      return overAggregateState(node, inputs[0], lookup, ttlMs)
    case 'join':
      return joinState(node, inputs, {
        left: bounded(node.stateTtl?.left ?? ttlMs),
        right: bounded(node.stateTtl?.right ?? ttlMs),
      })
    case 'interval-join':
      return intervalJoinState(node, inputs)
    case 'temporal-join':
      return temporalJoinState(node, inputs, ttlMs)
    case 'window-join':
      return windowJoinState(node, inputs)
    case 'changelog-normalize':
      return changelogNormalizeState(node, inputs[0], ttlMs)
    case 'rank':
      return rankState(node, inputs[0], ttlMs)
    case 'deduplicate':
      return deduplicateState(node, inputs[0], ttlMs)
    case 'window-rank':
      return windowRankState(node, inputs[0])
    case 'temporal-sort':
      return temporalSortState(inputs[0])
    case 'match':
      return matchState(node.partition, inputs[0])
    case 'calc':
    case 'async-calc':
    case 'correlate':
    case 'lookup-join':
    case 'union':
    case 'drop-update-before':
    case 'sink':
    case 'collect':
      return {}
  }
}

function bounded(ttlMs: number | undefined): number | undefined {
  return ttlMs === 0 ? undefined : ttlMs
}

/** Built-in aggregates, and those of users by the id that the plan names them with. */
export function aggregateLookup(context: PlannerContext): AggregateLookup {
  return (name, user) => {
    if (!user) return context.functions.aggregate(name)
    const found = context.catalog.functionById(name)
    return found?.kind === 'aggregate' ? (found.fn as AggregateFunction) : undefined
  }
}
