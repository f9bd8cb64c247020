/**
 * Virtual time and one queue of events, in an order that a seed draws.
 *
 * Laws
 * - One event runs at a time; every promise that it settles has run its course before the next event.
 * - Time never goes back. Among the events that are due the seed chooses, except that events of one `lane` (a connection, the
 *   yields of one process) keep their order.
 * - The same seed and the same code give the same run.
 */
import { seededRandom } from '../../src/base/simulated-host.ts'

/** Events that keep their order; `{}` alone is a lane of its own. */
export interface Lane {
  /** When the lane's last event happens; present in lanes in which a later event never overtakes an earlier one. */
  last?: number
}

interface Event {
  readonly at: number
  readonly lane: Lane
  readonly run: () => void
}

export class Scheduler {
  readonly random: () => number
  /** Virtual milliseconds since the start; fractions are allowed. */
  now = 0
  /** Events so far. */
  count = 0
  #events: Event[] = []

  constructor(seed: number) {
    this.random = seededRandom(seed)
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.random() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]
  }

  /** Run `run` after `delayMs`; the result takes it back. */
  after(delayMs: number, lane: Lane, run: () => void): () => void {
    const at = Math.max(this.now + Math.max(0, delayMs), lane.last ?? 0)
    if (lane.last !== undefined) lane.last = at
    const event: Event = { at, lane, run }
    this.#events.push(event)
    return () => {
      const index = this.#events.indexOf(event)
      if (index >= 0) this.#events.splice(index, 1)
    }
  }

  /** Forget all events of a lane, as when its process dies. */
  drop(lane: Lane): void {
    this.#events = this.#events.filter((event) => event.lane !== lane)
  }

  /** Run the next event; false when there is none. */
  async step(): Promise<boolean> {
    // What was started outside of an event may still be about to ask for one.
    if (this.#events.length === 0) await settled()
    if (this.#events.length === 0) return false
    let earliest = Number.POSITIVE_INFINITY
    for (const { at } of this.#events) if (at < earliest) earliest = at
    const horizon = Math.max(this.now, earliest)
    const lanes = new Map<Lane, number>()
    for (let i = 0; i < this.#events.length; i++) {
      const { at, lane } = this.#events[i]
      if (at > horizon) continue
      const first = lanes.get(lane)
      if (first === undefined || at < this.#events[first].at) lanes.set(lane, i)
    }
    const ready = [...lanes.values()]
    const chosen = ready.length === 1 ? ready[0] : ready[Math.floor(this.random() * ready.length)]
    const [event] = this.#events.splice(chosen, 1)
    this.now = horizon
    this.count++
    event.run()
    await settled()
    return true
  }
}

/** Resolves when no promise has anything left to do. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
