/**
 * Hands the rows of a query to the program.
 *
 * Input      any changelog
 * State      none: rows that the program has not taken are not kept across a restore
 * Law        every row once, in order; the job waits while the program does not take rows
 */
import type { OperatorContext, OperatorRuntime } from '../contract.ts'
import type { CollectNode } from './node.ts'

export const collectRuntime: OperatorRuntime<CollectNode> = {
  kind: 'collect',
  create(_node, context: OperatorContext) {
    const { collect } = context
    return {
      get full() {
        return collect?.full === true
      },
      onReady: (callback) => collect?.onReady(callback),
      onBatch: (batch) => collect?.push(batch),
      onWatermark: (watermark) => context.out.watermark(watermark),
      nextEventTime: () => Number.POSITIVE_INFINITY,
    }
  },
}
