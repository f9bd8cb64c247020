/**
 * The contract of aggregate functions, built-in and users' alike.
 *
 * An aggregate is planned into a *kernel* for its argument types: accumulator columns and source fragments that update them.
 * Operators splice the fragments of all their calls into one loop over a batch (`operators/aggregate-code.ts`), so that an
 * aggregate costs no call and no object per row.
 *
 * Laws
 * - All state of an accumulator is in its declared columns and its view; a fragment keeps nothing elsewhere.
 * - An accumulator column starts as `initial`, or 0 (NULL in an object column). Object values are replaced, never changed.
 * - `retract` undoes an `add` of the same arguments; `merge` makes this accumulator what it would be had it seen the rows of
 *   the other behind its own. A kernel without `retract` or `merge` tells the planner what it cannot be used for.
 * - `result` reads only; it is what Flink's `getValue` returns.
 */
import type { EvalContext, Signature } from '../../expr/function.ts'
import type { LogicalType, RowField } from '../../types/logical-type.ts'
import type { Value } from '../../types/value.ts'

export interface AggregateFunction {
  readonly kind: 'aggregate'
  /** SQL name in upper case. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly doc: string
  /** Result type for a group with rows; nullable when an argument is. */
  readonly signature: Signature
  /** The result is NULL without rows: nullable in a global aggregate and under FILTER whatever the arguments are. */
  readonly emptyIsNull: boolean
  /** DISTINCT changes nothing (MIN, MAX). */
  readonly ignoresDistinct?: boolean
  /** Input with -U and -D is possible. */
  readonly retracts: boolean
  /** Only with OVER (ROW_NUMBER, LAG), and without a frame of its own. */
  readonly overOnly?: boolean
  /** Accumulators can be merged: two-phase plans, sessions, hopping and cumulating windows. */
  readonly merges: boolean
  prepare(site: AggregateSite): AggregateKernel
}

/** One call, as the planner resolved it. */
export interface AggregateSite {
  readonly argTypes: readonly LogicalType[]
  readonly type: LogicalType
  /** The input retracts. */
  readonly retract: boolean
  readonly clauses: Readonly<Record<string, Value>>
  /** Of the subtask that runs it; absent while planning. */
  readonly context?: EvalContext
}

export interface Accumulator {
  readonly name: string
  readonly type: LogicalType
  /** A JavaScript literal; absent = 0, or null in an object column. */
  readonly initial?: string
}

/**
 * Rows that hang on the group: `counts` is a map from argument values to how often they are there (column `n`, behind the
 * argument columns), kept by the operator; `rows` a list of arguments in order of arrival, kept by the kernel.
 */
export interface AggregateView {
  readonly kind: 'counts' | 'rows'
  readonly columns: readonly RowField[]
}

export interface AggregateKernel {
  readonly accumulators: readonly Accumulator[]
  readonly view?: AggregateView
  /** skip: a row with a NULL argument is not added (default). pass: the fragments look at `isNull`. */
  readonly nulls?: 'skip' | 'pass'
  /** Merging rounds: the result depends on how rows were parted. */
  readonly rounds?: boolean
  /** The result depends on the order in which values are added. */
  readonly ordered?: boolean
  add(code: KernelCode): string
  retract?(code: KernelCode): string
  merge?(code: KernelCode): string
  result(code: KernelCode): KernelResult
  /**
   * Expressions whose values stand for the result when an operator asks whether it changed; absent = the result itself.
   * (Flink computes some functions behind the aggregate, which emits when its parts change.)
   */
  changed?(code: KernelCode): readonly string[]
}

export interface KernelResult {
  /** Statements before the expressions. */
  readonly before?: string
  /** A JavaScript expression of the result, meaningful when `isNull` is false. BOOLEAN as 0/1. */
  readonly value: string
  /** A JavaScript expression; 'false' when never NULL. */
  readonly isNull: string
}

/** What fragments are written with. All names are JavaScript expressions for the current row and slot. */
export interface KernelCode {
  /** The k-th argument of the current row; not NULL unless `nulls` is 'pass'. */
  arg(k: number): string
  isNull(k: number): string
  /** The k-th accumulator. */
  acc(k: number): string
  /** A statement that stores an expression in the k-th accumulator. */
  set(k: number, expression: string): string
  /** In `merge`: the k-th accumulator of the other side. */
  other(k: number): string
  /** Bind a value (function, type, table) to a name. */
  use(value: unknown, hint?: string): string
  /** A fresh variable name. */
  temp(hint?: string): string
  /** The view of the call, as an object (`KeyedList`), and the group's slot. */
  readonly view: string
  readonly slot: string
  /** In `merge`: the other side's view and slot. */
  readonly otherView: string
  readonly otherSlot: string
  /** For a `counts` view: true in `add` when the value is new, in `retract` when it is gone. */
  readonly first: string
  /** For a `rows` view: append the arguments of the current row; take the oldest equal row out (true when there was one). */
  append(): string
  take(): string
}

/** Finds aggregates by name: the registry's, then the session's. */
export type AggregateLookup = (name: string, user: boolean) => AggregateFunction | undefined
