/** Constant rows, then the end: VALUES, and SELECT without FROM. */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface ValuesNode extends NodeBase {
  readonly kind: 'values'
  /** Expressions without inputs, one list per row. */
  readonly rows: readonly (readonly Expr[])[]
}
