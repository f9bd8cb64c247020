import type { ScalarFunction } from '../../../expr/function.ts'
import { bitmapAnd } from './bitmap-and.ts'
import { bitmapAndnot } from './bitmap-andnot.ts'
import { bitmapBuild } from './bitmap-build.ts'
import { bitmapCardinality } from './bitmap-cardinality.ts'
import { bitmapFromBytes } from './bitmap-from-bytes.ts'
import { bitmapOr } from './bitmap-or.ts'
import { bitmapToArray } from './bitmap-to-array.ts'
import { bitmapToBytes } from './bitmap-to-bytes.ts'
import { bitmapToString } from './bitmap-to-string.ts'
import { bitmapXor } from './bitmap-xor.ts'

/** Every function of the theme, one line each. */
export const bitmapFunctions: readonly ScalarFunction[] = [
  bitmapBuild,
  bitmapCardinality,
  bitmapAnd,
  bitmapOr,
  bitmapXor,
  bitmapAndnot,
  bitmapToArray,
  bitmapToBytes,
  bitmapToString,
  bitmapFromBytes,
]
