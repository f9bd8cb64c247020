/**
 * A node of the dev broker on a TCP port.
 *
 *     frame => length:int32 content
 *
 * Law: frames are cut whole and served in order; a length that no request can have closes the connection with a log line;
 * a client that sends faster than it is served is made to wait by not reading on.
 */
import { createServer, type Server, type Socket } from 'node:net'
import type { Broker } from './broker.ts'
import type { Session } from './session.ts'

const LENGTH_BYTES = 4
/** Shortest request: key, version, correlation id and client id. */
const SHORTEST_FRAME = 10
/** Unserved bytes of a connection above which it is not read. */
const PAUSE_ABOVE = 4 * 1_048_576

export class TcpServer {
  readonly #broker: Broker
  readonly #nodeId: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(broker: Broker, nodeId: number) {
    this.#broker = broker
    this.#nodeId = nodeId
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  /** @returns the port; rejects with the system's error, e.g. EADDRINUSE */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject)
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /** Stop listening and cut all connections, as a process that dies does. */
  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #accept(socket: Socket): void {
    const session = this.#broker.open(this.#nodeId, socket.remoteAddress ?? 'unknown')
    if (session === undefined) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => {
      this.#sockets.delete(socket)
      session.close()
    })
    // The reason of a broken connection is the client's; 'close' follows.
    socket.on('error', () => {})
    session.onClose(() => socket.destroy())
    const frames = new FrameReader(this.#broker.cluster.settings.maxRequestBytes, (problem) => {
      this.#broker.cluster.settings.log(`node ${this.#nodeId}: ${problem}, connection closed`)
      session.close()
    })
    socket.on('data', (chunk) => {
      frames.push(chunk)
      serve(socket, session, frames)
    })
  }
}

/** Answers what has arrived; returns at once while an earlier call is still at it. */
async function serve(socket: Socket, session: Session, frames: FrameReader): Promise<void> {
  if (frames.serving) {
    if (frames.buffered > PAUSE_ABOVE && !frames.starved) socket.pause()
    return
  }
  frames.serving = true
  for (let frame = frames.next(); frame !== undefined && !session.closed; frame = frames.next()) {
    const answer = await session.frame(frame)
    if (answer === 'closed') break
    if (answer !== 'nothing' && !socket.destroyed) await send(socket, answer)
    if (socket.isPaused() && (frames.buffered <= PAUSE_ABOVE || frames.starved)) socket.resume()
  }
  frames.serving = false
}

/** Resolves at once while the client keeps up, otherwise when it has read or is gone. */
function send(socket: Socket, parts: readonly Uint8Array[]): Promise<void> | undefined {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeInt32BE(parts.reduce((sum, part) => sum + part.length, 0))
  socket.cork()
  socket.write(length)
  let ready = true
  for (const part of parts) ready = socket.write(part)
  socket.uncork()
  if (ready) return undefined
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}

class FrameReader {
  serving = false
  /** Bytes that arrived and were not handed out. */
  buffered = 0
  readonly #limit: number
  readonly #onProblem: (problem: string) => void
  #chunks: Buffer[] = []
  #failed = false

  constructor(limit: number, onProblem: (problem: string) => void) {
    this.#limit = limit
    this.#onProblem = onProblem
  }

  /** The next frame needs more bytes than there are. */
  get starved(): boolean {
    const length = this.#nextLength()
    return length === undefined || this.buffered < LENGTH_BYTES + length
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.buffered += chunk.length
  }

  next(): Uint8Array | undefined {
    if (this.#failed) return undefined
    const length = this.#nextLength()
    if (length === undefined) return undefined
    if (length < SHORTEST_FRAME || length > this.#limit) {
      this.#failed = true
      this.#chunks = []
      this.buffered = 0
      this.#onProblem(`a request of ${length} bytes, expected ${SHORTEST_FRAME} to ${this.#limit}`)
      return undefined
    }
    if (this.buffered < LENGTH_BYTES + length) return undefined
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    const end = LENGTH_BYTES + length
    this.#chunks = end < bytes.length ? [bytes.subarray(end)] : []
    this.buffered -= end
    return bytes.subarray(LENGTH_BYTES, end)
  }

  #nextLength(): number | undefined {
    if (this.buffered < LENGTH_BYTES) return undefined
    if (this.#chunks[0].length < LENGTH_BYTES) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0].readInt32BE(0)
  }
}
