/**
 * Function calls: arguments, the clauses around them, windows.
 *
 * Law: the order of arguments is stated in `ast/expression.ts`; a clause that was not written is absent.
 */
import type { Span } from '../../base/span.ts'
import type { Expression } from './expression.ts'
import type { Identifier, Name } from './name.ts'
import type { Hint, OrderItem, Query } from './query.ts'
import type { DataType } from './type.ts'

export interface FunctionCall {
  readonly kind: 'call'
  readonly name: Name
  /** False for CURRENT_DATE and its kin, written without parentheses. */
  readonly parentheses: boolean
  readonly quantifier?: 'DISTINCT' | 'ALL'
  readonly args: readonly Argument[]
  /** ORDER BY inside the parentheses: `ARRAY_AGG(x ORDER BY y)`; empty when absent. */
  readonly orderBy: readonly OrderItem[]
  /** IGNORE NULLS / RESPECT NULLS, inside or behind the parentheses. */
  readonly nulls?: 'IGNORE' | 'RESPECT'
  /** WITHIN DISTINCT (…) */
  readonly withinDistinct?: readonly Expression[]
  /** WITHIN GROUP (ORDER BY …) */
  readonly withinGroup?: readonly OrderItem[]
  /** FILTER (WHERE …) */
  readonly filter?: Expression
  /** OVER (…) or OVER name. */
  readonly over?: WindowSpecification | Identifier
  readonly json?: JsonClauses
  /** `NEW type(…)`, `SPECIFIC f(…)`: parsed, no meaning in Flink. */
  readonly modifier?: 'NEW' | 'SPECIFIC'
  readonly span: Span
}
export type Argument = Expression | NamedArgument
/** `name => value` */
export interface NamedArgument {
  readonly kind: 'named-argument'
  readonly name: Identifier
  readonly value: Expression
  readonly span: Span
}
/** A keyword as an argument: a time unit (`SECOND`, `DOY`; SQL_TSI_SECOND is SECOND) or a flag (`BOTH`). */
export interface SymbolArgument {
  readonly kind: 'symbol'
  /** Upper case. */
  readonly value: string
  readonly span: Span
}
/** `DEFAULT` as an argument or in VALUES. */
export interface DefaultValue {
  readonly kind: 'default'
  readonly span: Span
}
/** `TABLE t PARTITION BY a ORDER BY b` as an argument of a table function. */
export interface TableArgument {
  readonly kind: 'table-argument'
  /** A table's name, or a query in parentheses. */
  readonly input: Name | Query
  readonly hints: readonly Hint[]
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly span: Span
}
/** `MODEL m` as an argument. */
export interface ModelArgument {
  readonly kind: 'model-argument'
  readonly name: Name
  readonly span: Span
}
/** `DESCRIPTOR(a, b)` */
export interface Descriptor {
  readonly kind: 'descriptor'
  readonly columns: readonly DescriptorColumn[]
  readonly span: Span
}
export interface DescriptorColumn {
  readonly kind: 'descriptor-column'
  readonly name: Name
  readonly span: Span
}

/** What the SQL/JSON functions have behind their arguments. */
export interface JsonClauses {
  readonly returning?: DataType
  readonly onNull?: 'NULL' | 'ABSENT'
  readonly wrapper?: 'WITHOUT' | 'CONDITIONAL' | 'UNCONDITIONAL'
  readonly onEmpty?: JsonBehavior
  readonly onError?: JsonBehavior
}
export type JsonBehavior =
  | { readonly kind: 'NULL' | 'ERROR' | 'TRUE' | 'FALSE' | 'UNKNOWN' | 'EMPTY ARRAY' | 'EMPTY OBJECT' }
  | { readonly kind: 'DEFAULT'; readonly value: Expression }

export interface WindowSpecification {
  readonly kind: 'window'
  /** The named window that this one extends. */
  readonly base?: Identifier
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  readonly frame?: WindowFrame
  /** ALLOW PARTIAL is true, DISALLOW PARTIAL false. */
  readonly allowPartial?: boolean
  readonly span: Span
}
export interface WindowFrame {
  readonly kind: 'frame'
  readonly unit: 'ROWS' | 'RANGE'
  readonly start: FrameBound
  /** Absent in the short form `ROWS 5 PRECEDING`, where it is CURRENT ROW. */
  readonly end?: FrameBound
  readonly span: Span
}
export interface FrameBound {
  readonly kind: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING'
  /** Of PRECEDING and FOLLOWING. */
  readonly offset?: Expression
  readonly span: Span
}
