/**
 * What a job with sinks that write exactly once is told before it starts, rather than by rows that are missing.
 *
 * Laws
 * - Two sinks never write under one prefix at the same time on one host: each would end the other's transactions.
 * - A job whose rows nothing will commit by itself runs, as in Flink, and says so.
 */
import { fail, failure } from '../base/errors.ts'
import type { Host } from '../base/host.ts'
import type { OptionValues } from '../base/options.ts'
import type { TableAccess } from '../operators/contract.ts'
import type { CompiledPlan } from '../operators/nodes.ts'

interface Claim {
  readonly job: string
  readonly table: string
}

/** Prefixes of the jobs that run. */
const claims = new WeakMap<Host, Map<string, Claim>>()

/** Take the prefixes of a job's sinks until the result is called; throws when one is taken. */
export function claimTransactions(host: Host, plan: CompiledPlan, tables: TableAccess, job: string): () => void {
  const taken = claims.get(host) ?? new Map<string, Claim>()
  claims.set(host, taken)
  const own = new Map<string, Claim>()
  for (const node of plan.nodes) {
    if (node.kind !== 'sink') continue
    const names = tables.sink(node.table).transactionNames
    if (names === undefined) continue
    const table = node.table.name
    const scope = `${names.where} ${names.prefix}`
    const other = own.get(scope) ?? taken.get(scope)
    if (other !== undefined) {
      const { key, prefix } = names
      fail('ENGINE_SHARED_TRANSACTIONS', {
        table,
        other: other.table,
        job: own.has(scope) ? '' : other.job,
        key,
        prefix,
      })
    }
    own.set(scope, { job, table })
  }
  for (const [scope, claim] of own) taken.set(scope, claim)
  return () => {
    for (const [scope, claim] of own) if (taken.get(scope) === claim) taken.delete(scope)
  }
}

/** An input without end, and no checkpoint that would commit. */
export function warnOfNoCommits(host: Host, plan: CompiledPlan, tables: TableAccess, options: OptionValues): void {
  if ((options.number('execution.checkpointing.interval') ?? 0) > 0) return
  if (plan.nodes.every((node) => node.kind !== 'source-scan' || tables.source(node.table).bounded)) return
  for (const node of plan.nodes) {
    if (node.kind !== 'sink') continue
    const sink = tables.sink(node.table)
    if (sink.recover === undefined) continue
    host.warn?.(failure('ENGINE_NEVER_COMMITS', { table: node.table.name, timeoutMs: sink.transactionTimeout?.ms }))
  }
}
