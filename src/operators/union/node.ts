/** UNION ALL: rows of all inputs as they come. */
import type { NodeBase } from '../contract.ts'

export interface UnionNode extends NodeBase {
  readonly kind: 'union'
}
