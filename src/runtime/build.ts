/**
 * From a job graph to subtasks: state opened and restored, operators created, chained and connected.
 *
 * Law: everything that depends on the plan is decided here; what runs afterwards only calls operators and channels.
 */

import { fail } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { BadRecord } from '../connectors/contract.ts'
import type { EvalContext, FunctionLookup, Lifecycle } from '../expr/function.ts'
import type { CollectTarget, Operator, OperatorContext, OperatorRuntime, TableAccess } from '../operators/contract.ts'
import type { CompiledPlan, PlanNode } from '../operators/nodes.ts'
import type { SerializedState, SnapshotMode, StateBackend } from '../state/contract.ts'
import { keyGroupsOf } from '../state/key-group.ts'
import { isInsertOnly } from '../types/row-kind.ts'
import { Channel } from './channel.ts'
import { ChainOutput, chained, Exchange, type Sequence } from './exchange.ts'
import { buildGraph, type JobGraph, type Vertex } from './graph.ts'
import { OperatorMetrics } from './metrics.ts'
import { checkFits, planIdentity } from './plan-fit.ts'
import type { JobSnapshot, OperatorIdentity } from './snapshot-store.ts'
import { type ChainedOperator, type SubtaskSnapshot, Task } from './task.ts'
import { checkCommits, type JobSink } from './transactions.ts'

/** What a job needs from its surroundings; the engine composes it. */
export interface JobEnvironment {
  readonly host: Host
  readonly functions: FunctionLookup
  /** Aggregates for the operators of one subtask; absent = the built-ins alone. */
  readonly aggregates?: (context: EvalContext) => OperatorContext['aggregates']
  readonly runtimes: readonly OperatorRuntime[]
  readonly backend: StateBackend
  readonly tables: TableAccess
  readonly print: (line: string) => void
  readonly badRecord?: (record: BadRecord) => void
  readonly collect?: CollectTarget
  readonly expressions: OperatorContext['expressions']
  /** IANA zone of `table.local-time-zone`. */
  readonly timeZone: string
  option(key: string): string | undefined
}

export interface JobParameters {
  readonly parallelism: number
  readonly maxParallelism: number
  readonly restore?: JobSnapshot
  /** State of the snapshot that no operator of the plan has is left out rather than refused. */
  readonly ignoreUnclaimedState?: boolean
  /** The highest number that a checkpoint of an earlier attempt or run had: the next ones count on from there. */
  readonly lastCheckpoint?: number
  readonly triggerDelay?: () => number
}

export interface BarrierCallbacks {
  mode(): SnapshotMode
  received(task: Task, snapshot: SubtaskSnapshot): void
}

export interface BuiltJob {
  /** Producers before consumers. */
  readonly tasks: readonly Task[]
  readonly identity: readonly OperatorIdentity[]
  readonly sinks: readonly JobSink[]
  readonly graph: JobGraph
}

export function buildJob(
  plan: CompiledPlan,
  environment: JobEnvironment,
  parameters: JobParameters,
  barriers: BarrierCallbacks,
): BuiltJob {
  const identity = planIdentity(plan)
  if (parameters.restore !== undefined)
    checkFits(plan, parameters.restore.plan, parameters.ignoreUnclaimedState === true)
  const maxParallelism = parameters.restore?.maxParallelism ?? parameters.maxParallelism
  const graph = buildGraph(plan, {
    parallelism: parameters.parallelism,
    maxParallelism,
    wanted: (node) => wantedParallelism(node, environment.tables),
  })
  const builder = new JobBuilder(plan, graph, environment, parameters, barriers)
  const sinks = graph.vertices.flatMap(({ nodes, parallelism }) =>
    nodes.flatMap((node) =>
      node.kind === 'sink'
        ? [{ node: node.id, table: node.table.name, sink: environment.tables.sink(node.table), parallelism }]
        : [],
    ),
  )
  if (parameters.restore !== undefined && parameters.ignoreUnclaimedState !== true) {
    checkCommits(parameters.restore, sinks)
  }
  return { tasks: builder.build(), identity, sinks, graph }
}

