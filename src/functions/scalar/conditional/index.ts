import type { ScalarFunction } from '../../../expr/function.ts'
import { coalesce } from './coalesce.ts'
import { greatest } from './greatest.ts'
import { ifThenElse } from './if.ts'
import { ifNull } from './if-null.ts'
import { least } from './least.ts'
import { nullIf } from './null-if.ts'

/** Every function of the theme, one line each. */
export const conditionalFunctions: readonly ScalarFunction[] = [coalesce, ifNull, ifThenElse, nullIf, greatest, least]
