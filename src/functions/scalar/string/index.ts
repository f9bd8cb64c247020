import type { ScalarFunction } from '../../../expr/function.ts'
import { ascii } from './ascii.ts'
import { btrim } from './btrim.ts'
import { charLength } from './char-length.ts'
import { chr } from './chr.ts'
import { concat } from './concat.ts'
import { concatOperator } from './concat-operator.ts'
import { concatWs } from './concat-ws.ts'
import { decode } from './decode.ts'
import { elt } from './elt.ts'
import { encode } from './encode.ts'
import { endswith } from './endswith.ts'
import { fromBase64 } from './from-base64.ts'
import { initcap } from './initcap.ts'
import { instr } from './instr.ts'
import { isAlpha } from './is-alpha.ts'
import { isDecimal } from './is-decimal.ts'
import { isDigit } from './is-digit.ts'
import { left } from './left.ts'
import { locate } from './locate.ts'
import { lower } from './lower.ts'
import { lpad } from './lpad.ts'
import { ltrim } from './ltrim.ts'
import { overlay } from './overlay.ts'
import { parseUrl } from './parse-url.ts'
import { position } from './position.ts'
import { printf } from './printf.ts'
import { repeat } from './repeat.ts'
import { replace } from './replace.ts'
import { reverse } from './reverse.ts'
import { right } from './right.ts'
import { rpad } from './rpad.ts'
import { rtrim } from './rtrim.ts'
import { split } from './split.ts'
import { splitIndex } from './split-index.ts'
import { startswith } from './startswith.ts'
import { strToMap } from './str-to-map.ts'
import { substring } from './substring.ts'
import { toBase64 } from './to-base64.ts'
import { translate } from './translate.ts'
import { trim } from './trim.ts'
import { upper } from './upper.ts'
import { urlDecode } from './url-decode.ts'
import { urlEncode } from './url-encode.ts'

/** Every function of the theme, one line each. */
export const stringFunctions: readonly ScalarFunction[] = [
  ascii,
  btrim,
  charLength,
  chr,
  concat,
  concatOperator,
  concatWs,
  decode,
  elt,
  encode,
  endswith,
  fromBase64,
  initcap,
  instr,
  isAlpha,
  isDecimal,
  isDigit,
  left,
  locate,
  lower,
  lpad,
  ltrim,
  overlay,
  parseUrl,
  position,
  printf,
  repeat,
  replace,
  reverse,
  right,
  rpad,
  rtrim,
  split,
  splitIndex,
  startswith,
  strToMap,
  substring,
  toBase64,
  translate,
  trim,
  upper,
  urlDecode,
  urlEncode,
]
