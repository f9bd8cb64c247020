import { fail } from '../../../base/errors.ts'
import { args, returns } from '../../../expr/signature.ts'
import { decodeBitmap, encodeBitmap } from '../../../types/bitmap.ts'
import { BITMAP, BYTES } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

export const bitmapFromBytes = scalar({
  name: 'BITMAP_FROM_BYTES',
  theme: 'bitmap',
  doc: 'The bitmap of a portable serialisation; an error when the bytes are none.',
  signature: args([BYTES], returns(BITMAP)),
  nulls: 'propagate',
  eval: (bytes: Uint8Array) => {
    const members = decodeBitmap(bytes)
    if (members === undefined)
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: 'BITMAP_FROM_BYTES',
        problem: 'the bytes are no Roaring bitmap',
      })
    return encodeBitmap(members)
  },
  examples: [
    ['BITMAP_FROM_BYTES(BITMAP_TO_BYTES(BITMAP_BUILD(ARRAY[1, 2])))', '{1,2}'],
    ["BITMAP_FROM_BYTES(X'00')", { error: true }],
  ],
})
