import type { ScalarFunction } from '../../../expr/function.ts'
import { like } from './like.ts'
import { regexp } from './regexp.ts'
import { regexpCount } from './regexp-count.ts'
import { regexpExtract } from './regexp-extract.ts'
import { regexpExtractAll } from './regexp-extract-all.ts'
import { regexpInstr } from './regexp-instr.ts'
import { regexpReplace } from './regexp-replace.ts'
import { regexpSubstr } from './regexp-substr.ts'
import { similarTo } from './similar-to.ts'

/** Every function of the theme, one line each. */
export const regexFunctions: readonly ScalarFunction[] = [
  like,
  similarTo,
  regexp,
  regexpCount,
  regexpExtract,
  regexpExtractAll,
  regexpInstr,
  regexpReplace,
  regexpSubstr,
]
