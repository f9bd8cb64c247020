/**
 * The broker core as a connection sees it: one request in, one answer or nothing out.
 *
 * Law: requests of a session are answered in the order in which they came, one at a time, as a Kafka broker does. A
 * request that cannot be read ends the session with a log line, and never more than the session.
 */
import { isRivuletError } from '../../base/errors.ts'
import {
  apiVersions,
  decodeRequestHeader,
  ErrorCodes,
  encodeResponseHeader,
  headerFlags,
  type RequestHeader,
} from '../protocol/index.ts'
import type { Cluster } from './cluster.ts'
import { type Answer, NO_ANSWER, type Offer, type RequestContext } from './handler.ts'
import { offeredVersions, offerOf } from './handlers/index.ts'
import type { Fault } from './options.ts'

/** The answer's body, nothing to answer, or the end of the session. */
export type Outcome =
  | { readonly kind: 'answer'; readonly body: Uint8Array; readonly responseFlexible: boolean }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'closed' }

export interface SessionRequest {
  readonly apiKey: number
  readonly apiVersion: number
  readonly clientId: string | null
  readonly body: Uint8Array
}

const NOTHING: Outcome = { kind: 'nothing' }
const CLOSED: Outcome = { kind: 'closed' }

/** Counts that are for all sessions of a broker. */
export interface SessionCounters {
  connections: number
  requests: number
}

export class Session {
  readonly nodeId: number
  readonly #cluster: Cluster
  readonly #counters: SessionCounters
  readonly #connection: number
  readonly #clientHost: string
  readonly #closers = new Set<() => void>()
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(cluster: Cluster, counters: SessionCounters, nodeId: number, clientHost: string) {
    this.#cluster = cluster
    this.#counters = counters
    this.#connection = ++counters.connections
    this.nodeId = nodeId
    this.#clientHost = clientHost
  }

  get closed(): boolean {
    return this.#closed
  }

  onClose(callback: () => void): () => void {
    this.#closers.add(callback)
    return () => this.#closers.delete(callback)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const closer of [...this.#closers]) closer()
    this.#closers.clear()
  }

  request(request: SessionRequest): Promise<Outcome> {
    const outcome = this.#last.then(() => this.#serve(request))
    this.#last = outcome
    return outcome
  }

  /** A request as it stands in a frame; the result is the frame's content to send, or nothing, or the end. */
  async frame(bytes: Uint8Array): Promise<readonly Uint8Array[] | 'nothing' | 'closed'> {
    let header: RequestHeader & { readonly body: Uint8Array }
    try {
      header = decodeRequestHeader(bytes, isFlexible)
    } catch (error) {
      this.#refuse(error)
      return 'closed'
    }
    const outcome = await this.request(header)
    if (outcome.kind !== 'answer') return outcome.kind
    return [encodeResponseHeader(header.correlationId, outcome.responseFlexible), outcome.body]
  }

  async #serve(request: SessionRequest): Promise<Outcome> {
    if (this.#closed) return CLOSED
    const { apiKey, apiVersion, clientId } = request
    const found = offerOf(apiKey)
    if (found === undefined || apiVersion < found.minVersion || apiVersion > found.maxVersion) {
      if (apiKey === apiVersions.key) return unknownApiVersions()
      this.#log(`${found?.api.name ?? `API ${apiKey}`} v${apiVersion} is not offered, connection closed`)
      this.close()
      return CLOSED
    }
    try {
      const fault = this.#cluster.settings.faults?.({
        nodeId: this.nodeId,
        connection: this.#connection,
        api: found.api.name,
        apiKey,
        version: apiVersion,
        clientId,
        sequence: ++this.#counters.requests,
      })
      if (fault?.kind === 'drop' && fault.when === 'before') return this.#drop(found)
      const answer = await found.answer(request.body, this.#context(request))
      return await this.#finish(found, apiVersion, answer, fault)
    } catch (error) {
      this.#refuse(error)
      return CLOSED
    }
  }

  async #finish(found: Offer, version: number, answer: Answer<Uint8Array>, fault: Fault | undefined): Promise<Outcome> {
    if (fault?.kind === 'drop') return this.#drop(found)
    if (fault?.kind === 'delay') await this.#cluster.host.clock.sleep(fault.ms)
    if (this.#closed) return CLOSED
    if (answer === NO_ANSWER) return NOTHING
    const { responseFlexible } = headerFlags(found.api, version)
    return { kind: 'answer', body: answer, responseFlexible }
  }

  #context({ apiVersion, clientId }: SessionRequest): RequestContext {
    return {
      cluster: this.#cluster,
      nodeId: this.nodeId,
      version: apiVersion,
      clientId: clientId ?? '',
      clientHost: this.#clientHost,
      onClose: (callback) => this.onClose(callback),
    }
  }

  #drop(found: Offer): Outcome {
    this.#log(`${found.api.name}: connection dropped as asked`)
    this.close()
    return CLOSED
  }

  #refuse(error: unknown): void {
    const text = isRivuletError(error) ? error.message : error instanceof Error ? (error.stack ?? error.message) : error
    this.#log(`connection closed: ${text}`)
    this.close()
  }

  #log(line: string): void {
    this.#cluster.settings.log(`node ${this.nodeId}, connection ${this.#connection} (${this.#clientHost}): ${line}`)
  }
}

function isFlexible(apiKey: number, version: number): boolean {
  const found = offerOf(apiKey)
  // Of an API that is not offered nothing but the key and version is read.
  return found !== undefined && headerFlags(found.api, version).flexible
}

/** What a broker says to a version of ApiVersions that it does not know: v0, so that any client can go on from it. */
function unknownApiVersions(): Outcome {
  const body = apiVersions.encodeResponse(0, { errorCode: ErrorCodes.UNSUPPORTED_VERSION, apiKeys: offeredVersions })
  return { kind: 'answer', body, responseFlexible: false }
}
