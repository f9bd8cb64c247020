import { args, returns } from '../../../expr/signature.ts'
import { BITMAP, BYTES } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const bitmapToBytes = scalar({
  name: 'BITMAP_TO_BYTES',
  theme: 'bitmap',
  doc: 'The portable serialisation of a Roaring bitmap.',
  signature: args([BITMAP], returns(BYTES)),
  nulls: 'propagate',
  eval: (bitmap: Uint8Array) => bitmap,
  examples: [['BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[-1]))', "x'3a30000001000000ffff000010000000ffff'"]],
})
