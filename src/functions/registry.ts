/**
 * All built-in scalar functions.
 *
 * Law: a name or alias belongs to one function; lookup is by upper-case name. The themes' index files list their functions,
 * one line each; nothing registers itself.
 */
import type { FunctionLookup, ScalarFunction } from '../expr/function.ts'
import { accessFunctions } from './scalar/access/index.ts'
import { arithmeticFunctions } from './scalar/arithmetic/index.ts'
import { auxiliaryFunctions } from './scalar/auxiliary/index.ts'
import { bitmapFunctions } from './scalar/bitmap/index.ts'
import { collectionFunctions } from './scalar/collection/index.ts'
import { comparisonFunctions } from './scalar/comparison/index.ts'
import { conditionalFunctions } from './scalar/conditional/index.ts'
import { constructionFunctions } from './scalar/construction/index.ts'
import { conversionFunctions } from './scalar/conversion/index.ts'
import { hashFunctions } from './scalar/hash/index.ts'
import { jsonFunctions } from './scalar/json/index.ts'
import { logicalFunctions } from './scalar/logical/index.ts'
import { mathFunctions } from './scalar/math/index.ts'
import { regexFunctions } from './scalar/regex/index.ts'
import { stringFunctions } from './scalar/string/index.ts'
import { temporalFunctions } from './scalar/temporal/index.ts'

export const scalarFunctions: readonly ScalarFunction[] = [
  ...comparisonFunctions,
  ...logicalFunctions,
  ...arithmeticFunctions,
  ...mathFunctions,
  ...conditionalFunctions,
  ...conversionFunctions,
  ...stringFunctions,
  ...regexFunctions,
  ...jsonFunctions,
  ...collectionFunctions,
  ...temporalFunctions,
  ...bitmapFunctions,
  ...constructionFunctions,
  ...accessFunctions,
  ...hashFunctions,
  ...auxiliaryFunctions,
]

const byName = new Map<string, ScalarFunction>()
for (const fn of scalarFunctions) for (const name of [fn.name, ...(fn.aliases ?? [])]) byName.set(name, fn)

/** The built-in of that name (any case) or alias, or undefined. */
export function findScalarFunction(name: string): ScalarFunction | undefined {
  return byName.get(name) ?? byName.get(name.toUpperCase())
}

/** The built-ins alone as a lookup; sessions put their users' functions in front. */
export const builtInFunctions: FunctionLookup = {
  scalar: (name, user) => (user ? undefined : findScalarFunction(name)),
}
