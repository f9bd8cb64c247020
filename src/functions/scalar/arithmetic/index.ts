import type { ScalarFunction } from '../../../expr/function.ts'
import { divide } from './divide.ts'
import { minus } from './minus.ts'
import { modulo } from './modulo.ts'
import { negate } from './negate.ts'
import { plus } from './plus.ts'
import { times } from './times.ts'

/** Every function of the theme, one line each. */
export const arithmeticFunctions: readonly ScalarFunction[] = [plus, minus, times, divide, modulo, negate]
