/** Asynchronous functions of users: their results as columns behind those of the input. */
import type { CallExpr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface AsyncCalcNode extends NodeBase {
  readonly kind: 'async-calc'
  /** One result column each; arguments are over the input row. */
  readonly calls: readonly CallExpr[]
}
