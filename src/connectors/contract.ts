/**
 * The contract of connectors: a table's WITH options become a source or a sink.
 *
 * Laws
 * - A reader never blocks and makes no promise per record: `poll` gives a batch, or says why not, and `onAvailable` wakes.
 * - Rows of one split (a Kafka partition) come in their order; a batch is of one split, so that watermarks can be kept per
 *   split.
 * - `snapshot` gives, for every split, the position behind the rows of the last `poll`; a reader that is restored with it
 *   gives exactly the rows that follow.
 */
import type { Host } from '../base/host.ts'
import type { OptionDeclaration, OptionEntry, OptionValues } from '../base/options.ts'
import type { Format, FormatField } from '../formats/contract.ts'
import type { Batch, Schema } from '../types/batch.ts'
import type { LogicalType } from '../types/logical-type.ts'
import type { ChangelogMode } from '../types/row-kind.ts'
import type { Value } from '../types/value.ts'

export interface MetadataColumn {
  /** `offset`; the key in `METADATA FROM 'offset'`. */
  readonly key: string
  readonly type: LogicalType
  /** False: readable only, must be declared VIRTUAL. */
  readonly writable: boolean
  readonly description: string
}

/** What a connector is told about its table. */
export interface TableRequest {
  /** Full name, for messages: `default_catalog.default_database.payment_msg`. */
  readonly table: string
  /** Physical columns in order of declaration. */
  readonly physical: Schema
  /** Names of the primary key's columns, or empty. */
  readonly primaryKey: readonly string[]
  readonly partitionKeys: readonly string[]
  readonly options: OptionValues
  /** Every option as written, for pass-through families. */
  readonly entries: Readonly<Record<string, OptionEntry>>
  /** Written with `'connector.type'` (Flink 1.10) rather than `'connector'`. */
  readonly legacy: boolean
  /** IANA zone of `table.local-time-zone`. */
  readonly timeZone: string
  /** The format named by `'format'` (or `key.format`, `value.format`), with its options parsed. */
  format(optionKey: string): { readonly format: Format; readonly options: OptionValues } | undefined
  /** Rows handed over in memory for connectors of tests: for `inline` an `InlineTable` (`connectors/inline/feed.ts`). */
  readonly inline?: unknown
}

/** A column that a source must produce: a physical column, or a metadata column. */
export interface ProducedColumn {
  readonly name: string
  readonly type: LogicalType
  /** Metadata key; absent for a physical column. */
  readonly metadata?: string
  /** Derived on the way, if the source `derives` it: see `FormatField.parse`. */
  readonly parse?: FormatField['parse']
}

/** A record that could not be read, as it came. */
export interface BadRecord {
  /** Full name of the table that reads it. */
  readonly table: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Epoch ms; −1 where the producer gave none. */
  readonly timestamp: number
  /** Code of the error: `FORMAT_JSON_SYNTAX`. */
  readonly code: string
  readonly reason: string
  /** The value, cut behind `MAX_BAD_RECORD_BYTES`; a copy. */
  readonly bytes: Uint8Array
  /** Bytes that the value has. */
  readonly size: number
}

/** More of a bad record is not kept: it must fit into a record of another topic, whose limit is 1 MiB by default. */
export const MAX_BAD_RECORD_BYTES = 1_000_000

export interface ReaderContext {
  readonly host: Host
  readonly subtask: number
  readonly parallelism: number
  /** Exactly the columns that the plan needs, in this order (projection push-down). */
  readonly produced: readonly ProducedColumn[]
  /** Stop after about this many rows in all (limit push-down); undefined = no limit. */
  readonly limit?: number
  /** Positions from a snapshot: those of all subtasks; the reader keeps its own. Absent on a fresh start. */
  readonly restored?: readonly SplitState[]
  /** Rows that a reader may hold ready per poll at most. */
  readonly maxRows: number
  counter(name: string): { add(n: number): void }
  /** A gauge such as `records-lag-max`; read when somebody looks. */
  gauge(name: string, read: () => number): void
  /** Keep a record that was passed over; absent = nobody looks. */
  readonly badRecord?: (record: BadRecord) => void
}

