/**
 * The state contract: what an operator declares, and what a backend gives it.
 *
 * Laws
 * - An operator has no state but what it declares in its plan node; everything else is derived again after a restore.
 * - State is columnar: a key is found once per row and gives a *slot*; values live in columns addressed by slot, so that an
 *   aggregate over a batch is a loop over slots, not a call per row.
 * - The first `partitionColumns` columns of a key are the key of the exchange in front of the operator; their hash gives the
 *   key group (`state/key-group.ts`), and state moves between subtasks by key group only.
 * - Values in object columns are immutable: an operator replaces them and never changes one in place. RAW columns alone may hold
 *   objects of plain data that change (`types/plain-data.ts`); snapshots copy those deeply.
 * - Slots handed out with intent 'update' count as changed until the next snapshot. A backend may move rows between
 *   batches (eviction, growth): slots are valid until the next `lookup` of a *later batch*; arrays must be read from the
 *   builders again after every `lookup`.
 */
import type { Batch, ColumnBuilder, Schema } from '../types/batch.ts'
import type { Value } from '../types/value.ts'

export type StateDeclaration = TableStateDeclaration | ListStateDeclaration | OperatorStateDeclaration

/** One row per key (`value` and `map` state: a map is a table whose key has the map's key behind the partition columns). */
export interface TableStateDeclaration {
  readonly kind: 'table'
  readonly key: Schema
  readonly value: Schema
  /** Leading key columns that are the operator's distribution key. */
  readonly partitionColumns: number
  /**
   * Index of a value column (BIGINT or TIMESTAMP(3), epoch ms) that orders rows by event time; `due` needs it. This is how
   * timers are declared.
   */
  readonly timeColumn?: number
  /** Milliseconds after the last update at which a row may be forgotten; absent or 0 = never. */
  readonly ttlMs?: number
}

/** Rows per key, in insertion order (join sides, values for MIN/MAX with retraction, OVER buffers). */
export interface ListStateDeclaration {
  readonly kind: 'list'
  readonly key: Schema
  readonly value: Schema
  readonly partitionColumns: number
  /**
   * Name of a table of the same operator with the same key: the list has no keys of its own, its rows hang on the table's
   * slots, and go when the table's row goes. This is how `map` and `list` state inside an accumulator is declared.
   */
  readonly table?: string
  /** Value columns that identify a row within its key (what `match` compares); absent = all of them. */
  readonly identity?: readonly number[]
  readonly ttlMs?: number
}

/** State of a subtask rather than of a key (source positions, the watermark): JSON values, redistributed on rescale. */
export interface OperatorStateDeclaration {
  readonly kind: 'operator'
  /** split: entries are spread over the subtasks; union: every subtask gets all entries and keeps what is its own. */
  readonly redistribution: 'split' | 'union'
}

export type Intent = 'read' | 'update'

/** Rows whose columns hold keys: a batch, or some columns of it with others beside them. */
export type Rows = Pick<Batch, 'length' | 'columns'>

