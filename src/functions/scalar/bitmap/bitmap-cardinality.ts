import { args, returns } from '../../../expr/signature.ts'
import { BIGINT, BITMAP } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'
import { membersOf } from './bitmap-members.ts'

export const bitmapCardinality = scalar({
  name: 'BITMAP_CARDINALITY',
  theme: 'bitmap',
  doc: 'The number of members of a bitmap.',
  signature: args([BITMAP], returns(BIGINT)),
  nulls: 'propagate',
  eval: (bitmap: Uint8Array) => membersOf(bitmap).length,
  examples: [['BITMAP_CARDINALITY(BITMAP_BUILD(ARRAY[5, 5, 1]))', '2']],
})
