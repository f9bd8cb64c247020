/** TUMBLE, HOP, CUMULATE, SESSION as a table function. Output: the input's columns, window_start, window_end, window_time. */
import type { NodeBase } from '../contract.ts'
import type { WindowSpec } from '../window.ts'

export interface WindowTableFunctionNode extends NodeBase {
  readonly kind: 'window-table-function'
  readonly window: WindowSpec
}
