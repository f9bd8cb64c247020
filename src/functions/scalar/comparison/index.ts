import type { ScalarFunction } from '../../../expr/function.ts'
import { equals } from './equals.ts'
import { greaterThan } from './greater-than.ts'
import { greaterThanOrEqual } from './greater-than-or-equal.ts'
import { inList } from './in.ts'
import { isDistinctFrom } from './is-distinct-from.ts'
import { isNotDistinctFrom } from './is-not-distinct-from.ts'
import { isNotNull } from './is-not-null.ts'
import { isNull } from './is-null.ts'
import { lessThan } from './less-than.ts'
import { lessThanOrEqual } from './less-than-or-equal.ts'
import { notEquals } from './not-equals.ts'

/** Every function of the theme, one line each. */
export const comparisonFunctions: readonly ScalarFunction[] = [
  equals,
  notEquals,
  lessThan,
  lessThanOrEqual,
  greaterThan,
  greaterThanOrEqual,
  isDistinctFrom,
  isNotDistinctFrom,
  isNull,
  isNotNull,
  inList,
]
