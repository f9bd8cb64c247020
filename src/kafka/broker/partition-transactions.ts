/**
 * The transactions of a partition: where each that is open began, and which were aborted.
 *
 * Law: `stableOffset` is the first offset of the oldest open transaction, or `undefined` when none is open; what lies behind it
 * is not for readers of committed records yet.
 */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** Offset of its marker. */
  readonly lastOffset: number
}

export class PartitionTransactions {
  readonly #open = new Map<number, number>()
  #aborted: AbortedTransaction[] = []

  get stableOffset(): number | undefined {
    return this.#open.size === 0 ? undefined : Math.min(...this.#open.values())
  }

  written(producerId: number, offset: number): void {
    if (!this.#open.has(producerId)) this.#open.set(producerId, offset)
  }

  ended(producerId: number, committed: boolean, markerOffset: number): void {
    const firstOffset = this.#open.get(producerId)
    this.#open.delete(producerId)
    if (firstOffset === undefined || committed) return
    this.#aborted.push({ producerId, firstOffset, lastOffset: markerOffset })
  }

  /** Of open transactions. */
  producers(): readonly number[] {
    return [...this.#open.keys()]
  }

  /** Those that have records in [from, to). */
  aborted(from: number, to: number): readonly AbortedTransaction[] {
    return this.#aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= from && firstOffset < to)
  }

  /** Records before `startOffset` are gone. */
  forget(startOffset: number): void {
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= startOffset)
  }
}
