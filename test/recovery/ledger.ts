/**
 * A world for tests of recovery: a source of numbers that can be read again from a position, and a transactional sink whose
 * committed rows outlive the job.
 *
 * Laws
 * - The sink refuses what a real broker would make wrong: a commit of what was not prepared, a writer that opens before
 *   recovery, a transaction name used twice.
 * - A commit may be repeated; its rows count once.
 */
import type { Connector, SinkWriter, SourceReader, SplitState, WriterContext } from '../../src/connectors/contract.ts'
import { batchOf, valueAt } from '../../src/types/batch.ts'
import { BIGINT } from '../../src/types/logical-type.ts'

const INSERTS = { updateBefore: false, updateAfter: false, delete: false }

export class Ledger {
  /** Numbers of the source are 0 … available − 1; it ends at `end`. */
  available = 0
  end = Number.POSITIVE_INFINITY
  readonly committed: number[] = []
  readonly log: string[] = []
  /** Prepared and not committed: rows by transaction. */
  readonly prepared = new Map<string, readonly number[]>()
  /** Called before each commit; throws to make it fail. */
  onCommit: () => void = () => {}
  /** Called after each commit; throws where the answer never comes. */
  onCommitted: () => void = () => {}
  onPrepare: () => void = () => {}
  onWrite: (rows: readonly number[]) => void = () => {}
  onRead: (position: number) => void = () => {}
  full = false
  /** Of the sink's transactions, ms; undefined = without bound. */
  timeoutMs: number | undefined
  #used = new Set<string>()
  #recovered = false
  #wakers: (() => void)[] = []
  ready: (() => void)[] = []
  /** Called when a writer is closed; throws where that fails. */
  onClose: () => void = () => {}

  /** Let the source give numbers below `n`. */
  give(n: number): void {
    this.available = n
    for (const wake of this.#wakers) wake()
  }

  finish(): void {
    this.end = this.available
    for (const wake of this.#wakers) wake()
  }

  get connectors(): readonly Connector[] {
    return [
      {
        identifier: 'numbers',
        options: [],
        formatOptions: [],
        source: () => ({
          changelog: INSERTS,
          bounded: false,
          metadata: [],
          parallel: false,
          createReader: (context) => this.#reader(context.restored),
        }),
      },
      {
        identifier: 'ledger',
        options: [],
        formatOptions: [],
        sink: () => ({
          acceptedChangelog: () => INSERTS,
          metadata: [],
          parallel: true,
          createWriter: (context) => this.#writer(context),
          ...(this.timeoutMs !== undefined && { transactionTimeout: { key: 'ledger.timeout', ms: this.timeoutMs } }),
          recover: async ({ restored }) => {
            this.log.push(`recover ${restored?.checkpoint ?? 'anew'}`)
            for (const { name } of restored?.committables ?? []) this.#commit(String(name))
            for (const name of this.prepared.keys()) this.log.push(`abort ${name}`)
            this.prepared.clear()
            this.#recovered = true
          },
        }),
      },
    ]
  }

  #reader(restored: readonly SplitState[] | undefined): SourceReader {
    let position = Number(restored?.[0]?.position ?? 0)
    let ended = false
    return {
      open: async () => {},
      poll: (maxRows) => {
        if (position >= this.end) {
          ended = true
          return 'end'
        }
        const count = Math.min(maxRows, this.available - position, 10)
        if (count <= 0) return 'empty'
        this.onRead(position)
        const rows = Array.from({ length: count }, (_, i) => [position + i])
        position += count
        return { split: 'numbers-0', batch: batchOf([{ name: 'n', type: BIGINT }], rows) }
      },
      onAvailable: (callback) => this.#wakers.push(callback),
      splits: () => (ended ? [] : ['numbers-0']),
      snapshot: () => [{ split: 'numbers-0', position }],
      close: async () => {},
    }
  }

  #writer({ subtask, restoredCheckpoint }: WriterContext): SinkWriter {
    let rows: number[] = []
    const full = () => this.full
    return {
      open: async () => {
        if (!this.#recovered) throw new Error('a writer opened before recovery')
        this.log.push(`open ${restoredCheckpoint}`)
      },
      write: (batch) => {
        const values = Array.from({ length: batch.length }, (_, row) => Number(valueAt(batch.columns[0], BIGINT, row)))
        this.onWrite(values)
        rows.push(...values)
      },
      onReady: (callback) => this.ready.push(callback),
      flush: async () => {
        throw new Error('a transactional writer was flushed')
      },
      transactions: {
        prepareCommit: async (checkpoint) => {
          const name = `${subtask}-${checkpoint}`
          const own = rows
          rows = []
          if (own.length === 0) return []
          if (this.#used.has(name)) throw new Error(`transaction ${name} was used before`)
          this.#used.add(name)
          // A broker answers later; rows that are written meanwhile must not slip in.
          await Promise.resolve()
          this.onPrepare()
          this.prepared.set(name, own)
          this.log.push(`prepare ${name}`)
          return [{ name }]
        },
        commit: async (committables) => {
          this.onCommit()
          for (const { name } of committables) this.#commit(String(name))
          this.onCommitted()
        },
        snapshot: () => ({ prefix: 'ledger' }),
      },
      close: async () => this.onClose(),
      get full() {
        return full()
      },
    }
  }

  readonly #done = new Set<string>()
  #commit(name: string): void {
    if (this.#done.has(name)) return
    const rows = this.prepared.get(name)
    if (rows === undefined) throw new Error(`transaction ${name} is unknown`)
    this.prepared.delete(name)
    this.#done.add(name)
    this.committed.push(...rows)
    this.log.push(`commit ${name}`)
  }
}

export const numbersTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
