/** Rows that came behind the watermark and were dropped: how many, and how far behind the furthest was. */
import type { Counter, OperatorContext } from './contract.ts'

export const LATE_ROWS = 'numLateRecordsDropped'
/** Milliseconds. */
export const LATE_ROWS_BEHIND = 'lateRecordsMaxBehind'

export class LateRows {
  readonly #count: Counter
  #furthest = 0

  constructor(context: OperatorContext) {
    this.#count = context.counter(LATE_ROWS)
    context.gauge(LATE_ROWS_BEHIND, () => this.#furthest)
  }

  /** @param behind of one of them, in milliseconds: from its time to the watermark */
  add(n: number, behind: number): void {
    this.#count.add(n)
    if (behind > this.#furthest && Number.isFinite(behind)) this.#furthest = behind
  }
}
