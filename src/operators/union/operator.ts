/** UNION ALL. Rows and watermarks pass as they come; the runtime gives the minimum of the inputs' watermarks. */
import type { OperatorRuntime } from '../contract.ts'
import type { UnionNode } from './node.ts'

export const unionRuntime: OperatorRuntime<UnionNode> = {
  kind: 'union',
  create: (_node, { out }) => ({
    onBatch: (batch) => out.emit(batch),
    onWatermark: (watermark) => out.watermark(watermark),
    nextEventTime: () => Number.POSITIVE_INFINITY,
  }),
}
