/**
 * A connection to a Kafka broker over a TCP socket.
 *
 * Law: requests are written in the order of `request` and answered in that order (Kafka's own rule), each answer is one
 * buffer of its own; when the connection ends for whatever reason every waiting request is rejected, once.
 *
 *     message  => length:int32 (header body)
 *     request  => apiKey:int16 version:int16 correlationId:int32 clientId:nullable string [tags] body
 *     response => correlationId:int32 [tags] body
 *
 * A socket of our own instead of a library's connection: with the best one that was found, the same fetches took 2.7 times
 * the CPU per byte (it gathers chunks and copies them into one buffer, here the kernel writes into the answer's buffer),
 * its import took 270–350 ms of CPU even when bundled, and after a timed-out request it loses its place in the stream.
 */
import { connect as connectSocket, type Socket } from 'node:net'
import { failure, type RivuletError } from './errors.ts'
import type { BrokerAddress, BrokerConnection, ConnectOptions } from './host.ts'
import { takeBuffer } from './response-buffers.ts'

/** A length beyond it is another protocol's text. The first answer says which versions there are, and is small. */
const LARGEST_FIRST_MESSAGE = 1 << 24
const LARGEST_MESSAGE = 1 << 30

interface Waiting {
  readonly correlationId: number
  readonly responseFlexible: boolean
  readonly resolve: (body: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** Open a connection; rejects with KAFKA_CONNECTION_LOST, or with the reason of `options.signal`. */
export function connectBroker(address: BrokerAddress, options: ConnectOptions): Promise<BrokerConnection> {
  if (options.security !== undefined)
    return Promise.reject(
      failure('KAFKA_INTERNAL', { detail: 'TLS and SASL are not built into the TCP connection yet' }),
    )
  return new Promise((resolve, reject) => {
    const connection = new NodeConnection(address, options.clientId)
    const settle = (error?: Error) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', abort)
      connection.socket.off('connect', opened)
      if (error === undefined) return resolve(connection)
      connection.destroy(error)
      reject(error)
    }
    const opened = () => settle()
    const abort = () => settle(options.signal?.reason as Error)
    const timer = setTimeout(
      () => settle(connection.lost(`no answer within ${options.connectTimeoutMs} ms`)),
      options.connectTimeoutMs,
    )
    connection.socket.once('connect', opened)
    connection.onEnd = settle
    if (options.signal?.aborted === true) abort()
    else options.signal?.addEventListener('abort', abort, { once: true })
  })
}

class NodeConnection implements BrokerConnection {
  readonly socket: Socket
  /** Called when the connection ends before it was opened. */
  onEnd: ((error: Error) => void) | undefined
  readonly #address: string
  readonly #clientId: Uint8Array
  readonly #waiting: Waiting[] = []
  #firstWaiting = 0
  #correlationId = 0
  #ended: Error | undefined
  readonly #lengthBytes = new Uint8Array(4)
  /** What is being read: the length, or the message that it announced. */
  #target: Uint8Array = this.#lengthBytes
  #filled = 0
  #largest = LARGEST_FIRST_MESSAGE

  constructor(address: BrokerAddress, clientId: string) {
    this.#address = `${address.host}:${address.port}`
    this.#clientId = new TextEncoder().encode(clientId)
    this.socket = connectSocket({
      host: address.host,
      port: address.port,
      noDelay: true,
      keepAlive: true,
      // The kernel writes into the buffer that the answer will be given out in.
      onread: {
        buffer: () => this.#target.subarray(this.#filled),
        callback: (count) => {
          this.#received(count)
          return true
        },
      },
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.destroy(this.lost(explain(error), error)))
    this.socket.on('end', () => this.destroy(this.lost('the broker closed it')))
    this.socket.on('close', () => this.destroy(this.lost('it was closed')))
  }

  get closed(): boolean {
    return this.#ended !== undefined
  }

  lost(detail: string, cause?: unknown): RivuletError {
    return failure('KAFKA_CONNECTION_LOST', { address: this.#address, detail }, { cause })
  }

  request(
    api: number,
    version: number,
    body: Uint8Array,
    headers: { readonly flexible: boolean; readonly responseFlexible: boolean },
    expectResponse = true,
  ): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      const correlationId = this.#correlationId
      this.#correlationId = (correlationId + 1) & 0x7fffffff
      const written = expectResponse
        ? undefined
        : (error?: Error | null) => (error ? reject(this.lost(error.message, error)) : resolve(new Uint8Array(0)))
      if (expectResponse)
        this.#waiting.push({ correlationId, responseFlexible: headers.responseFlexible, resolve, reject })
      this.socket.cork()
      this.socket.write(this.#header(api, version, correlationId, headers.flexible, body.length))
      this.socket.write(body, written)
      this.socket.uncork()
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.destroyed) return resolve()
      this.socket.once('close', () => resolve())
      this.destroy(this.lost('it was closed here'))
    })
  }

