/**
 * What the process that runs jobs decides for every session in it: a server's worker sets this before a job's code runs.
 *
 * Law: nothing of it is visible to an embedded program, which never sets it.
 */
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import type { JobGraph } from '../runtime/graph.ts'
import { typeText } from '../types/logical-type.ts'
import { changelogModeText } from '../types/row-kind.ts'
import type { JobClient } from './job-client.ts'
import { columnsOf } from './live/cells.ts'
import { partitionKey } from './live/keyed-state.ts'

/** A job about to be opened. */
export interface Deployed {
  readonly id: string
  readonly name: string
  readonly plan: CompiledPlan
  readonly graph: JobGraph
  readonly parallelism: number
  /** What the session had set. */
  readonly options: Readonly<Record<string, string>>
}

export interface Deployment {
  /** Options that a session begins with; the job's own win. */
  readonly configuration: Readonly<Record<string, string>>
  /** Runs of the job before this one: the newest checkpoint of theirs wins over `execution.state-recovery.path`. */
  readonly recoverAmong?: readonly string[]
  /** Called with the plan before the job opens; what it throws keeps the job from starting. */
  readonly onDeploy?: (deployed: Deployed) => void
  /** Called when the job runs. */
  readonly onRunning?: (job: JobClient) => void
  /** Called when a job that was deployed could not open. */
  readonly onFailed?: (id: string, error: unknown) => void
}

let current: Deployment = { configuration: {} }

export function deployment(): Deployment {
  return current
}

export function setDeployment(next: Deployment): void {
  current = next
}

function stateKeyOf(node: PlanNode) {
  const key = partitionKey(node)
  return key === undefined ? undefined : columnsOf(key)
}

/** The same as JSON: what a server shows of a job. Options are as set; whoever shows them masks the secret ones. */
export function describeDeployed({ id, name, plan, graph, parallelism, options }: Deployed) {
  return {
    id,
    name,
    parallelism,
    maxParallelism: graph.maxParallelism,
    options,
    nodes: plan.nodes.map((node) => ({
      id: node.id,
      kind: node.kind,
      description: node.description,
      inputs: node.inputs.map((input) => ({ node: input.node, distribution: input.distribution.kind })),
      changelogMode: changelogModeText(node.changelog).split(','),
      columns: node.schema.map((column) => ({ name: column.name, type: typeText(column.type) })),
      hasState: Object.keys(node.state).length > 0,
      stateKey: stateKeyOf(node),
    })),
    vertices: graph.vertices.map((vertex) => ({
      nodes: vertex.nodes.map((node) => node.id),
      parallelism: vertex.parallelism,
      inputs: vertex.inputs.map(({ from, distribution }) => ({ from, distribution: distribution.kind })),
    })),
  }
}
