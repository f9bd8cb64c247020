import { args, returns } from '../../../expr/signature.ts'
import { buildBitmap } from '../../../types/bitmap.ts'
import { BITMAP } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { membersOf } from './bitmap-members.ts'

export const bitmapOr = scalar({
  name: 'BITMAP_OR',
  theme: 'bitmap',
  doc: 'The members of two bitmaps together.',
  signature: args([BITMAP, BITMAP], returns(BITMAP)),
  nulls: 'propagate',
  eval: (left: Uint8Array, right: Uint8Array) => buildBitmap([...membersOf(left), ...membersOf(right)]),
  examples: [['BITMAP_OR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))', '{1,2,3}']],
})
