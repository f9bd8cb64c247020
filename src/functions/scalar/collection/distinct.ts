import type { Value } from '../../../types/value.ts'
import type { ValueSet } from './array-types.ts'

/** The values that `seen` does not have yet, each once; they are added to it. */
export function distinct(values: readonly Value[], seen: ValueSet): Value[] {
  const result: Value[] = []
  for (const value of values) {
    if (seen.has(value)) continue
    seen.add(value)
    result.push(value)
  }
  return result
}
