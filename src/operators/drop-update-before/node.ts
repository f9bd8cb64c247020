/** Leaves out -U rows for a consumer that identifies rows by key. */
import type { NodeBase } from '../contract.ts'

export interface DropUpdateBeforeNode extends NodeBase {
  readonly kind: 'drop-update-before'
}
