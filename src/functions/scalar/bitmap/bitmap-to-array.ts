import { args, returns } from '../../../expr/signature.ts'
import { array, BITMAP, INT } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { membersOf } from './bitmap-members.ts'

export const bitmapToArray = scalar({
  name: 'BITMAP_TO_ARRAY',
  theme: 'bitmap',
  doc: 'The members of a bitmap as an array, in unsigned order.',
  signature: args([BITMAP], returns(array(INT))),
  nulls: 'propagate',
  eval: (bitmap: Uint8Array) => membersOf(bitmap).map((member) => member | 0),
  examples: [['BITMAP_TO_ARRAY(BITMAP_BUILD(ARRAY[-1, 2]))', '[2, -1]']],
})
