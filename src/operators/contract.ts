/**
 * The contract of operators: the plan node (data) and the running operator.
 *
 * Laws
 * - Batching is invisible: the output equals that of feeding the rows one by one.
 * - An operator never blocks, never keeps a batch's row order different from arrival per key, and emits only through `out`.
 * - `onWatermark` is called with strictly rising values (the minimum over the inputs) and forwards a watermark with
 *   `out.watermark` after everything that belongs before it.
 * - `onEnd` comes once, after the last batch and the final watermark `MAX_WATERMARK`.
 */
import type { Host } from '../base/host.ts'
import type { BadRecord, SplitProgress, TableSink, TableSource, WriterTransactions } from '../connectors/contract.ts'
import type { CompileMode } from '../expr/compile.ts'
import type { EvalContext, FunctionLookup } from '../expr/function.ts'
import type { AggregateLookup } from '../functions/aggregate/contract.ts'
import type { OperatorState, StateDeclaration } from '../state/contract.ts'
import type { Batch, Schema } from '../types/batch.ts'
import type { ChangelogMode } from '../types/row-kind.ts'
import type { PlanTable } from './source-scan/node.ts'

/** The watermark that closes every window, sent when a bounded input ends: Java's Long.MAX_VALUE, here +Infinity. */
export const MAX_WATERMARK = Number.POSITIVE_INFINITY
/** Before the first watermark. */
export const MIN_WATERMARK = Number.NEGATIVE_INFINITY

/** How rows of one input reach the subtasks. */
export type Distribution =
  | { readonly kind: 'forward' }
  /** By key group of the hash of these columns. */
  | { readonly kind: 'hash'; readonly keys: readonly number[] }
  /** All to subtask 0. */
  | { readonly kind: 'single' }

export interface NodeInput {
  /** Id of the node that produces this input. */
  readonly node: number
  readonly distribution: Distribution
}

/** What every node of a compiled plan has. */
export interface NodeBase {
  /** Unique in the plan; the identity of state in savepoints. */
  readonly id: number
  /** Operator folder name: `group-aggregate`. */
  readonly kind: string
  /** Raised when the meaning of the node or its state changes. */
  readonly version: number
  readonly inputs: readonly NodeInput[]
  /** The output's columns. */
  readonly schema: Schema
  readonly changelog: ChangelogMode
  /** Sets of columns that are unique in the output's table, if known. */
  readonly upsertKeys: readonly (readonly number[])[]
  readonly state: Readonly<Record<string, StateDeclaration>>
  /** One line for EXPLAIN and the dashboard: `GroupAggregate(groupBy=[cat], select=[cat, COUNT(*) AS c])`. */
  readonly description: string
}

export interface Output {
  emit(batch: Batch): void
  watermark(watermark: number): void
}

export interface Counter {
  add(n: number): void
}

/** A split of a source, for who looks into a running job. */
export interface SplitStatus extends Partial<Omit<SplitProgress, 'split'>> {
  readonly split: string
  /** Rows decoded in this attempt, and epoch ms of the last one; absent = none. */
  readonly rows: number
  readonly lastRow?: number
  /** Epoch ms; −Infinity = none. */
  readonly watermark: number
  /** It does not hold the watermark back (`scan.watermark.idle-timeout`). */
  readonly idle: boolean
}

export interface OperatorContext {
  readonly subtask: number
  readonly parallelism: number
  readonly maxParallelism: number
  /** Output schemas of the nodes in front, one per input. */
  readonly inputs: readonly Schema[]
  readonly state: OperatorState
  readonly out: Output
  readonly evaluation: EvalContext
  readonly functions: FunctionLookup
  /** Built-in and users' aggregates; absent = the built-ins alone. */
  readonly aggregates?: AggregateLookup
  /** How expressions are evaluated; tests run both. */
  readonly expressions: CompileMode
  /** A counter that the dashboard and `metrics()` show, such as `numLateRecordsDropped`. */
  counter(name: string): Counter
  /** A value that is read when somebody looks, such as `records-lag-max`. */
  gauge(name: string, read: () => number): void
  /**
   * The smallest watermark at which something further down this chain would act (`Operator.nextEventTime`); −Infinity when
   * that is not known, as behind an exchange.
   */
  downstreamEventTime(): number
  readonly host: Host
  /** Sources and sinks of tables; resolved by the engine, which knows connectors, formats and secrets. */
  readonly tables: TableAccess
  /** Where `print` writes. */
  print(line: string): void
  /** The number that the job's checkpoints count on from; absent or 0 = they begin at 1. */
  readonly restoredCheckpoint?: number
  /** Where sources put records that they passed over; absent = nowhere. */
  readonly badRecord?: (record: BadRecord) => void
  /** Where the rows of a query go; present for jobs that end in a collect node. */
  readonly collect?: CollectTarget
}

