/**
 * Keeps rows and writes the last one of each key: `sink.buffer-flush.max-rows` and `.interval`.
 *
 * Laws
 * - What is kept is written when there are so many keys, when the first of them has waited for the interval, and before every
 *   barrier and the end, so that a checkpoint never covers a row that is only kept here.
 * - What reaches the topic are the rows that a reader of the newest record per key sees either way.
 */

import type { Batch } from '../../types/batch.ts'
import { batchOf, rowAt, type Schema } from '../../types/batch.ts'
import type { Value } from '../../types/value.ts'
import type { SinkWriter, WriterContext, WriterTransactions } from '../contract.ts'

interface Kept {
  readonly kind: number
  readonly row: readonly Value[]
}

export class ReducingWriter implements SinkWriter {
  readonly transactions?: WriterTransactions
  readonly #context: WriterContext
  readonly #writer: SinkWriter
  readonly #schema: Schema
  readonly #key: readonly number[]
  readonly #limit: { readonly rows: number; readonly ms: number }
  readonly #kept = new Map<string, Kept>()
  #cancel: (() => void) | undefined
  #failure: { readonly error: unknown } | undefined
  #ready: () => void = () => {}

  constructor(
    context: WriterContext,
    writer: SinkWriter,
    primaryKey: readonly string[],
    limit: { readonly rows: number; readonly ms: number },
  ) {
    this.#context = context
    this.#writer = writer
    this.#schema = context.consumed
    this.#key = primaryKey.map((column) => context.consumed.findIndex(({ name }) => name === column))
    this.#limit = limit
    const { transactions } = writer
    if (transactions !== undefined) {
      this.transactions = {
        prepareCommit: async (checkpoint) => {
          this.#drain()
          return transactions.prepareCommit(checkpoint)
        },
        commit: (committables) => transactions.commit(committables),
        snapshot: () => transactions.snapshot(),
      }
    }
  }

  open(): Promise<void> {
    return this.#writer.open()
  }

  write(batch: Batch): void {
    if (this.#failure !== undefined) throw this.#failure.error
    for (let at = 0; at < batch.length; at++) {
      const row = rowAt(batch, this.#schema, at)
      const key = keyText(this.#key.map((column) => row[column]))
      this.#kept.set(key, { kind: batch.kinds === null ? 0 : batch.kinds[at], row })
      if (this.#kept.size >= this.#limit.rows) this.#drain()
    }
    if (this.#kept.size > 0) this.#cancel ??= this.#context.host.clock.after(this.#limit.ms, () => this.#late())
  }

  #drain(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#kept.size === 0) return
    const kept = [...this.#kept.values()]
    this.#kept.clear()
    const rows = kept.map(({ row }) => row)
    const kinds = kept.map(({ kind }) => kind)
    this.#writer.write(batchOf(this.#schema, rows, kinds))
  }

  /** Nobody waits here for an error: the next call throws it. */
  #late(): void {
    try {
      this.#drain()
    } catch (error) {
      this.#failure = { error }
      this.#ready()
    }
  }

  get full(): boolean {
    return this.#failure === undefined && this.#writer.full
  }

  onReady(callback: () => void): void {
    this.#ready = callback
    this.#writer.onReady(callback)
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error
    this.#drain()
    await this.#writer.flush()
  }

  async close(): Promise<void> {
    this.#cancel?.()
    await this.#writer.close()
  }
}

/** Equal for equal keys of one table, and only for them: JSON has no NaN, no infinity, one zero. */
export function keyText(key: readonly Value[]): string {
  return JSON.stringify(key, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
    return value instanceof Uint8Array ? [...value] : value
  })
}