export interface KeyedTable {
  /** Live rows. */
  readonly size: number
  readonly keys: readonly ColumnBuilder[]
  readonly values: readonly ColumnBuilder[]
  /** Slots are below this; arrays of the builders are at least this long. */
  readonly capacity: number
  /**
   * The slot of each row's key: `slots[i]` for row i of the batch.
   * With intent 'update' missing keys are inserted (nullable value columns NULL, others 0, '' or empty), with 'read' they give −1.
   */
  lookup(batch: Rows, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void
  /** Slots that the last `lookup` or `find` inserted, in order: `insertedSlots[0 … insertedCount − 1]`. */
  readonly insertedSlots: Int32Array
  readonly insertedCount: number
  /** The slot of one key given as scalar values. Slow path. */
  find(key: readonly Value[], intent: Intent): number
  /** Remove the row, and with it the rows of lists that hang on this table. */
  remove(slot: number): void
  /** Slots whose time column is ≤ `time`, ordered by that time and then by insertion; they stay until removed. */
  due(time: number): Int32Array
  /** Smallest value of the time column, or undefined when empty. */
  earliest(): number | undefined
  /** Must be called when the time column of a slot was written. */
  timeChanged(slot: number): void
  /** All live slots, in insertion order; their rows are in memory together. */
  slots(): Int32Array
  /** Rises when rows have moved: what an operator remembers by slot or by row of a list does not hold any more. */
  readonly moves: number
  /** The operator keeps slots over batches: rows of this table, and of lists that hang on it, stay in memory. */
  hold(): void
  /** The row of a slot that is held, not looked up, is about to be written. */
  touch(slot: number): void
}

export interface KeyedList {
  readonly keyCount: number
  readonly rowCount: number
  /** Key columns by slot; those of the table when the list hangs on one. */
  readonly keys: readonly ColumnBuilder[]
  /** Value columns, addressed by row id. */
  readonly values: readonly ColumnBuilder[]
  lookup(batch: Rows, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void
  find(key: readonly Value[], intent: Intent): number
  /** Rows of a key that was looked up to read are about to be written. */
  touch(slot: number): void
  /** First row id of a key slot, or −1. */
  first(slot: number): number
  /** Last row id of a key slot, or −1. */
  last(slot: number): number
  /** The row after `row` in the same key, or −1. */
  next(row: number): number
  /** `first` and `next` as arrays for generated code; read them again after every call that adds a row. */
  readonly heads: Int32Array
  readonly links: Int32Array
  /** Rows of the key. */
  count(slot: number): number
  /** Append a row to the key: value column c is column `columns[c]` of the batch's row, or NULL/0 where that is −1. */
  append(slot: number, batch: Rows, columns: readonly number[], row: number): number
  /** Append a row of scalar values. Slow path. */
  appendValues(slot: number, cells: readonly Value[]): number
  /** Append rows 0 … length − 1 of the batch, each to `slots[i]` (−1 = skip). */
  appendAll(slots: Int32Array, batch: Rows, columns: readonly number[]): void
  /** Oldest row of the key whose identity columns equal the row's, or −1; `columns` are those of the identity columns. */
  match(slot: number, batch: Rows, columns: readonly number[], row: number): number
  /**
   * `match` for all rows with `slots[i]` ≥ 0, for lists in which a row exists once (map state). With intent 'update' a
   * missing row is appended with its identity columns set and the others NULL/0.
   */
  matchAll(slots: Int32Array, batch: Rows, columns: readonly number[], rows: Int32Array, intent: Intent): void
  /** Write a row's non-identity columns again (identity columns must stay equal); columns as in `append`. */
  replace(row: number, batch: Rows, columns: readonly number[], from: number): void
  removeRow(slot: number, row: number): void
  /** Append the rows of key `from` to key `to`, values unchanged, and leave `from` empty. */
  moveRows(from: number, to: number): void
  /** Remove the key with all its rows. */
  removeKey(slot: number): void
  slots(): Int32Array
}

export interface OperatorList {
  get(): readonly unknown[]
  set(entries: readonly unknown[]): void
}

/** All state of one operator in one subtask. */
export interface OperatorState {
  table(name: string): KeyedTable
  list(name: string): KeyedList
  operator(name: string): OperatorList
  /** The operator's call is over and no slot is in use any more: the next `lookup` or `find` may move rows. */
  endBatch(): void
  /**
   * What there is of one partition key, for somebody who looks: at most `limit` rows of each table and list that has any, in
   * the order of their keys' insertion. Looking changes nothing: no row moves, expires or becomes young. Called between two
   * batches, and between two batches it resolves.
   * @param pause awaited now and then while much is looked through, so that the operator goes on meanwhile
   */
  peek(key: readonly Value[], limit: number, pause?: () => Promise<void>): Promise<readonly StateOfKey[]>
  /**
   * A consistent copy as of now, `copy` when no mode is given. Cheap and synchronous; `serialize` may run later, while the
   * operator goes on.
   */
  snapshot(mode?: SnapshotMode): StateSnapshot
  /**
   * Load the parts that belong to this subtask; called once, before the first batch. Parts of one state and key group come
   * oldest first: a full one, then the changes upon it.
   */
  restore(parts: readonly SerializedState[]): void
  close(): void
}

/** What a table or list has under one partition key. */
export interface StateOfKey {
  readonly state: string
  readonly rows: readonly StateRow[]
  /** There are more rows than were asked for. */
  readonly more: boolean
}

export interface StateRow {
  /** All key columns, those of the partition first. */
  readonly key: readonly Value[]
  readonly value: readonly Value[]
  /** The announced time of a table's row. */
  readonly due?: number
}

/**
 * full: everything; later changes count from here. changes: what changed since the snapshot before that was full or changes
 * (a backend may still give a full one). copy: everything, and later changes count as if it had not been taken (savepoints).
 * A snapshot whose checkpoint failed is followed by a full one.
 */
export type SnapshotMode = 'full' | 'changes' | 'copy'

export interface StateSnapshot {
  /**
   * Called again without `emit`, it gives the same result (a subtask that ended is part of every later checkpoint).
   * @param pause awaited every few thousand rows, so that others run meanwhile; absent = in one go
   * @param emit gets the keyed parts one by one, oldest first, instead of the result: state larger than memory. There may be
   *   several of one key group (a full one, then changes upon it)
   */
  serialize(pause?: () => Promise<void>, emit?: (part: KeyedPart) => void): Promise<SerializedState>
  /** It will not be serialized: until this or the end of `serialize`, rows that change are kept for it. */
  discard(): void
}

/** What a snapshot of one operator in one subtask holds. */
export interface SerializedState {
  /** Per state name and key group: rows in the backend-neutral form of `state/row-codec.ts`. */
  readonly keyed: readonly KeyedPart[]
  /** Always whole: of a full part and the changes upon it, the newest alone counts. */
  readonly operator: readonly { readonly state: string; readonly entries: readonly unknown[] }[]
}

/** Rows of one state in one key group. */
export interface KeyedPart {
  readonly state: string
  readonly keyGroup: number
  /** True: rows written and keys removed since the part before; otherwise all rows. */
  readonly changes?: boolean
  readonly bytes: Uint8Array
}

export interface KeyGroupRange {
  /** First key group of the subtask. */
  readonly start: number
  /** One behind the last. */
  readonly end: number
}

export interface StateBackend {
  /**
   * True: a snapshot asked for `changes` leaves out what has not changed (a state of which it gives a full part, it gives
   * whole). Absent: every snapshot is whole, and `changes` is never asked for.
   */
  readonly incremental?: boolean
  open(
    declarations: Readonly<Record<string, StateDeclaration>>,
    place: { readonly maxParallelism: number; readonly keyGroups: KeyGroupRange; now(): number },
  ): OperatorState
}
