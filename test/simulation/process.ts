/**
 * One life of the program: the host that the engine sees until it is killed.
 *
 * Laws
 * - After `kill` nothing of the process happens any more: its timers are gone, its connections are closed, no promise that it
 *   waits for ever settles.
 * - Work takes time: each look at the clock moves virtual time on a little, so that timers come due between steps.
 */
import type { Clock, Host, Network, Storage } from '../../src/base/host.ts'
import { MemoryLogs } from '../../src/base/log-files.ts'
import type { StateBackend } from '../../src/state/contract.ts'
import { diskBackend } from '../../src/state/disk/backend.ts'
import { memoryBackend } from '../../src/state/memory/backend.ts'
import type { Lane } from './scheduler.ts'
import { StateDisk } from './scratch.ts'
import type { World } from './world.ts'

export class Process implements Host {
  readonly world: World
  readonly number: number
  readonly clock: Clock
  readonly storage: Storage
  readonly network: Network
  readonly stateDisk: StateDisk
  readonly scratch: Host['scratch']
  readonly logs = () => new MemoryLogs()
  alive = true
  /** What the wall clock is off by, ms. */
  skew = 0
  /** Yields of the engine keep their order, as those of Node do. */
  readonly #yields: Lane = { last: 0 }
  readonly #timers = new Set<Lane>()
  readonly #killers = new Set<() => void>()

  constructor(world: World, number: number) {
    this.world = world
    this.number = number
    this.clock = this.#clock()
    this.storage = world.disk.storageOf(this)
    this.network = world.network.of(this)
    this.stateDisk = new StateDisk(this)
    this.scratch = () => this.stateDisk.scratch()
  }

  /** Of a job that this process starts, or starts again. */
  backend(): StateBackend {
    const options = this.world.plan.state[(this.number + 1) % 2]
    return options === undefined ? memoryBackend : diskBackend({ scratch: () => this.stateDisk.scratch(), ...options })
  }

  random(): number {
    return this.world.scheduler.random()
  }

  onKill(callback: () => void): () => void {
    this.#killers.add(callback)
    return () => this.#killers.delete(callback)
  }

  /** `kill -9` */
  kill(): void {
    if (!this.alive) return
    this.alive = false
    this.world.scheduler.drop(this.#yields)
    for (const timer of this.#timers) this.world.scheduler.drop(timer)
    this.#timers.clear()
    for (const killer of [...this.#killers]) killer()
    this.#killers.clear()
    this.world.disk.crash()
  }

  after(delayMs: number, callback: () => void): () => void {
    if (!this.alive) return () => {}
    const timer: Lane = {}
    this.#timers.add(timer)
    const cancel = this.world.scheduler.after(delayMs, timer, () => {
      this.#timers.delete(timer)
      callback()
    })
    return () => {
      this.#timers.delete(timer)
      cancel()
    }
  }

  #clock(): Clock {
    const { scheduler } = this.world
    return {
      now: () => Math.floor(this.world.startMs + scheduler.now + this.skew),
      monotonic: () => {
        scheduler.now += scheduler.random() * this.world.plan.workMs
        return scheduler.now
      },
      after: (delayMs, callback) => this.after(delayMs, callback),
      immediate: (callback) => {
        if (this.alive) scheduler.after(0, this.#yields, callback)
      },
      sleep: (delayMs, signal) =>
        new Promise((resolve, reject) => {
          signal?.throwIfAborted()
          const cancel = this.after(delayMs, () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          })
          const abort = () => {
            cancel()
            reject(signal?.reason)
          }
          signal?.addEventListener('abort', abort, { once: true })
        }),
    }
  }
}
