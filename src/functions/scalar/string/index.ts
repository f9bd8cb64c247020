import type { ScalarFunction } from '../../../expr/function.ts'

/** Every function of the theme, one line each. */
export const stringFunctions: readonly ScalarFunction[] = []
