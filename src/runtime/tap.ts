/**
 * Rows of one operator for somebody who looks, beside the way that rows take.
 *
 * Laws
 * - Bounded: it keeps the first `limit` rows since it was last emptied and counts the others; a whole batch is kept by
 *   reference (an emitted batch never changes), so that nothing is copied or printed on the way of the rows.
 * - The job never waits for who looks.
 * - It outlives restarts of the job, and ends with it.
 */
import type { Batch } from '../types/batch.ts'
import { slice } from '../types/batch.ts'

export interface Tapped {
  readonly batch: Batch
  readonly subtask: number
}

export class Tap {
  /** The operator, and how many rows it keeps. */
  readonly node: number
  readonly #limit: number
  #kept: Tapped[] = []
  #rows = 0
  #skipped = 0
  #ended = false
  #onChange: (() => void) | undefined

  constructor(node: number, limit: number) {
    this.node = node
    this.#limit = limit
  }

  push(batch: Batch, subtask: number): void {
    const room = Math.min(this.#limit - this.#rows, batch.length)
    this.#skipped += batch.length - room
    if (room === 0) return
    this.#kept.push({ batch: slice(batch, 0, room), subtask })
    this.#rows += room
    this.#onChange?.()
  }

  get ended(): boolean {
    return this.#ended
  }

  get empty(): boolean {
    return this.#rows === 0
  }

  /** No row comes any more; those that are kept can still be taken. */
  end(): void {
    this.#ended = true
    this.#onChange?.()
  }

  /** Take what it has. */
  drain(): { readonly batches: readonly Tapped[]; readonly skipped: number } {
    const taken = { batches: this.#kept, skipped: this.#skipped }
    this.#kept = []
    this.#rows = 0
    this.#skipped = 0
    return taken
  }

  /** Resolves when there are rows, or at the end. */
  async changed(): Promise<void> {
    while (this.#rows === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve
      })
    }
    this.#onChange = undefined
  }
}
