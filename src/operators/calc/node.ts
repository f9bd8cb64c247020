/** WHERE and projection in one loop. */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface CalcNode extends NodeBase {
  readonly kind: 'calc'
  readonly condition?: Expr
  readonly projections: readonly Expr[]
}
