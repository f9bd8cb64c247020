import type { ScalarFunction } from '../../../expr/function.ts'
import { field } from './field.ts'
import { item } from './item.ts'

/** Every function of the theme, one line each. */
export const accessFunctions: readonly ScalarFunction[] = [item, field]
