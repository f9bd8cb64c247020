import { custom } from '../../../expr/signature.ts'
import { buildBitmap } from '../../../types/bitmap.ts'
import { supportsImplicitCast } from '../../../types/common-type.ts'
import { array, BITMAP, INT, withNullable } from '../../../types/logical-type.ts'
import { scalar } from '../../define.ts'

const INTEGERS = array(INT)

export const bitmapBuild = scalar({
  name: 'BITMAP_BUILD',
  theme: 'bitmap',
  doc: 'The set of the integers of an array; NULLs are left out.',
  signature: custom(['BITMAP_BUILD(ARRAY<INT>)'], 1, 1, ([array]) => {
    const { type } = array
    if (type.kind === 'NULL') return { args: [INTEGERS], returns: withNullable(BITMAP, true) }
    if (type.kind !== 'ARRAY' || !supportsImplicitCast(type.element, INT)) return undefined
    return { args: [{ ...INTEGERS, nullable: type.nullable }], returns: withNullable(BITMAP, type.nullable) }
  }),
  nulls: 'propagate',
  eval: (members: readonly (number | null)[]) => buildBitmap(members.filter((member) => member !== null)),
  examples: [
    ['BITMAP_BUILD(ARRAY[3, 1, 3])', '{1,3}'],
    ["BITMAP_BUILD(ARRAY['a'])", { error: true }],
  ],
})
