import type { ScalarFunction } from '../../../expr/function.ts'
import { arrayOf } from './array.ts'
import { mapOf } from './map.ts'
import { objectOf } from './object-of.ts'
import { objectUpdate } from './object-update.ts'
import { rowOf } from './row.ts'

/** Every function of the theme, one line each. */
export const constructionFunctions: readonly ScalarFunction[] = [arrayOf, mapOf, rowOf, objectOf, objectUpdate]
