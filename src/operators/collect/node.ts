/** Hands the rows of a query to the program (`table.execute()`, `collect()`, `print()`). */
import type { NodeBase } from '../contract.ts'

export interface CollectNode extends NodeBase {
  readonly kind: 'collect'
}
