/** What the parts of `to-physical.ts` share: the builder of numbered nodes, and how rows reach a node. */
import type { NodeInput } from '../../operators/contract.ts'
import type { PlanNode } from '../../operators/nodes.ts'
import type { Schema } from '../../types/batch.ts'
import type { Planned } from '../changelog.ts'
import type { PlannerContext } from '../context.ts'

/** A node before it has an id and state. */
export type Draft<N extends PlanNode = PlanNode> = N extends PlanNode ? Omit<N, 'id' | 'version' | 'state'> : never

export interface NodeBuilder {
  readonly context: PlannerContext
  /** The node of a part of the tree, its inputs before it. */
  build(planned: Planned): PlanNode
  /** Number a node and declare its state; an equal node that is there already is taken instead. */
  add(draft: Draft): PlanNode
}

export function forward(node: PlanNode): NodeInput {
  return { node: node.id, distribution: { kind: 'forward' } }
}

export function hash(node: PlanNode, keys: readonly number[]): NodeInput {
  return { node: node.id, distribution: { kind: 'hash', keys } }
}

/** By key; without keys everything goes to one subtask. */
export function keyed(node: PlanNode, keys: readonly number[]): NodeInput {
  return keys.length === 0 ? { node: node.id, distribution: { kind: 'single' } } : hash(node, keys)
}

export function columns(indexes: readonly number[], schema: Schema): string {
  return indexes.map((i) => schema[i].name).join(', ')
}
