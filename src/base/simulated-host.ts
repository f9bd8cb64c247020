/**
 * A host without a world: virtual time, seeded randomness, files in memory, brokers by address.
 *
 * Laws
 * - Time moves only in `advance`; timers due at the same instant run in the order in which they were set.
 * - The same seed gives the same run.
 */
import type { BrokerAddress, BrokerConnection, Clock, ConnectOptions, Content, Host, Network, Storage } from './host.ts'
import { MemoryLogs } from './log-files.ts'
import { memoryScratch } from './scratch.ts'

export interface SimulatedHost extends Host {
  readonly clock: SimulatedClock
  readonly storage: MemoryStorage
  readonly network: SimulatedNetwork
  logs(folder: string): MemoryLogs
}

export function simulatedHost(options: { readonly seed?: number; readonly startMs?: number } = {}): SimulatedHost {
  const random = seededRandom(options.seed ?? 1)
  const logs = new Map<string, MemoryLogs>()
  return {
    clock: new SimulatedClock(options.startMs ?? 0),
    random,
    storage: new MemoryStorage(),
    scratch: memoryScratch,
    logs: (folder) => {
      const found = logs.get(folder) ?? new MemoryLogs()
      logs.set(folder, found)
      return found
    },
    network: new SimulatedNetwork(),
  }
}

/** Uniform numbers in [0, 1) from a 32-bit seed (a Weyl sequence through two multiply-xorshift rounds). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296
  }
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly callback: () => void
}

export class SimulatedClock implements Clock {
  #now: number
  #order = 0
  #timers: Timer[] = []
  readonly #start: number

  constructor(startMs: number) {
    this.#now = startMs
    this.#start = startMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now - this.#start
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer)
    }
  }

  immediate(callback: () => void): void {
    queueMicrotask(callback)
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
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
    })
  }

  /** When the next timer is due, or undefined. */
  get nextTimer(): number | undefined {
    return this.#timers.length === 0 ? undefined : Math.min(...this.#timers.map((timer) => timer.at))
  }

  /** Let `ms` pass, running timers in order. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
    }
    this.#now = until
  }
}

export class MemoryStorage implements Storage {
  readonly files = new Map<string, Uint8Array>()

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new Error(`ENOENT: no such file '${path}'`)
    return bytes
  }

  async writeAtomic(path: string, content: Content): Promise<void> {
    this.files.set(path, Buffer.concat(content instanceof Uint8Array ? [content] : content))
  }

  async append(path: string, bytes: Uint8Array): Promise<void> {
    const before = this.files.get(path) ?? new Uint8Array(0)
    this.files.set(path, Buffer.concat([before, bytes]))
  }

  async sync(_path: string): Promise<void> {}

  async list(folder: string): Promise<string[]> {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`
    const names = [...this.files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length).split('/')[0])
    return [...new Set(names)].sort()
  }

  async exists(path: string): Promise<boolean> {
    return this.files.has(path) || [...this.files.keys()].some((file) => file.startsWith(`${path}/`))
  }

  async remove(path: string): Promise<void> {
    for (const file of [...this.files.keys()]) {
      if (file === path || file.startsWith(`${path}/`)) this.files.delete(file)
    }
  }
}

/** Brokers registered by address; a connection to an unknown one is refused as the operating system would. */
export class SimulatedNetwork implements Network {
  readonly #brokers = new Map<string, Network>()

  register(address: BrokerAddress, network: Network): void {
    this.#brokers.set(`${address.host}:${address.port}`, network)
  }

  async connect(address: BrokerAddress, options: ConnectOptions): Promise<BrokerConnection> {
    const key = `${address.host}:${address.port}`
    const broker = this.#brokers.get(key)
    if (broker === undefined) throw new Error(`connect ECONNREFUSED ${key}`)
    return broker.connect(address, options)
  }
}
