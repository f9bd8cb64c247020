/**
 * Between a job and the program that reads its rows.
 *
 * Law: batches come out in the order in which they went in; while more than `LIMIT` rows wait, the buffer is `full` and the
 * job stands still.
 */
import type { CollectTarget } from '../operators/contract.ts'
import type { Batch } from '../types/batch.ts'

const LIMIT = 10_000

export class CollectBuffer implements CollectTarget {
  #batches: Batch[] = []
  #rows = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #onReady: () => void = () => {}
  #onData: (() => void) | undefined

  get full(): boolean {
    return this.#rows >= LIMIT
  }

  onReady(callback: () => void): void {
    this.#onReady = callback
  }

  push(batch: Batch): void {
    this.#batches.push(batch)
    this.#rows += batch.length
    this.#onData?.()
  }

  /** The job ended; `failure` when not well. */
  end(failure?: { readonly error: unknown }): void {
    this.#ended = true
    this.#failure = failure
    this.#onData?.()
  }

  /** What is there now, without waiting. */
  drain(): Batch[] {
    const batches = this.#batches
    const wasFull = this.full
    this.#batches = []
    this.#rows = 0
    if (wasFull) this.#onReady()
    return batches
  }

  /** The next batches; empty at the end. Throws the job's error after the rows before it were taken. */
  async next(): Promise<Batch[]> {
    for (;;) {
      if (this.#batches.length > 0) return this.drain()
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#ended) return []
      await new Promise<void>((resolve) => {
        this.#onData = resolve
      })
      this.#onData = undefined
    }
  }
}
