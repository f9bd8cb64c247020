/**
 * Watermarks of the splits of one source subtask.
 *
 * Laws
 * - A split's watermark is the running maximum of its rows' watermarks; the subtask's is the minimum over the splits that
 *   have not ended and are not idle. It only rises.
 * - A split that has not had a row holds the watermark back until it is idle (`scan.watermark.idle-timeout`).
 */

/** Without a row for so long, a split that is behind is said to hold the watermark; as long as the doctor's. */
const QUIET_MS = 10_000

export interface SplitWatermark {
  watermark: number
  /** Monotonic ms of the last row, or of the split's first appearance. */
  lastActive: number
  idle: boolean
}

export class SplitWatermarks {
  readonly #splits = new Map<string, SplitWatermark>()
  readonly #idleTimeoutMs: number | undefined
  /** What was handed down last. */
  emitted = Number.NEGATIVE_INFINITY

  constructor(idleTimeoutMs: number | undefined) {
    this.#idleTimeoutMs = idleTimeoutMs
  }

  /** Take over the reader's list: new splits begin without a watermark, ended ones no longer hold it back. */
  update(names: readonly string[], now: number): void {
    if (names.length !== this.#splits.size || names.some((name) => !this.#splits.has(name))) {
      for (const name of [...this.#splits.keys()]) if (!names.includes(name)) this.#splits.delete(name)
      for (const name of names) if (!this.#splits.has(name)) this.restore(name, Number.NEGATIVE_INFINITY, now)
    }
  }

  restore(split: string, watermark: number, now: number): void {
    this.#splits.set(split, { watermark, lastActive: now, idle: false })
  }

  of(split: string): number {
    return this.#splits.get(split)?.watermark ?? Number.NEGATIVE_INFINITY
  }

  isIdle(split: string): boolean {
    return this.#splits.get(split)?.idle === true
  }

  /** The split had rows, whose highest watermark so far is `watermark`. */
  advance(split: string, watermark: number, now: number): void {
    const state = this.#splits.get(split)
    if (state === undefined) {
      this.restore(split, watermark, now)
      return
    }
    state.watermark = Math.max(state.watermark, watermark)
    state.lastActive = now
    state.idle = false
  }

  /** Minimum over the active splits other than `except`; +Infinity when there is none. */
  combined(except?: string): number {
    let minimum = Number.POSITIVE_INFINITY
    for (const [name, split] of this.#splits) {
      if (name !== except && !split.idle) minimum = Math.min(minimum, split.watermark)
    }
    return minimum
  }

  /** Mark splits without rows for the timeout; true when every split is idle. */
  checkIdle(now: number): boolean {
    if (this.#idleTimeoutMs === undefined) return false
    let all = this.#splits.size > 0
    for (const split of this.#splits.values()) {
      if (!split.idle && now - split.lastActive >= this.#idleTimeoutMs) split.idle = true
      all &&= split.idle
    }
    return all
  }

  /** Monotonic ms at which the next split becomes idle, or +Infinity. */
  nextIdle(): number {
    let next = Number.POSITIVE_INFINITY
    if (this.#idleTimeoutMs === undefined) return next
    for (const split of this.#splits.values()) {
      if (!split.idle) next = Math.min(next, split.lastActive + this.#idleTimeoutMs)
    }
    return next
  }

  /**
   * Which split the watermark waits for, for "why is there no output?": one that has had no row, or one that has been quiet while the
   * others went on. A split whose rows come is waited for by nobody, whatever its watermark is.
   */
  waitingFor(now: number): string | undefined {
    let slowest: [name: string, split: SplitWatermark] | undefined
    for (const each of this.#splits) {
      if (!each[1].idle && (slowest === undefined || each[1].watermark < slowest[1].watermark)) slowest = each
    }
    if (slowest === undefined) return undefined
    const [name, { watermark, lastActive }] = slowest
    const others = this.combined(name)
    const ahead = others !== Number.POSITIVE_INFINITY && others > watermark
    if (watermark === Number.NEGATIVE_INFINITY) {
      const held = ahead ? `, without which the watermark would be ${iso(others)}` : ''
      return `the first row of ${name}${held}`
    }
    if (!ahead || now - lastActive < QUIET_MS) return undefined
    return `rows of ${name}, which holds the watermark at ${iso(watermark)}; without it, it would be ${iso(others)}`
  }
}

const iso = (time: number) => new Date(time).toISOString()
