/**
 * Everything that the engine asks of the world.
 *
 * Law: code under `src/` outside the hosts, the command line and the server never calls `Date.now`, `setTimeout`,
 * `Math.random`, the network or the disk; it takes a `Host`. The real one is `base/node-host.ts`; the simulated one
 * (`base/simulated-host.ts`) has a virtual clock, a seeded random source, an in-memory disk and an in-memory network.
 */
import type { LogFolder } from './log-files.ts'
import type { Scratch } from './scratch.ts'

export interface Host {
  readonly clock: Clock
  /** Uniform in [0, 1). */
  random(): number
  readonly storage: Storage
  /** A new place for files that nobody needs when the process has ended, in this folder if it is a real one. */
  scratch(folder: string): Scratch
  /** A folder of files that survive the process, for one owner at a time. */
  logs(folder: string): LogFolder
  readonly network: Network
  /** Have somebody watch that this thread does not stay in one step for longer than this; absent where nobody can. */
  readonly watch?: (timeoutMs: number) => Watch
  /** Tell the user what does not keep the program from going on; absent where nobody listens. */
  readonly warn?: (warning: Warning) => void
}

export interface Warning {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** What a thread that is watched tells of itself. */
export interface Watch {
  /** A step begins. */
  beat(): void
  /** No step is running: the thread may wait as long as it likes. */
  rest(): void
}

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds of a clock that never goes back; for durations and timeouts. */
  monotonic(): number
  /** Run `callback` once after `delayMs`; call the result to cancel it. */
  after(delayMs: number, callback: () => void): () => void
  /** Run `callback` after pending I/O was served, without waiting (setImmediate); the engine's yield to the event loop. */
  immediate(callback: () => void): void
  /** A promise for `after`; rejects with `signal.reason` when aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

export type Content = Uint8Array | readonly Uint8Array[]

/** Files by path with `/`; all writes are complete and durable (fsync) when the promise resolves. */
export interface Storage {
  read(path: string): Promise<Uint8Array>
  /**
   * Write a whole file, given in one or in pieces: to a temporary name, fsync, rename into place, fsync of the folder.
   * @param signal nobody needs the file any more: a store that may never answer rejects then
   */
  writeAtomic(path: string, content: Content, signal?: AbortSignal): Promise<void>
  /** Append; resolves when written, durable only after `sync`. */
  append(path: string, bytes: Uint8Array): Promise<void>
  sync(path: string): Promise<void>
  /** Names (not paths) in a folder, sorted; empty when it does not exist. */
  list(folder: string): Promise<string[]>
  exists(path: string): Promise<boolean>
  /** Delete a file or a folder with all in it; no error when absent. */
  remove(path: string): Promise<void>
}

/** A message-oriented connection to a Kafka broker: one request, one response. */
export interface Network {
  connect(address: BrokerAddress, options: ConnectOptions): Promise<BrokerConnection>
}

export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

export interface ConnectOptions {
  readonly clientId: string
  /** Milliseconds until connecting is given up. */
  readonly connectTimeoutMs: number
  /** TLS and SASL settings; the shape belongs to the adapter. */
  readonly security?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

export interface BrokerConnection {
  /**
   * Send one request and wait for its response. Requests on one connection are answered in order.
   * @param api Kafka's API key  @param version its version
   * @param body the request body without header
   * @param headers which header versions to use: `flexible` = request header v2 (tagged fields); `responseFlexible` =
   *   response header v1 (ApiVersions alone has a flexible request and a plain response header)
   * @param expectResponse false for Produce with acks=0; then resolves with an empty buffer once written
   * @returns the response body without header, as one buffer that the caller may keep
   */
  request(
    api: number,
    version: number,
    body: Uint8Array,
    headers: { readonly flexible: boolean; readonly responseFlexible: boolean },
    expectResponse?: boolean,
  ): Promise<Uint8Array>
  readonly closed: boolean
  close(): Promise<void>
}