export function lastCheckpointOf({ restore, lastCheckpoint }: JobParameters): number {
  return Math.max(restore?.checkpoint ?? 0, lastCheckpoint ?? 0)
}

/** What the table or the operator wants (`scan.parallelism`, one for what cannot be split); undefined = no wish. */
function wantedParallelism(node: PlanNode, tables: TableAccess): number | undefined {
  switch (node.kind) {
    case 'source-scan': {
      const source = tables.source(node.table)
      return source.parallel ? source.parallelism : 1
    }
    case 'sink': {
      const sink = tables.sink(node.table)
      // Updates of a key must stay in order: they are written where they were made.
      return sink.parallel ? (isInsertOnly(node.changelog) ? sink.parallelism : undefined) : 1
    }
    case 'values':
    case 'collect':
      return 1
    default:
      return undefined
  }
}

class JobBuilder {
  readonly #graph: JobGraph
  readonly #environment: JobEnvironment
  readonly #restore: JobSnapshot | undefined
  readonly #lastCheckpoint: number
  readonly #barriers: BarrierCallbacks
  readonly #nodes: ReadonlyMap<number, PlanNode>
  /** Channels into a vertex: [consumer subtask][channel]. */
  readonly #channels = new Map<Vertex, Channel[][]>()
  readonly #sequence: Sequence = { next: 0 }
  readonly #queryStart: number

  constructor(
    plan: CompiledPlan,
    graph: JobGraph,
    environment: JobEnvironment,
    parameters: JobParameters,
    barriers: BarrierCallbacks,
  ) {
    this.#graph = graph
    this.#environment = environment
    this.#restore = parameters.restore
    this.#lastCheckpoint = lastCheckpointOf(parameters)
    this.#barriers = barriers
    this.#nodes = new Map(plan.nodes.map((node) => [node.id, node]))
    this.#queryStart = environment.host.clock.now()
  }

