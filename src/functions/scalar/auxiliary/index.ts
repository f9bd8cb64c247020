import type { ScalarFunction } from '../../../expr/function.ts'
import { currentDatabase } from './current-database.ts'

/** Every function of the theme, one line each. */
export const auxiliaryFunctions: readonly ScalarFunction[] = [currentDatabase]
