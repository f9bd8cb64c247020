/**
 * State of a node, as its operator's folder declares it.
 *
 * Law: the operator knows what it keeps; the planner only asks, with the node and the schemas in front of it.
 */
import type { PlanNode } from '../operators/nodes.ts'
import type { StateDeclaration } from '../state/contract.ts'
import type { Schema } from '../types/batch.ts'
import type { PlannerContext } from './context.ts'

export interface StateRequest {
  readonly node: PlanNode
  /** Schemas of the nodes in front, one per input. */
  readonly inputs: readonly Schema[]
  /** `table.exec.state.ttl`; 0 = never forget. */
  readonly ttlMs: number
}

export function declareState(_request: StateRequest, _context: PlannerContext): Readonly<Record<string, StateDeclaration>> {
  return {}
}
