/** Turns an upsert stream (no -U, keyed deletes) into a full changelog, keeping the last row per key. */
import type { Expr } from '../../expr/expr.ts'
import type { NodeBase } from '../contract.ts'

export interface ChangelogNormalizeNode extends NodeBase {
  readonly kind: 'changelog-normalize'
  readonly uniqueKey: readonly number[]
  readonly emitUpdateBefore: boolean
  /** Pushed filter over the row. */
  readonly condition?: Expr
}
