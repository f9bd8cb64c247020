/**
 * One connection to one broker, kept alive.
 *
 * Law: `call` sends at once when connected, otherwise connects first, not sooner than the reconnect backoff allows; it
 * uses the highest version that both sides speak; a request that is not answered in time ends the connection, because
 * the answers behind it would be late as well. A failed call is never repeated here.
 */
import { fail, failure, isRivuletError } from '../../base/errors.ts'
import type { BrokerAddress, BrokerConnection, Host } from '../../base/host.ts'
import type { Api, ReceivedResponseOf, RequestOf } from '../protocol/index.ts'
import { apiVersions, ErrorCodes, errorCodeInfo, headerFlags } from '../protocol/index.ts'
import { backoff } from './backoff.ts'
import type { KafkaConfig } from './config.ts'

const SOFTWARE = { clientSoftwareName: 'rivulet', clientSoftwareVersion: '0.1.0' }

interface Session {
  readonly connection: BrokerConnection
  /** API key → lowest and highest version of the broker. */
  readonly versions: ReadonlyMap<number, readonly [number, number]>
}

export interface CallOptions {
  readonly timeoutMs?: number
  /** False for a request that has no answer (Produce with acks=0); the answer is then undefined. */
  readonly expectResponse?: boolean
  /** Highest version to speak, where a later one means something else. */
  readonly upTo?: number
}

export class BrokerLink {
  readonly #host: Host
  readonly #config: KafkaConfig
  readonly #address: BrokerAddress
  #session: Session | undefined
  #connecting: Promise<Session> | undefined
  /** Calls that wait for `#connecting`. */
  #waiting = 0
  #failures = 0
  #nextAttempt = 0
  readonly #closing = new AbortController()

  constructor(host: Host, config: KafkaConfig, address: BrokerAddress) {
    this.#host = host
    this.#config = config
    this.#address = address
  }

  get address(): string {
    return `${this.#address.host}:${this.#address.port}`
  }

  /** @param build makes the request for the version that is agreed on */
  async call<A extends Api>(
    api: A,
    build: (version: number) => RequestOf<A>,
    options: CallOptions = {},
  ): Promise<ReceivedResponseOf<A>> {
    // Without an await on this path the request leaves before `call` returns. But nobody overtakes those who wait for
    // the connection: it is there some steps before they are woken.
    let session = this.#waiting === 0 ? this.#current() : undefined
    if (session === undefined) {
      this.#waiting++
      try {
        this.#connecting ??= this.#open()
        session = await this.#connecting
      } finally {
        this.#waiting--
        if (this.#waiting === 0) this.#connecting = undefined
      }
    }
    const version = Math.min(this.#versionOf(session, api), options.upTo ?? api.maxVersion)
    const body = await this.#request(session, api, version, api.encodeRequest(version, build(version)), options)
    if (options.expectResponse === false) return undefined as unknown as ReceivedResponseOf<A>
    return api.decodeResponse(version, body) as ReceivedResponseOf<A>
  }

  async close(): Promise<void> {
    this.#closing.abort(failure('KAFKA_CLOSED', { what: 'client' }))
    await this.#session?.connection.close()
    this.#session = undefined
  }

  #current(): Session | undefined {
    if (this.#session?.connection.closed === true) this.#session = undefined
    return this.#session
  }

  async #open(): Promise<Session> {
    const { clock } = this.#host
    const { reconnectBackoffMs, reconnectBackoffMaxMs, connectTimeoutMs, clientId } = this.#config
    const { signal } = this.#closing
    signal.throwIfAborted()
    const wait = this.#nextAttempt - clock.monotonic()
    if (wait > 0) await clock.sleep(wait, signal)
    let connection: BrokerConnection | undefined
    try {
      connection = await this.#host.network.connect(this.#address, { clientId, connectTimeoutMs, signal })
      const session = { connection, versions: await this.#askVersions(connection) }
      signal.throwIfAborted()
      this.#session = session
      this.#failures = 0
      return session
    } catch (error) {
      this.#failures++
      const delay = backoff(this.#host, this.#failures, reconnectBackoffMs, reconnectBackoffMaxMs)
      this.#nextAttempt = clock.monotonic() + delay
      await connection?.close()
      if (isRivuletError(error)) throw error
      // A network other than the real one may say it in its own words.
      const detail = error instanceof Error ? error.message : String(error)
      throw failure('KAFKA_CONNECTION_LOST', { address: this.address, detail }, { cause: error })
    }
  }

  /** A broker that does not know the asked version answers in the oldest form with an error; then that form is asked. */
  async #askVersions(connection: BrokerConnection): Promise<Map<number, readonly [number, number]>> {
    const session = { connection, versions: new Map<number, readonly [number, number]>() }
    const ask = (version: number) =>
      this.#request(session, apiVersions, version, apiVersions.encodeRequest(version, SOFTWARE), {})
    let version = 3
    let body = await ask(version)
    if (((body[0] << 8) | body[1]) === ErrorCodes.UNSUPPORTED_VERSION) {
      version = 0
      body = await ask(version)
    }
    const { errorCode, apiKeys } = apiVersions.decodeResponse(version, body)
    if (errorCode !== 0)
      fail('KAFKA_BROKER_ERROR', {
        action: `say which versions ${this.address} speaks`,
        error: errorCodeInfo(errorCode).name,
      })
    return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, [minVersion, maxVersion]]))
  }

  #versionOf(session: Session, api: Api): number {
    const [min, max] = session.versions.get(api.key) ?? [-1, -1]
    const version = Math.min(max, api.maxVersion)
    if (version < 0 || version < api.minVersion || version < min)
      fail('KAFKA_NO_COMMON_VERSION', {
        api: api.name,
        address: this.address,
        ours: `v${api.minVersion} to v${api.maxVersion}`,
        theirs: max < 0 ? 'no version' : `v${min} to v${max}`,
      })
    return version
  }

  async #request(
    { connection }: Session,
    api: Api,
    version: number,
    body: Uint8Array,
    options: CallOptions,
  ): Promise<Uint8Array> {
    const { timeoutMs = this.#config.requestTimeoutMs, expectResponse = true } = options
    let timedOut = false
    const cancel = this.#host.clock.after(timeoutMs, () => {
      timedOut = true
      void connection.close()
    })
    try {
      return await connection.request(api.key, version, body, headerFlags(api, version), expectResponse)
    } catch (cause) {
      if (!timedOut) throw cause
      fail('KAFKA_REQUEST_TIMEOUT', { api: api.name, address: this.address, ms: timeoutMs }, { cause })
    } finally {
      cancel()
    }
  }
}
