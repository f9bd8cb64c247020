import { args, returns } from '../../../expr/signature.ts'
import { bitmapText } from '../../../types/bitmap.ts'
import { BITMAP, STRING } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const bitmapToString = scalar({
  name: 'BITMAP_TO_STRING',
  theme: 'bitmap',
  doc: 'The members of a bitmap as text, in unsigned order.',
  signature: args([BITMAP], returns(STRING)),
  nulls: 'propagate',
  eval: bitmapText,
  examples: [['BITMAP_TO_STRING(BITMAP_BUILD(ARRAY[-1, 2]))', '{2,4294967295}']],
})
