import { withNullable, withoutAttribute } from '../../../types/logical-type.ts'
import { fromMillis } from '../../../types/value.ts'
import { scalar } from '../../define.ts'
import { precisionOf } from './timestamp-value.ts'

export const currentWatermark = scalar({
  name: 'CURRENT_WATERMARK',
  theme: 'temporal',
  doc: 'The current watermark of the row-time column that is given, or NULL before the first watermark.',
  // Written out: only here the argument must be a time attribute.
  signature: {
    texts: ['CURRENT_WATERMARK(rowtime)'],
    minArgs: 1,
    maxArgs: 1,
    resolve: ([rowtime]) => {
      const { type } = rowtime
      if ((type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') || type.attribute !== 'rowtime') return undefined
      return { args: [type], returns: withNullable(withoutAttribute(type), true) }
    },
  },
  nulls: 'custom',
  determinism: 'random',
  prepare: ({ context, returns }) => {
    const precision = precisionOf(returns)
    return () => {
      const watermark = context.watermark()
      return watermark === undefined ? null : fromMillis(watermark, precision)
    }
  },
  examples: [["CURRENT_WATERMARK(TIMESTAMP '2020-01-01 00:00:00')", { error: true }]],
})
