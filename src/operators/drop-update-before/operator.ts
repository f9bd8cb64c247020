/**
 * Leaves out -U.
 *
 * Law: what is left describes the same table to a consumer that finds rows by key.
 */
import { gather } from '../../types/batch.ts'
import { RowKind } from '../../types/row-kind.ts'
import type { OperatorRuntime } from '../contract.ts'
import type { DropUpdateBeforeNode } from './node.ts'

export const dropUpdateBeforeRuntime: OperatorRuntime<DropUpdateBeforeNode> = {
  kind: 'drop-update-before',
  create: (_node, { out }) => ({
    onBatch(batch) {
      const { kinds, length } = batch
      if (kinds === null) {
        out.emit(batch)
        return
      }
      const rows = new Int32Array(length)
      let count = 0
      for (let i = 0; i < length; i++) if (kinds[i] !== RowKind.UPDATE_BEFORE) rows[count++] = i
      if (count === length) out.emit(batch)
      else if (count > 0) out.emit(gather(batch, rows, count))
    },
    onWatermark: (watermark) => out.watermark(watermark),
    nextEventTime: () => Number.POSITIVE_INFINITY,
  }),
}
