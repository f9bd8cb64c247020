import type { ScalarFunction } from '../../../expr/function.ts'
import { abs } from './abs.ts'
import { acos } from './acos.ts'
import { asin } from './asin.ts'
import { atan } from './atan.ts'
import { atan2 } from './atan2.ts'
import { bin } from './bin.ts'
import { ceil } from './ceil.ts'
import { cos } from './cos.ts'
import { cosh } from './cosh.ts'
import { cot } from './cot.ts'
import { degrees } from './degrees.ts'
import { e } from './e.ts'
import { exp } from './exp.ts'
import { floor } from './floor.ts'
import { hex } from './hex.ts'
import { inetAton } from './inet-aton.ts'
import { inetNtoa } from './inet-ntoa.ts'
import { ln } from './ln.ts'
import { log } from './log.ts'
import { log2 } from './log2.ts'
import { log10 } from './log10.ts'
import { pi } from './pi.ts'
import { power } from './power.ts'
import { radians } from './radians.ts'
import { rand } from './rand.ts'
import { randInteger } from './rand-integer.ts'
import { round } from './round.ts'
import { sign } from './sign.ts'
import { sin } from './sin.ts'
import { sinh } from './sinh.ts'
import { sqrt } from './sqrt.ts'
import { tan } from './tan.ts'
import { tanh } from './tanh.ts'
import { truncate } from './truncate.ts'
import { unhex } from './unhex.ts'
import { uuid } from './uuid.ts'

/** Every function of the theme, one line each. */
export const mathFunctions: readonly ScalarFunction[] = [
  abs,
  acos,
  asin,
  atan,
  atan2,
  bin,
  ceil,
  cos,
  cosh,
  cot,
  degrees,
  e,
  exp,
  floor,
  hex,
  inetAton,
  inetNtoa,
  ln,
  log,
  log10,
  log2,
  pi,
  power,
  radians,
  rand,
  randInteger,
  round,
  sign,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
  truncate,
  unhex,
  uuid,
]
