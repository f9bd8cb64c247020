import type { ScalarFunction } from '../../../expr/function.ts'
import { and } from './and.ts'
import { isFalse } from './is-false.ts'
import { isNotFalse } from './is-not-false.ts'
import { isNotTrue } from './is-not-true.ts'
import { isNotUnknown } from './is-not-unknown.ts'
import { isTrue } from './is-true.ts'
import { isUnknown } from './is-unknown.ts'
import { not } from './not.ts'
import { or } from './or.ts'

/** Every function of the theme, one line each. */
export const logicalFunctions: readonly ScalarFunction[] = [
  and,
  or,
  not,
  isTrue,
  isNotTrue,
  isFalse,
  isNotFalse,
  isUnknown,
  isNotUnknown,
]