  build(): Task[] {
    for (const vertex of this.#graph.vertices) {
      this.#channels.set(
        vertex,
        Array.from({ length: vertex.parallelism }, () => []),
      )
    }
    const tasks: Task[] = []
    for (const vertex of this.#graph.vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) tasks.push(this.#task(vertex, subtask))
    }
    return tasks
  }

  #task(vertex: Vertex, subtask: number): Task {
    const chain: ChainedOperator[] = []
    const outputs = new Map<number, ChainOutput>()
    const exchanges: Exchange[] = []
    const parts: Parameters<Lifecycle['add']>[0][] = []
    let task: Task | undefined
    const watermark = this.#restoredWatermark(vertex.nodes[0].id)
    const evaluation: EvalContext = {
      timeZone: this.#environment.timeZone,
      now: () => this.#environment.host.clock.now(),
      queryStart: this.#queryStart,
      random: () => this.#environment.host.random(),
      watermark: () => {
        // A source hands watermarks down in the middle of a run: its head knows the last one.
        const current = vertex.inputs.length === 0 ? chain[0].metrics.watermark : (task?.watermark ?? watermark)
        return current === Number.NEGATIVE_INFINITY ? undefined : current
      },
      option: this.#environment.option,
      lifecycle: { add: (part) => parts.push(part) },
    }
    for (const node of vertex.nodes) {
      const metrics = new OperatorMetrics()
      const out = new ChainOutput(metrics, this.#graph.rowByRow.has(node.id), subtask)
      outputs.set(node.id, out)
      chain.push(this.#operator(vertex, subtask, node, metrics, out, evaluation, () => chain, exchanges))
    }
    for (const { node, operator, metrics } of chain.slice(1)) {
      outputs.get(node.inputs[0].node)?.consumers.push(chained(operator, metrics))
    }
    for (const node of vertex.nodes) {
      for (const edge of this.#graph.edgesFrom.get(node.id) ?? []) {
        const from = chain.find((each) => each.node === node)
        const sent = this.#restoredWatermark(node.id) - (from?.operator.watermarkDelay ?? 0)
        const channels = this.#connect(edge.to, edge.input, sent)
        const exchange = new Exchange(
          edge.distribution,
          node.schema,
          channels,
          this.#sequence,
          this.#graph.maxParallelism,
        )
        outputs.get(node.id)?.consumers.push(exchange)
        exchanges.push(exchange)
      }
    }
    const built: Task = new Task({
      vertex: vertex.id,
      subtask,
      chain,
      channels: this.#channels.get(vertex)?.[subtask] ?? [],
      exchanges,
      watermark,
      functions: parts,
      now: () => this.#environment.host.clock.now(),
      mode: () => this.#barriers.mode(),
      onSnapshot: (snapshot) => this.#barriers.received(built, snapshot),
    })
    task = built
    return built
  }

  /** A new channel to each subtask of `vertex`; `sent` is the last watermark that its producer sent before the barrier. */
  #connect(vertex: Vertex, input: number, sent: number): Channel[] {
    return (this.#channels.get(vertex) ?? []).map((channels) => {
      const channel = new Channel(input)
      // A restored consumer knows a watermark already; its channels begin there, so that none holds it back below. A producer
      // does not send again what it has sent.
      channel.watermark = Math.max(sent, this.#restoredWatermark(vertex.nodes[0].id))
      channels.push(channel)
      return channel
    })
  }

  #operator(
    vertex: Vertex,
    subtask: number,
    node: PlanNode,
    metrics: OperatorMetrics,
    out: ChainOutput,
    evaluation: EvalContext,
    chain: () => readonly ChainedOperator[],
    exchanges: readonly Exchange[],
  ): ChainedOperator {
    const { host, functions, runtimes, backend, tables, print, collect, expressions } = this.#environment
    const maxParallelism = this.#graph.maxParallelism
    const state = backend.open(node.state, {
      maxParallelism,
      keyGroups: keyGroupsOf(subtask, vertex.parallelism, maxParallelism),
      now: () => host.clock.now(),
    })
    const runtime = runtimes.find(({ kind }) => kind === node.kind)
    if (runtime === undefined) {
      return fail('RUNTIME_OPERATOR_FAILED', { operator: node.description, detail: `no runtime for '${node.kind}'` })
    }
    const operator = runtime.create(node, {
      subtask,
      parallelism: vertex.parallelism,
      maxParallelism,
      inputs: node.inputs.map((input) => this.#nodes.get(input.node)?.schema ?? []),
      state,
      out,
      evaluation,
      functions,
      aggregates: this.#environment.aggregates?.(evaluation),
      expressions,
      counter: (name) => metrics.counter(name),
      gauge: (name, read) => metrics.gauges.set(name, read),
      downstreamEventTime: () => downstreamEventTime(node.id, chain(), exchanges),
      host,
      tables,
      print,
      collect,
      badRecord: this.#environment.badRecord,
      restoredCheckpoint: this.#lastCheckpoint,
    })
    if (this.#restore !== undefined) {
      state.restore(this.#partsOf(node.id))
      // A snapshot before the next watermark must know this one again.
      metrics.watermark = this.#restoredWatermark(node.id) - (operator.watermarkDelay ?? 0)
      operator.restored?.(this.#restoredWatermark(node.id))
    }
    return { node, operator, state, metrics }
  }

  #partsOf(node: number): SerializedState[] {
    return (this.#restore?.parts ?? []).filter((part) => part.node === node).map((part) => part.state)
  }

  /** All subtasks of an operator have the same watermark behind an aligned barrier; the minimum is right for any number. */
  #restoredWatermark(node: number): number {
    const parts = (this.#restore?.parts ?? []).filter((part) => part.node === node)
    return parts.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...parts.map((part) => part.watermark))
  }
}

function downstreamEventTime(node: number, chain: readonly ChainedOperator[], exchanges: readonly Exchange[]): number {
  if (exchanges.length > 0) return Number.NEGATIVE_INFINITY
  let next = Number.POSITIVE_INFINITY
  for (const { node: each, operator } of chain as readonly { node: PlanNode; operator: Operator }[]) {
    if (each.id !== node) next = Math.min(next, operator.nextEventTime?.() ?? Number.NEGATIVE_INFINITY)
  }
  return next
}
