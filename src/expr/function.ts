/**
 * The contract of a function. Built-ins (`functions/<kind>/<theme>/<name>.ts`) and users' functions declare the same things.
 *
 * Law: `eval` works on scalar values (`types/value.ts`); with `nulls: 'propagate'` it is never called with a NULL argument
 * and the result is NULL then; `code`, where given, is a JavaScript expression with exactly the result of `eval`.
 */
import type { Span } from '../base/span.ts'
import type { LogicalType } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import type { TableFunction } from './table-function.ts'

/** An argument as the binder knows it. */
export interface ArgInfo {
  readonly type: LogicalType
  /** Present when the argument is a constant: its value, as a scalar value of `type`. */
  readonly literal?: { readonly value: Value }
  readonly span?: Span
}

/** The outcome of matching arguments: the types they are cast to, and the result's type. */
export interface Resolution {
  readonly args: readonly LogicalType[]
  readonly returns: LogicalType
}

/**
 * Match arguments: `resolve` gives the types that arguments are cast to (implicit casts, Flink's rules) and the result type,
 * or undefined when they do not fit; `texts` are the signatures as messages show them (`SPLIT_INDEX(STRING, STRING, INT)`).
 */
export interface Signature {
  resolve(args: readonly ArgInfo[], session: TypingContext): Resolution | undefined
  readonly texts: readonly string[]
  readonly minArgs: number
  /** Infinity for variadics. */
  readonly maxArgs: number
  /** Of several texts the one that the arguments come closest to, for messages. */
  nearest?(args: readonly ArgInfo[]): string | undefined
}

/** What typing may depend on. */
export interface TypingContext {
  /** IANA zone or fixed offset of `table.local-time-zone`. */
  readonly timeZone: string
  /** The value of another option of the session's configuration, or undefined. */
  option(key: string): string | undefined
}

/** What evaluation may ask for; one per task, its fields are read per batch. */
export interface EvalContext {
  readonly timeZone: string
  /** Processing time in epoch milliseconds. */
  now(): number
  /** When the query started, in epoch milliseconds. */
  readonly queryStart: number
  random(): number
  /** Current watermark of the operator's input, or undefined before the first (CURRENT_WATERMARK). */
  watermark(): number | undefined
  option(key: string): string | undefined
  /** Functions that want to be opened before the first row and closed after the last say so here; absent = nobody does it. */
  readonly lifecycle?: Lifecycle
}

/** Opens and closes what evaluators hold: with the subtask, in order of registration, closed in reverse. */
export interface Lifecycle {
  add(part: { open?(): void | Promise<void>; close?(): void | Promise<void> }): void
}

/** One call site, known when code is generated. */
export interface CallSite {
  readonly args: readonly ArgInfo[]
  readonly returns: LogicalType
  readonly clauses: Readonly<Record<string, Value>>
  readonly context: EvalContext
}

/** Each function declares its own parameter types (scalar values of its resolved argument types). */
export type Evaluate = (...args: never[]) => Value

export type Theme =
  | 'comparison'
  | 'logical'
  | 'arithmetic'
  | 'string'
  | 'temporal'
  | 'conditional'
  | 'conversion'
  | 'collection'
  | 'json'
  | 'construction'
  | 'access'
  | 'grouping'
  | 'hash'
  | 'bitmap'
  | 'auxiliary'

export interface ScalarFunction {
  readonly kind: 'scalar'
  /** SQL name in upper case, or the operator (`+`, `IS NULL`). */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly theme: Theme
  /** One or two sentences for the reference. */
  readonly doc: string
  readonly signature: Signature
  /** propagate: NULL when any argument is NULL, and `eval` never sees NULL. custom: `eval` gets NULLs. */
  readonly nulls: 'propagate' | 'custom'
  /** constant-foldable (default); `dynamic` = one value per query or record, not foldable; `random` = per call. */
  readonly determinism?: 'deterministic' | 'dynamic' | 'random'
  /** Evaluate scalar values. Give this or `prepare`. */
  readonly eval?: Evaluate
  /** Make the evaluator of one call site: parse a constant pattern once, choose by type, bind the time zone. */
  readonly prepare?: (site: CallSite) => Evaluate
  /** Instead of `eval`: results come later. Such a call stands in an `async-calc` only, which the planner sees to. */
  readonly prepareAsync?: (site: CallSite) => (...args: Value[]) => Promise<Value>
  /**
   * A JavaScript expression for the compiler, from the argument expressions (each a plain identifier or literal, not NULL
   * when `nulls` is propagate), or undefined to call `eval`. `helpers.use(fn)` makes a function available by name.
   */
  readonly code?: (args: readonly string[], site: CallSite, helpers: CodeHelpers) => string | undefined
  /** [SQL expression, expected value as Flink's SQL client prints it, or 'NULL'] or a failing one: [SQL, { error: true }]. */
  readonly examples: readonly (readonly [sql: string, result: string | { readonly error: true }])[]
}

export interface CodeHelpers {
  /** Bind a value (function, table, regular expression) to a name that the generated code can use. */
  use(value: unknown, hint?: string): string
}

/** Find a function by name; the engine hands the registry and the session's functions to the compiler as this. */
export interface FunctionLookup {
  scalar(name: string, user: boolean): ScalarFunction | undefined
  table?(name: string): TableFunction | undefined
}