  destroy(error: Error): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    this.socket.destroy()
    this.onEnd?.(error)
    const waiting = this.#waiting.splice(0).slice(this.#firstWaiting)
    this.#firstWaiting = 0
    for (const { reject } of waiting) reject(error)
  }

  #header(api: number, version: number, correlationId: number, flexible: boolean, bodyLength: number): Uint8Array {
    const clientId = this.#clientId
    const length = 10 + clientId.length + (flexible ? 1 : 0)
    const bytes = Buffer.allocUnsafe(4 + length)
    bytes.writeInt32BE(length + bodyLength, 0)
    bytes.writeInt16BE(api, 4)
    bytes.writeInt16BE(version, 6)
    bytes.writeInt32BE(correlationId, 8)
    bytes.writeInt16BE(clientId.length, 12)
    bytes.set(clientId, 14)
    if (flexible) bytes[14 + clientId.length] = 0
    return bytes
  }

  #received(count: number): void {
    this.#filled += count
    if (this.#filled < this.#target.length) return
    this.#filled = 0
    const target = this.#target
    if (target === this.#lengthBytes) {
      const length = ((target[0] << 24) | (target[1] << 16) | (target[2] << 8) | target[3]) >>> 0
      if (length < 4 || length > this.#largest) this.destroy(this.lost(notKafka(target)))
      else this.#target = takeBuffer(length)
      return
    }
    this.#target = this.#lengthBytes
    this.#largest = LARGEST_MESSAGE
    this.#answer(target)
  }

  #answer(message: Uint8Array): void {
    const correlationId = (message[0] << 24) | (message[1] << 16) | (message[2] << 8) | message[3]
    const waiting = this.#waiting[this.#firstWaiting]
    if (waiting === undefined || waiting.correlationId !== correlationId) {
      this.destroy(this.lost(`answer ${correlationId} to no question`))
      return
    }
    this.#firstWaiting++
    if (this.#firstWaiting === this.#waiting.length) {
      this.#waiting.length = 0
      this.#firstWaiting = 0
    } else if (this.#firstWaiting > 64) {
      this.#waiting.splice(0, this.#firstWaiting)
      this.#firstWaiting = 0
    }
    let body = 4
    if (waiting.responseFlexible) body = skipTags(message, body)
    waiting.resolve(message.subarray(body))
  }
}

/** Tagged fields of a response header: none is defined, and unknown ones are to be skipped. */
function skipTags(bytes: Uint8Array, from: number): number {
  let at = from
  const uvarint = () => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++]
      value |= (byte & 127) << shift
      if (!(byte > 127)) break
    }
    return value
  }
  for (let count = uvarint(); count > 0 && at < bytes.length; count--) {
    uvarint()
    const size = uvarint()
    at += size
  }
  return at
}

function notKafka(bytes: Uint8Array): string {
  if (bytes[0] === 0x15 && bytes[1] === 3) return 'the listener expects TLS'
  if (bytes[0] === 0x48 && bytes[1] === 0x54) return 'an HTTP server answers there, not Kafka'
  return 'what answers there is not Kafka'
}

function explain(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ENOTFOUND':
      return 'the host name is not known'
    case 'EAI_AGAIN':
      return 'the host name cannot be resolved at the moment'
    case 'ECONNRESET':
      return 'connection reset by the broker'
    default:
      return error.message || error.code || 'unknown error'
  }
}
