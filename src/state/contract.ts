/**
 * The state contract: what an operator declares, and what a backend gives it.
 *
 * Laws
 * - An operator has no state but what it declares in its plan node; everything else is derived again after a restore.
 * - State is columnar: a key is found once per row and gives a *slot*; values live in columns addressed by slot, so that an
 *   aggregate over a batch is a loop over slots, not a call per row.
 * - The first `partitionColumns` columns of a key are the key of the exchange in front of the operator; their hash gives the
 *   key group (`state/key-group.ts`), and state moves between subtasks by key group only.
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
  readonly ttlMs?: number
}

/** State of a subtask rather than of a key (source positions, the watermark): JSON values, redistributed on rescale. */
export interface OperatorStateDeclaration {
  readonly kind: 'operator'
  /** split: entries are spread over the subtasks; union: every subtask gets all entries and keeps what is its own. */
  readonly redistribution: 'split' | 'union'
}

export type Intent = 'read' | 'update'

export interface KeyedTable {
  /** Live rows. */
  readonly size: number
  readonly keys: readonly ColumnBuilder[]
  readonly values: readonly ColumnBuilder[]
  /**
   * The slot of each row's key: `slots[i]` for row i of the batch.
   * With intent 'update' missing keys are inserted (value columns NULL/0, `fresh[slot]` is true until `settle`); with 'read'
   * they give −1.
   */
  lookup(batch: Batch, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void
  /** The slot of one key given as scalar values. Slow path. */
  find(key: readonly Value[], intent: Intent): number
  /** True when the slot was inserted by a lookup and its operator has not yet called `settle` on it. */
  isFresh(slot: number): boolean
  settle(slot: number): void
  remove(slot: number): void
  /** Slots whose time column is ≤ `time`, ordered by that time and then by insertion; they stay until removed. */
  due(time: number): Int32Array
  /** Smallest value of the time column, or undefined when empty. */
  earliest(): number | undefined
  /** Must be called when the time column of a slot was written. */
  timeChanged(slot: number): void
  /** All live slots, in insertion order. */
  slots(): Int32Array
}

export interface KeyedList {
  readonly keyCount: number
  readonly rowCount: number
  readonly keys: readonly ColumnBuilder[]
  /** Value columns, addressed by row id. */
  readonly values: readonly ColumnBuilder[]
  lookup(batch: Batch, keyColumns: readonly number[], slots: Int32Array, intent: Intent): void
  find(key: readonly Value[], intent: Intent): number
  /** First row id of a key slot, or −1. */
  first(slot: number): number
  /** The row after `row` in the same key, or −1. */
  next(row: number): number
  /** Rows of the key. */
  count(slot: number): number
  /** Append an empty row to the key and return its id; the caller writes the value columns. */
  append(slot: number): number
  removeRow(slot: number, row: number): void
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
  /**
   * A consistent copy as of now. Cheap and synchronous; `serialize` may run later, while the operator goes on.
   */
  snapshot(): StateSnapshot
  /** Load the parts that belong to this subtask; called once, before the first batch. */
  restore(parts: readonly SerializedState[]): void
  close(): void
}

export interface StateSnapshot {
  serialize(): Promise<SerializedState>
}

/** What a snapshot of one operator in one subtask holds. */
export interface SerializedState {
  /** Per state name and key group: rows in the backend-neutral form of `state/row-codec.ts`. */
  readonly keyed: readonly { readonly state: string; readonly keyGroup: number; readonly bytes: Uint8Array }[]
  readonly operator: readonly { readonly state: string; readonly entries: readonly unknown[] }[]
}

export interface KeyGroupRange {
  /** First key group of the subtask. */
  readonly start: number
  /** One behind the last. */
  readonly end: number
}

export interface StateBackend {
  open(
    declarations: Readonly<Record<string, StateDeclaration>>,
    place: { readonly maxParallelism: number; readonly keyGroups: KeyGroupRange; now(): number },
  ): OperatorState
}
