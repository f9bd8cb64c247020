/**
 * What becomes of the state of a snapshot in a plan: which operators keep theirs, lose it, or begin without.
 *
 * Laws
 * - An operator is the same when its id, kind, version and state declarations are: nothing is guessed from names.
 * - A job starts from a snapshot only when every operator of its plan that has state finds it there, and when no state is
 *   left over, unless that was allowed.
 */
import { fail } from '../base/errors.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import type { OperatorIdentity } from './snapshot-store.ts'

export interface StateFate {
  readonly node: number
  /** new: nothing is there for it. lost: nobody takes it. other: what is there has another form. */
  readonly fate: 'kept' | 'new' | 'lost' | 'other'
  /** The operator in words. */
  readonly operator: string
}

const STATELESS = '{}'

/** The identity of a plan's state, compared when a snapshot is restored. */
export function planIdentity(plan: CompiledPlan): OperatorIdentity[] {
  return plan.nodes.map(({ id, kind, version, state }) => ({ node: id, kind, version, state: JSON.stringify(state) }))
}

/** The fate of every operator that has state before or now. */
export function stateFates(before: readonly OperatorIdentity[], plan: CompiledPlan): StateFate[] {
  const now = planIdentity(plan)
  const fates = now.flatMap((own): StateFate[] => {
    if (own.state === STATELESS) return []
    const description = plan.nodes.find(({ id }) => id === own.node)?.description ?? own.kind
    const then = before.find((operator) => operator.node === own.node)
    if (then === undefined || then.state === STATELESS) return [{ node: own.node, fate: 'new', operator: description }]
    const same = then.kind === own.kind && then.version === own.version && then.state === own.state
    if (same) return [{ node: own.node, fate: 'kept', operator: description }]
    const operator = `${description} (before: ${then.kind} version ${then.version})`
    return [{ node: own.node, fate: 'other', operator }]
  })
  const lost = before
    .filter(
      ({ node, state }) => state !== STATELESS && !now.some((own) => own.node === node && own.state !== STATELESS),
    )
    .map(({ node, kind }): StateFate => ({ node, fate: 'lost', operator: kind }))
  return [...fates, ...lost].sort((a, b) => a.node - b.node)
}

const WORDS = {
  kept: 'keeps its state',
  new: 'finds no state there',
  lost: 'is not in the plan any more: its state would be lost',
  other: 'has state of another form there',
} as const

export const fateInWords = ({ node, fate, operator }: StateFate): string =>
  `operator ${node}, ${operator}, ${WORDS[fate]}`

export function checkFits(plan: CompiledPlan, before: readonly OperatorIdentity[], ignoreLost: boolean): void {
  const fates = stateFates(before, plan)
  const wrong = fates.filter(({ fate }) => fate !== 'kept' && !(fate === 'lost' && ignoreLost))
  if (wrong.length > 0) fail('RUNTIME_SNAPSHOT_MISMATCH', { detail: `${wrong.map(fateInWords).join('; ')}.` })
}
