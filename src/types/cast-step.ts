/** What all casts share: their options, their form, and how they fail. */
import { fail } from '../base/errors.ts'
import type { FormatOptions } from './format.ts'
import { type LogicalType, typeText, withNullable } from './logical-type.ts'
import type { Value } from './value.ts'

export interface CastOptions extends FormatOptions {
  /** TRY_CAST. */
  readonly safe: boolean
}

/** The cast of one non-NULL value. */
export type Cast = (value: Exclude<Value, null>) => Value

/** NULL for TRY_CAST, else the error. */
export function reject(value: Value, to: LogicalType, options: CastOptions, reason: string): null {
  if (options.safe) return null
  return fail('FUNCTION_CAST_FAILED', {
    value: typeof value === 'string' ? `'${value}'` : String(value),
    to: typeText(withNullable(to, true)),
    reason,
  })
}

/** A parser as a cast. */
export function parsing(
  parse: (text: string) => Value | undefined,
  to: LogicalType,
  what: string,
  options: CastOptions,
): Cast {
  return (value) => {
    const parsed = parse(value as string)
    return parsed === undefined ? reject(value, to, options, `the text is no ${what}`) : parsed
  }
}
