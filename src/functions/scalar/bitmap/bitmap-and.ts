import { args, returns } from '../../../expr/signature.ts'
import { encodeBitmap } from '../../../types/bitmap.ts'
import { BITMAP } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { membersOf } from './bitmap-members.ts'

export const bitmapAnd = scalar({
  name: 'BITMAP_AND',
  theme: 'bitmap',
  doc: 'The members that two bitmaps have in common.',
  signature: args([BITMAP, BITMAP], returns(BITMAP)),
  nulls: 'propagate',
  eval: (left: Uint8Array, right: Uint8Array) => {
    const other = new Set(membersOf(right))
    return encodeBitmap(membersOf(left).filter((member) => other.has(member)))
  },
  examples: [['BITMAP_AND(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))', '{2}']],
})
