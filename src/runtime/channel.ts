/**
 * What flows between two subtasks.
 *
 * Law: elements leave a channel in the order in which they entered it. `sequence` numbers all elements of a job in the order
 * of their creation, so that a subtask with several channels takes them in arrival order and one thread gives one result.
 */
import type { Batch } from '../types/batch.ts'

export type Element =
  | { readonly kind: 'batch'; readonly batch: Batch; readonly sequence: number }
  | { readonly kind: 'watermark'; readonly watermark: number; readonly sequence: number }
  /** The channel has no active split in front of it: it must not hold the watermark back. */
  | { readonly kind: 'idle'; readonly idle: boolean; readonly sequence: number }
  | {
      readonly kind: 'barrier'
      readonly checkpoint: number
      /** The job is to be stopped there: nothing at all is done behind it. */
      readonly suspend: boolean
      readonly sequence: number
    }
  | { readonly kind: 'end'; readonly sequence: number }

/** Elements a channel takes before it says `full` (back-pressure; a bound on memory, not on correctness). */
const CAPACITY = 16

export class Channel {
  /** Which input of the consuming operator this channel belongs to. */
  readonly input: number
  /** Highest watermark that was taken out. */
  watermark = Number.NEGATIVE_INFINITY
  idle = false
  ended = false
  /** The barrier that was taken out suspends the job. */
  suspends = false
  /** Barrier taken out, waiting for the other channels (alignment); nothing is taken while set. */
  blockedBy: number | undefined
  #elements: Element[] = []
  #head = 0

  constructor(input: number) {
    this.input = input
  }

  get full(): boolean {
    return this.#elements.length - this.#head >= CAPACITY
  }

  get size(): number {
    return this.#elements.length - this.#head
  }

  push(element: Element): void {
    this.#elements.push(element)
  }

  /** The next element without taking it; undefined when there is none or the channel waits for alignment. */
  peek(): Element | undefined {
    return this.blockedBy === undefined ? this.#elements[this.#head] : undefined
  }

  take(): Element {
    const element = this.#elements[this.#head++]
    if (this.#head === this.#elements.length) {
      this.#elements = []
      this.#head = 0
    } else if (this.#head > 64) {
      this.#elements.splice(0, this.#head)
      this.#head = 0
    }
    return element
  }
}
