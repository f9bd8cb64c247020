/** LIKE and SIMILAR TO: a constant pattern is prepared once, others are kept as long as they repeat. */
import type { CallSite } from '../../../expr/function.ts'
import type { TextTest } from './like-pattern.ts'
import { escapeCharacter } from './like-pattern.ts'

type Prepare = (pattern: string, escaping: string | undefined) => TextTest

export function patternEvaluator(name: string, prepare: Prepare, { args: [, pattern, clause] }: CallSite) {
  const constant = pattern.literal?.value
  if (typeof constant === 'string' && (clause === undefined || typeof clause.literal?.value === 'string')) {
    const test = prepare(constant, escapeCharacter(clause?.literal?.value as string | undefined, name))
    return (text: string) => test(text)
  }
  let lastPattern: string | undefined
  let lastEscape: string | undefined
  let test: TextTest = () => false
  return (text: string, wanted: string, escaped?: string) => {
    if (wanted !== lastPattern || escaped !== lastEscape) {
      test = prepare(wanted, escapeCharacter(escaped, name))
      lastPattern = wanted
      lastEscape = escaped
    }
    return test(text)
  }
}
