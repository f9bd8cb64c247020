/**
 * Which operators keep, lose or begin without state when a script changes, before anything is stopped.
 *
 * Law: nothing is run; declarations are made in a session of their own, INSERTs are planned. Jobs are compared in their order.
 */
import type { Host } from '../base/host.ts'
import type { CompiledPlan } from '../operators/nodes.ts'
import { planInserts } from '../plan/index.ts'
import { fateInWords, planIdentity, type StateFate, stateFates } from '../runtime/plan-fit.ts'
import { type OperatorIdentity, readManifest } from '../runtime/snapshot-store.ts'
import { parseStatements } from '../sql/index.ts'
import { insertsOf, loadPlan } from './compiled-plan.ts'
import type { TableEnvironment } from './environment.ts'
import { storageFor } from './storage.ts'

/** The plans of the jobs of a script. */
export async function scriptPlans(tEnv: TableEnvironment, sql: string, name: string): Promise<CompiledPlan[]> {
  const source = { name, text: sql }
  const { statements, errors } = parseStatements(sql, { name })
  if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors)
  const plans: CompiledPlan[] = []
  for (const { statement } of statements) {
    const inner = statement.kind === 'execute' ? statement.statement : statement
    if (inner.kind === 'insert') plans.push(planInserts(tEnv.session.planner, [{ insert: inner, source }]))
    else if (inner.kind === 'statement-set') {
      const inserts = inner.statements.map((insert) => ({ insert, source }))
      plans.push(planInserts(tEnv.session.planner, inserts))
    } else if (inner.kind === 'compile-plan') {
      const inserts = insertsOf(inner).map((insert) => ({ insert, source }))
      if (inner.execute) plans.push(planInserts(tEnv.session.planner, inserts))
    } else if (inner.kind === 'execute-plan') {
      plans.push((await loadPlan(tEnv.session, inner.path.value, inner.path.span)).plan)
    } else if (inner.kind !== 'query') await tEnv.executeStatement(statement, source)
  }
  return plans
}

/** The identities of the operators that a savepoint or checkpoint holds state of. */
export async function snapshotIdentity(host: Host, path: string): Promise<readonly OperatorIdentity[]> {
  return (await readManifest(storageFor(host, path), path)).plan
}

export interface PlanDiff {
  readonly lines: readonly string[]
  /** The new plan starts from the old state as it is. */
  readonly fits: boolean
}

export function diffPlans(before: readonly (readonly OperatorIdentity[])[], now: readonly CompiledPlan[]): PlanDiff {
  const lines: string[] = []
  let fits = before.length === now.length
  for (const [i, plan] of now.entries()) {
    const fates: readonly StateFate[] = stateFates(before[i] ?? [], plan)
    if (now.length > 1) lines.push(`job ${i + 1}:`)
    for (const fate of fates) lines.push(fateInWords(fate))
    if (fates.length === 0) lines.push('no operator has state')
    if (fates.some(({ fate }) => fate !== 'kept')) fits = false
  }
  if (before.length !== now.length) lines.push(`${before.length} jobs before, ${now.length} now.`)
  return { lines, fits }
}

export const identities = (plans: readonly CompiledPlan[]) => plans.map(planIdentity)
