/**
 * From the compiled plan to vertices: which operators are chained into one subtask, and how subtasks are connected.
 *
 * Laws
 * - An operator is chained to the one in front when it has one input, that input is forwarded, and both have the same
 *   parallelism; a hash exchange between single subtasks is a forward.
 * - Where branches of one operator's output meet again further down (a self join), that operator emits row by row: otherwise
 *   the meeting operator would see a whole batch from one side before the other's, and batching would be visible.
 */
import type { Distribution } from '../operators/contract.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'

export interface Vertex {
  readonly id: number
  /** Chained nodes in topological order; the first is the head. */
  readonly nodes: PlanNode[]
  readonly parallelism: number
  /** Edges into the head, by input. */
  readonly inputs: Edge[]
}

export interface Edge {
  /** Producing node (its vertex is `vertexOf.get(from)`). */
  readonly from: number
  readonly to: Vertex
  readonly input: number
  readonly distribution: Distribution
}

export interface JobGraph {
  /** Producers before consumers. */
  readonly vertices: readonly Vertex[]
  readonly vertexOf: ReadonlyMap<number, Vertex>
  /** Edges that leave a node for another vertex, by node id. */
  readonly edgesFrom: ReadonlyMap<number, readonly Edge[]>
  /** Nodes whose output must be cut into single rows. */
  readonly rowByRow: ReadonlySet<number>
  readonly maxParallelism: number
}

/** `wanted(node)`: the parallelism that a node insists on, or undefined. */
export function buildGraph(
  plan: CompiledPlan,
  options: {
    readonly parallelism: number
    readonly maxParallelism: number
    wanted(node: PlanNode): number | undefined
  },
): JobGraph {
  const vertexOf = new Map<number, Vertex>()
  const vertices: Vertex[] = []
  const edgesFrom = new Map<number, Edge[]>()
  for (const node of plan.nodes) {
    const parallelism = parallelismOf(node, vertexOf, options)
    const [only] = node.inputs
    const front = node.inputs.length === 1 ? vertexOf.get(only.node) : undefined
    const chained =
      front !== undefined &&
      front.parallelism === parallelism &&
      (only.distribution.kind === 'forward' || parallelism === 1)
    if (chained) {
      front.nodes.push(node)
      vertexOf.set(node.id, front)
      continue
    }
    const vertex: Vertex = { id: vertices.length, nodes: [node], parallelism, inputs: [] }
    vertices.push(vertex)
    vertexOf.set(node.id, vertex)
    node.inputs.forEach((input, index) => {
      const edge: Edge = { from: input.node, to: vertex, input: index, distribution: input.distribution }
      vertex.inputs.push(edge)
      const edges = edgesFrom.get(input.node)
      if (edges === undefined) edgesFrom.set(input.node, [edge])
      else edges.push(edge)
    })
  }
  return { vertices, vertexOf, edgesFrom, rowByRow: remerging(plan), maxParallelism: options.maxParallelism }
}

function parallelismOf(
  node: PlanNode,
  vertexOf: ReadonlyMap<number, Vertex>,
  options: { readonly parallelism: number; wanted(node: PlanNode): number | undefined },
): number {
  const wanted = options.wanted(node)
  if (wanted !== undefined) return wanted
  if (node.inputs.length === 0) return options.parallelism
  if (node.inputs.some((input) => input.distribution.kind === 'single')) return 1
  if (node.inputs.some((input) => input.distribution.kind === 'hash')) return options.parallelism
  return Math.max(...node.inputs.map((input) => vertexOf.get(input.node)?.parallelism ?? 1))
}

/** Nodes with several consumers from which two different paths lead to one node. */
function remerging(plan: CompiledPlan): Set<number> {
  const consumers = new Map<number, { readonly node: number }[]>()
  for (const node of plan.nodes) {
    for (const input of node.inputs) {
      const list = consumers.get(input.node) ?? []
      list.push({ node: node.id })
      consumers.set(input.node, list)
    }
  }
  const below = (start: number, seen = new Set<number>()): Set<number> => {
    if (seen.has(start)) return seen
    seen.add(start)
    for (const { node } of consumers.get(start) ?? []) below(node, seen)
    return seen
  }
  const found = new Set<number>()
  for (const [node, list] of consumers) {
    if (list.length < 2) continue
    const reached = list.map((consumer) => below(consumer.node))
    const meets = reached.some((set, i) => reached.some((other, j) => j > i && [...other].some((n) => set.has(n))))
    if (meets) found.add(node)
  }
  return found
}
