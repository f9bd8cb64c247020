/** Scores answers as the judge of the contract does: type and value of expressions, changelog of queries. */
import type { Answer } from './case.ts'

export interface Golden {
  readonly id: string
  readonly cat: string
  readonly expr?: string
  readonly nondet?: boolean
  readonly type?: string
  readonly value?: string | null
  readonly schema?: unknown
  readonly changelog?: readonly (readonly (string | null)[])[]
  readonly error?: unknown
  readonly stable?: 'exact' | 'bag' | 'final' | 'none'
}

export type Verdict = 'pass' | 'should fail' | 'error' | 'wrong type' | 'wrong value' | 'wrong changelog'

const text = (value: unknown) => JSON.stringify(value)

function tableOf(log: readonly (readonly (string | null)[])[]): string {
  const bag = new Map<string, number>()
  for (const [kind, ...row] of log) {
    const key = text(row)
    bag.set(key, (bag.get(key) ?? 0) + (kind?.startsWith('+') ? 1 : -1))
  }
  return text([...bag].filter(([, count]) => count !== 0).sort())
}

export function judge(golden: Golden, answer: Answer | undefined): Verdict {
  if (golden.error !== undefined) return answer?.error === undefined ? 'should fail' : 'pass'
  if (answer === undefined || answer.error !== undefined) return 'error'
  if (golden.expr !== undefined) {
    if (golden.type !== answer.type) return 'wrong type'
    return golden.nondet === true || golden.value === answer.value ? 'pass' : 'wrong value'
  }
  const [expected, actual] = [golden.changelog ?? [], answer.changelog ?? []]
  if (golden.stable === 'none' || text(expected) === text(actual)) return 'pass'
  const sorted = (log: typeof expected) => text(log.map(text).sort())
  if (sorted(expected) === sorted(actual)) return 'pass'
  return golden.stable === 'final' && tableOf(expected) === tableOf(actual) ? 'pass' : 'wrong changelog'
}
