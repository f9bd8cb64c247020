/** Every row beside the rows that a table function, or UNNEST of a collection, gives for it. */
import type { CallExpr, Expr } from '../../expr/expr.ts'
import type { Schema } from '../../types/batch.ts'
import type { NodeBase } from '../contract.ts'

export type TableCall =
  /** A table function of the user; arguments over the input row. */
  | { readonly kind: 'function'; readonly call: CallExpr; readonly columns: Schema }
  /** The elements of a collection; entries of a MAP are two columns, fields of ROW elements are columns. */
  | {
      readonly kind: 'unnest'
      readonly arg: Expr
      readonly columns: Schema
      /** The last column numbers the elements from 1. */
      readonly ordinality: boolean
    }
  /** The row itself, that many times (INTERSECT ALL, EXCEPT ALL); a BIGINT over the input row. */
  | { readonly kind: 'replicate'; readonly times: Expr; readonly columns: Schema }

/** The arguments of a call, over the input row. */
export function argumentsOf(table: TableCall): readonly Expr[] {
  switch (table.kind) {
    case 'function':
      return table.call.args
    case 'unnest':
      return [table.arg]
    case 'replicate':
      return [table.times]
  }
}

export interface CorrelateNode extends NodeBase {
  readonly kind: 'correlate'
  /** left: a row without partner stays, its other columns NULL. */
  readonly joinType: 'inner' | 'left'
  readonly table: TableCall
  /** Over input and function columns: partners for which it is not TRUE do not count. */
  readonly condition?: Expr
}
