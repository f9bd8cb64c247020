/**
 * The rows of an operator as they come, for a program or a page that looks.
 *
 * Laws
 * - Rows are printed when they are taken, at most `limit` of them every `everyMs`; the others are counted in `skipped`.
 * - The first event comes at once and says which columns there are; the last one when the job has ended.
 * - Leaving the loop ends the tap.
 */
import type { Clock } from '../../base/host.ts'
import type { Tap } from '../../runtime/tap.ts'
import { rowAt, type Schema } from '../../types/batch.ts'
import { type RowKindText, rowKindText } from '../../types/row-kind.ts'
import { type Cell, cellPrinter, columnsOf, type LiveColumn } from './cells.ts'

/** Rows that passed since the last event. */
export interface LiveRows {
  readonly columns: readonly LiveColumn[]
  readonly rows: readonly { readonly kind: RowKindText; readonly subtask: number; readonly fields: readonly Cell[] }[]
  /** Rows that passed besides and are not among them. */
  readonly skipped: number
}

export interface LiveRowsOptions {
  /** Rows per event at most; 200 when absent. */
  readonly limit?: number
  /** Milliseconds between two events at least; 200 when absent. */
  readonly everyMs?: number
  /** Ends the tap. */
  readonly signal?: AbortSignal
}

export const LIVE_LIMIT = 200
export const LIVE_EVERY_MS = 200

export async function* liveRows(parts: {
  /** Called when the loop begins; a loop that never does costs nothing. */
  readonly open: () => Tap
  readonly close: (tap: Tap) => void
  readonly schema: Schema
  readonly timeZone: string
  readonly clock: Clock
  readonly everyMs: number
  readonly signal?: AbortSignal
}): AsyncGenerator<LiveRows, void, undefined> {
  const { schema, timeZone, clock, everyMs, signal } = parts
  const print = cellPrinter(schema, timeZone)
  const columns = columnsOf(schema)
  const tap = parts.open()
  const aborted = () => signal?.aborted === true
  const stop = () => tap.end()
  try {
    signal?.addEventListener('abort', stop, { once: true })
    if (aborted()) return
    yield { columns, rows: [], skipped: 0 }
    for (;;) {
      await tap.changed()
      if (aborted()) return
      // The rows that come right behind the first are told with it.
      if (!tap.ended) await clock.sleep(everyMs)
      const { batches, skipped } = tap.drain()
      if (batches.length > 0) {
        const rows = batches.flatMap(({ batch, subtask }) =>
          Array.from({ length: batch.length }, (_, row) => ({
            kind: rowKindText(batch.kinds === null ? 0 : batch.kinds[row]),
            subtask,
            fields: print(rowAt(batch, schema, row)),
          })),
        )
        yield { columns, rows, skipped }
      }
      if (tap.ended && tap.empty) return
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    parts.close(tap)
  }
}