export interface SplitState {
  /** Stable name: `payment_msg-3`. */
  readonly split: string
  readonly position: unknown
}

/** How far a split is read, in the source's own counting (offsets of a Kafka partition). */
export interface SplitProgress {
  readonly split: string
  /** Where reading began in this attempt, and the next position to read. */
  readonly start: number
  readonly next: number
  /** Behind the newest record that the source has; absent = not known yet. */
  readonly end?: number
}

export interface SourceBatch {
  readonly split: string
  readonly batch: Batch
  /** A watermark that the source itself knows for the split, epoch ms: it follows the batch (`SOURCE_WATERMARK()`). */
  readonly watermark?: number
}

export interface SourceReader {
  /** Connect, find splits. Errors here fail the job's start. */
  open(): Promise<void>
  /** Up to `maxRows` rows, 'empty' when there are none now, 'end' when there will be none any more. */
  poll(maxRows: number): SourceBatch | 'empty' | 'end'
  /** `callback` is called whenever `poll` may have more after it said 'empty', or when `failed` changed. */
  onAvailable(callback: () => void): void
  /** The splits that this reader has now and that have not ended; a watermark waits for each of them. */
  splits(): readonly string[]
  snapshot(): readonly SplitState[]
  /** Resolves when what the reader itself wrote before (bad records) is durable outside; called at barriers and at the end. */
  flush?(): Promise<void>
  /** For who looks into a running job. */
  progress?(): readonly SplitProgress[]
  /** The checkpoint with the positions of that snapshot is complete (Kafka: commit offsets for monitoring). */
  checkpointComplete?(positions: readonly SplitState[]): void
  /** An error that ended the reader; `poll` throws it. */
  close(): Promise<void>
}

export interface TableSource {
  readonly changelog: ChangelogMode
  readonly bounded: boolean
  /** Metadata columns that the table may declare. */
  readonly metadata: readonly MetadataColumn[]
  /** Which `ProducedColumn.parse` the source's format understands; absent = none. */
  readonly derives?: Format['derives']
  /** False: one subtask reads everything. */
  readonly parallel: boolean
  /** How many subtasks the table wants to be read by (`scan.parallelism`); absent = the job's parallelism. */
  readonly parallelism?: number
  /**
   * The source makes the watermarks itself, per split (Flink's watermark push-down). Otherwise they are made behind it, where
   * Flink refuses a row whose rowtime is NULL.
   */
  readonly watermarkPushDown?: boolean
  /** Default of `scan.watermark.emit.strategy`: Flink's is on-periodic. */
  readonly watermarkEmit?: 'on-event' | 'on-periodic'
  /** True: its batches carry watermarks, so a table may declare `SOURCE_WATERMARK()`. */
  readonly watermarks?: boolean
  createReader(context: ReaderContext): SourceReader
  /** False: the table has no rows to read as a stream, only answers to lookups. */
  readonly scans?: boolean
  /** Absent: rows cannot be looked up by key (`FOR SYSTEM_TIME AS OF` processing time). */
  createLookup?(context: LookupContext): LookupReader
}

export interface LookupContext {
  readonly host: Host
  /** The columns of the rows that a lookup gives, in this order. */
  readonly produced: readonly ProducedColumn[]
  /** Which of them are compared with the key, in the key's order. */
  readonly keys: readonly number[]
}

export interface LookupReader {
  open(): Promise<void>
  /** The rows whose key columns equal `key` by value; none when the key has a NULL. */
  lookup(key: readonly Value[]): Batch | Promise<Batch>
  close(): Promise<void>
}

export interface WriterContext {
  readonly host: Host
  readonly subtask: number
  readonly parallelism: number
  /** The columns that arrive: physical columns, then writable metadata columns. */
  readonly consumed: readonly ProducedColumn[]
  /**
   * Where `print` writes lines; the library itself never writes to stdout.
   * @param standardError the line is meant for standard error
   */
  print(line: string, standardError?: boolean): void
  counter(name: string): { add(n: number): void }
  /** The checkpoint that the job started from; 0 for a fresh start. Names of transactions count on from it. */
  readonly restoredCheckpoint?: number
}

