import { args, returns } from '../../../expr/signature.ts'
import { buildBitmap } from '../../../types/bitmap.ts'
import { BITMAP } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { membersOf } from './bitmap-members.ts'

export const bitmapXor = scalar({
  name: 'BITMAP_XOR',
  theme: 'bitmap',
  doc: 'The members that exactly one of two bitmaps has.',
  signature: args([BITMAP, BITMAP], returns(BITMAP)),
  nulls: 'propagate',
  eval: (left: Uint8Array, right: Uint8Array) => {
    const members = new Set(membersOf(left))
    for (const member of membersOf(right)) if (!members.delete(member)) members.add(member)
    return buildBitmap(members)
  },
  examples: [['BITMAP_XOR(BITMAP_BUILD(ARRAY[1, 2]), BITMAP_BUILD(ARRAY[2, 3]))', '{1,3}']],
})
