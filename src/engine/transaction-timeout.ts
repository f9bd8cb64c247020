/**
 * Refuses a job whose transactions cannot live until the checkpoint that commits them.
 *
 * Law: a transaction is open from the first row behind a barrier until the next checkpoint is complete. So its timeout must be
 * longer than the time between two checkpoints, which is told before anything is opened. How long a checkpoint or a restart takes
 * on top is for the user to leave room for. A job without an interval runs, as in Flink: its end or a savepoint commits, and
 * the doctor says that nothing else does.
 */
import { fail } from '../base/errors.ts'
import type { OptionValues } from '../base/options.ts'
import type { TableAccess } from '../operators/contract.ts'
import type { CompiledPlan } from '../operators/nodes.ts'

export function checkTransactionTimeouts(plan: CompiledPlan, tables: TableAccess, options: OptionValues): void {
  const interval = options.number('execution.checkpointing.interval') ?? 0
  if (interval === 0) return
  const between = Math.max(interval, options.number('execution.checkpointing.min-pause') ?? 0)
  const key = `execution.checkpointing.${between > interval ? 'min-pause' : 'interval'}`
  for (const node of plan.nodes) {
    if (node.kind !== 'sink') continue
    const timeout = tables.sink(node.table).transactionTimeout
    if (timeout === undefined || timeout.ms > between) continue
    const table = node.table.name
    fail('ENGINE_TRANSACTION_TIMEOUT', { table, timeoutKey: timeout.key, timeoutMs: timeout.ms, key, ms: between })
  }
}