export interface TableAccess {
  source(table: PlanTable): TableSource
  sink(table: PlanTable): TableSink
}

export interface CollectTarget {
  /** True while the program does not take rows fast enough. */
  readonly full: boolean
  onReady(callback: () => void): void
  push(batch: Batch): void
}

export interface Operator {
  onBatch(batch: Batch, input: number): void
  onWatermark(watermark: number): void
  onEnd?(): void
  /** Before the barrier is passed on: emit what must not be in flight (mini-batch buffers). */
  beforeBarrier?(checkpoint?: number): void
  /** After `state.restore`: rebuild what is derived from state; `watermark` is the one before the barrier. */
  restored?(watermark: number): void
  /**
   * The smallest watermark that would make this operator do something (fire a window, call a row late), or +Infinity.
   * Sources with `on-event` watermarks cut batches there instead of at every row; absent = cut at every rise.
   */
  nextEventTime?(): number
  /** How far the watermarks that it sends are behind those that it gets, in milliseconds; absent = not at all. */
  readonly watermarkDelay?: number
  /** Why nothing was emitted lately, in one sentence for the doctor; undefined when there is nothing to say. */
  waitingFor?(): string | undefined
  /** Of a source: what it reads, and how far. */
  splits?(): readonly SplitStatus[]
  close?(): void | Promise<void>

  // What only operators at the edge of the job have.
  /** Connect; the job starts when all are open. */
  open?(): Promise<void>
  /** Back-pressure from outside: no further batch while true. */
  readonly full?: boolean
  onReady?(callback: () => void): void
  /** Resolves when everything emitted before is durable outside; awaited at each barrier and at the end. */
  flush?(): Promise<void>
  /** Of a sink that writes exactly once: at barriers and at the end it prepares instead of flushing. */
  readonly transactions?: WriterTransactions
  /** The checkpoint of an earlier barrier is complete. */
  checkpointComplete?(checkpoint: number): void

  // What operators with work outside the thread have (asynchronous functions).
  /** Work is in flight: barriers and the end wait until it is false. `onReady` tells when to look again. */
  readonly busy?: boolean
  /** Emit what has completed meanwhile; true when there was something. Called before input is read, also when `full`. */
  resume?(): boolean

  // Processing time.
  /** Next processing time (epoch ms) at which the operator wants to be called, or +Infinity. */
  nextProcessingTime?(): number
  onProcessingTime?(now: number): void
}

/** The head of a chain without inputs: a table scan, VALUES. */
export interface SourceOperator extends Operator {
  /** Emit up to about `maxRows` rows. 'idle': nothing now, `onReady` will call; 'end': never more. */
  run(maxRows: number): 'progress' | 'idle' | 'end'
  /** Send the last watermark: the job is stopped, and every window is to fire before. */
  drain?(): void
  /** True while none of its splits is active: it must not hold watermarks back. */
  readonly idle?: boolean
  /** The barrier `checkpoint` follows what was emitted so far: write positions to state. */
  beforeBarrier(checkpoint?: number): void
}

/** An operator's factory: one per node kind, listed in `operators/runtimes.ts`. */
export interface OperatorRuntime<N extends NodeBase = NodeBase> {
  readonly kind: N['kind']
  /**
   * Of an operator whose timers are in Flink's heap order rather than in a `timeColumn`: value columns by table that hold the
   * time of a timer, or the largest safe integer.
   */
  readonly timerColumns?: Readonly<Record<string, readonly number[]>>
  create(node: N, context: OperatorContext): Operator
}