/**
 * What a transactional writer has finished before a barrier and what only a commit is missing of: plain JSON, stored in the
 * checkpoint, enough for another process to commit it.
 */
export type Committable = Readonly<Record<string, unknown>>

/**
 * The second half of a sink that writes exactly once: what came before a barrier becomes visible when, and only when, the
 * checkpoint of that barrier is complete.
 *
 * Laws
 * - `prepareCommit` is called at each barrier instead of `flush`, right after the last row before it; rows that are written
 *   while it runs belong to the next checkpoint.
 * - `commit` is called with the committables of a complete checkpoint, in the order of checkpoints, and may be called again
 *   with the same ones after a restore. It rejects only when the commit is impossible: then the job fails with that error.
 * - At the end of a bounded input a last checkpoint is taken, and committed, even where none are taken periodically.
 */
export interface WriterTransactions {
  /** Resolves when what was written before is durable outside, though not visible. */
  prepareCommit(checkpoint: number): Promise<readonly Committable[]>
  commit(committables: readonly Committable[]): Promise<void>
  /** What recovery must know besides (prefix, parallelism); part of the checkpoint. */
  snapshot(): Committable
}

/** What a restored checkpoint holds of one sink, over all of its subtasks. */
export interface RestoredTransactions {
  readonly checkpoint: number
  readonly committables: readonly Committable[]
  /** Of every subtask: what `WriterTransactions.snapshot` gave. */
  readonly writers: readonly Committable[]
}

export interface SinkWriter {
  open(): Promise<void>
  /** Take the batch now; may buffer. */
  write(batch: Batch): void
  /** True when no further batch should be written until `onReady` calls (back-pressure). */
  readonly full: boolean
  onReady(callback: () => void): void
  /** Resolves when everything written before is durable outside; called at barriers and at the end. */
  flush(): Promise<void>
  /** Present in a writer that writes exactly once. */
  readonly transactions?: WriterTransactions
  /** Latest watermark of the input; Kafka does not care, other sinks may. */
  watermark?(watermark: number): void
  close(): Promise<void>
}

export interface TableSink {
  /** What it can take, given what the query produces. */
  acceptedChangelog(requested: ChangelogMode): ChangelogMode
  readonly metadata: readonly MetadataColumn[]
  /** False: one subtask writes everything. */
  readonly parallel: boolean
  /** How many subtasks the table wants to be written by (`sink.parallelism`); absent = the input's parallelism. */
  readonly parallelism?: number
  createWriter(context: WriterContext): SinkWriter
  /** Under which names, and where, transactions are written: nobody else may write under them. `key` is the option. */
  readonly transactionNames?: { readonly key: string; readonly prefix: string; readonly where: string }
  /** How long a transaction may be open until its commit, and the option that says so; absent = without bound. */
  readonly transactionTimeout?: { readonly key: string; readonly ms: number }
  /**
   * Called once per start of the job, before any writer is opened: commit what the checkpoint holds, then abort what an
   * earlier run left open (also on a fresh start). Present in a sink that writes exactly once.
   */
  recover?(context: {
    readonly host: Host
    readonly parallelism: number
    readonly restored?: RestoredTransactions
  }): Promise<void>
}

export interface Connector {
  /** Value of `'connector'`. */
  readonly identifier: string
  readonly options: readonly OptionDeclaration[]
  /** Translate `connector.*` options of Flink 1.10 into today's; absent = not known there. */
  readonly legacy?: (entries: Readonly<Record<string, OptionEntry>>) => Record<string, OptionEntry>
  /** Options of a related connector that this one does not take, and what to do instead. */
  readonly refused?: Readonly<Record<string, string>>
  /** Option keys that name formats. */
  readonly formatOptions: readonly string[]
  source?(request: TableRequest): TableSource
  sink?(request: TableRequest): TableSink
}
