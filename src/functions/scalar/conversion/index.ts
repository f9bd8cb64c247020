import type { ScalarFunction } from '../../../expr/function.ts'
import { typeOf } from './type-of.ts'

/** Every function of the theme, one line each. CAST and TRY_CAST are expressions of their own (`types/cast.ts`). */
export const conversionFunctions: readonly ScalarFunction[] = [typeOf]
