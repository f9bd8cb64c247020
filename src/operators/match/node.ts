/** MATCH_RECOGNIZE with ONE ROW PER MATCH: partition columns, then measures. Insert-only input. */
import type { Expr } from '../../expr/expr.ts'
import type { AggregateCall } from '../aggregate-call.ts'
import type { NodeBase } from '../contract.ts'
import type { SortKey } from '../sort-order.ts'

/** Any variable: the rows of the whole match. */
export const ANY_VARIABLE = -1

/** A value that an expression of DEFINE or MEASURES reads from the rows matched so far. */
export type MatchValue =
  /** `FIRST(A.x, 1)`, `LAST(A.x)`, `A.x`: `expr` over the row, `offset` rows from that end; NULL where there is none. */
  | {
      readonly kind: 'navigate'
      readonly from: 'first' | 'last'
      readonly variable: number
      readonly offset: number
      readonly expr: Expr
    }
  /** `SUM(A.x)`: the arguments are `args`, over the rows of the variable. */
  | {
      readonly kind: 'aggregate'
      readonly variable: number
      readonly call: AggregateCall
      readonly args: readonly Expr[]
    }

/** `expr` reads the n-th of `values` as input column n. */
export interface MatchExpr {
  readonly values: readonly MatchValue[]
  readonly expr: Expr
}

export interface PatternVariable {
  readonly name: string
  readonly min: number
  /** Absent: unbounded. */
  readonly max?: number
  /** Takes rows as long as it can, and what follows gets only rows that it cannot take. */
  readonly greedy: boolean
  /** Absent: every row. */
  readonly condition?: MatchExpr
}

export type MatchSkip =
  | { readonly kind: 'past-last' }
  | { readonly kind: 'next' }
  /** To the first or last row of a variable. */
  | { readonly kind: 'first' | 'last'; readonly variable: number }

export interface MatchNode extends NodeBase {
  readonly kind: 'match'
  readonly time: 'rowtime' | 'proctime'
  readonly timeColumn: number
  /** Keys behind the time. */
  readonly order: readonly SortKey[]
  readonly partition: readonly number[]
  readonly pattern: readonly PatternVariable[]
  readonly skip: MatchSkip
  /** A match takes less than this, ms. */
  readonly withinMs?: number
  readonly measures: readonly MatchExpr[]
}
