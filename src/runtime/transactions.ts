/**
 * The sinks' side of a checkpoint: what a chain's sinks do at a barrier, and what recovery does before they open.
 *
 * Laws
 * - A transactional sink prepares its commit where another one flushes, at the same place in the order of rows.
 * - `recover` runs once per sink and start, before any writer is opened, with what all subtasks left in the checkpoint.
 * - What a checkpoint holds of a table is committed by whichever sink writes to it now; when none does, nothing starts.
 */
import { fail, failure } from '../base/errors.ts'
import type { Committable, TableSink } from '../connectors/contract.ts'
import type { JobEnvironment } from './build.ts'
import type { JobSnapshot } from './snapshot-store.ts'
import type { ChainedOperator } from './task.ts'

/** What a checkpoint holds of one transactional sink in one subtask. */
export interface SinkPart {
  readonly node: number
  readonly subtask: number
  /** Full name of the table; absent in checkpoints of earlier builds. */
  readonly table?: string
  readonly committables: readonly Committable[]
  /** What `WriterTransactions.snapshot` gave. */
  readonly writer: Committable
}

/** A sink of the plan and how many subtasks write to it. */
export interface JobSink {
  readonly node: number
  readonly table: string
  readonly sink: TableSink
  readonly parallelism: number
}

/** Flush the sinks of a chain, or let them prepare; resolves when all that came before is safe outside. */
export async function prepareSinks(
  chain: readonly ChainedOperator[],
  subtask: number,
  checkpoint: number,
): Promise<readonly SinkPart[]> {
  const parts = chain.map(async ({ node, operator }): Promise<SinkPart[]> => {
    const { transactions } = operator
    if (transactions === undefined) {
      await operator.flush?.()
      return []
    }
    const prepared = transactions.prepareCommit(checkpoint)
    const writer = transactions.snapshot()
    const table = node.kind === 'sink' ? node.table.name : undefined
    return [{ node: node.id, subtask, table, committables: await prepared, writer }]
  })
  return (await Promise.all(parts)).flat()
}

export async function recoverSinks(
  sinks: readonly JobSink[],
  host: JobEnvironment['host'],
  restore: JobSnapshot | undefined,
): Promise<void> {
  for (const own of sinks) {
    const { sink, parallelism } = own
    if (sink.recover === undefined) continue
    const parts = restore?.sinks?.filter((part) => heirOf(part, sinks) === own) ?? []
    const restored = restore && {
      checkpoint: restore.checkpoint,
      committables: parts.flatMap((part) => part.committables),
      writers: parts.map((part) => part.writer),
    }
    await sink.recover({ host, parallelism, restored })
  }
}

/** The sink that writes to the table of the part, the same operator if it does; the operator's number may have changed. */
function heirOf({ node, table }: SinkPart, sinks: readonly JobSink[]): JobSink | undefined {
  if (table === undefined) return sinks.find((sink) => sink.node === node)
  const heirs = sinks.filter((sink) => sink.table === table && sink.sink.recover !== undefined)
  return heirs.find((sink) => sink.node === node) ?? heirs[0]
}

/** Refuse to start where transactions would be left behind. */
export function checkCommits({ checkpoint, sinks: parts = [] }: JobSnapshot, sinks: readonly JobSink[]): void {
  for (const part of parts) {
    const transactions = part.committables.length
    if (transactions === 0 || heirOf(part, sinks) !== undefined) continue
    fail('RUNTIME_UNCOMMITTED_SINK', { table: part.table ?? `operator ${part.node}`, checkpoint, transactions })
  }
}

export function commitFailure(job: string, checkpoint: number, cause: unknown): Error {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return failure('RUNTIME_COMMIT_FAILED', { job, checkpoint, detail }, { cause })
}
