/**
 * The dev broker as a `Network`: connections that call it directly, without sockets, for simulated hosts and tests.
 *
 * Law: as over a socket, a connection that ends rejects all that waits on it, once, with KAFKA_CONNECTION_LOST, and the
 * two sides share no buffer.
 */
import { failure, type RivuletError } from '../../base/errors.ts'
import type { BrokerAddress, BrokerConnection, ConnectOptions, Network } from '../../base/host.ts'
import type { Broker } from './broker.ts'
import type { Session } from './session.ts'

export function inProcessNetwork(broker: Broker): Network {
  return {
    async connect(address: BrokerAddress, options: ConnectOptions): Promise<BrokerConnection> {
      options.signal?.throwIfAborted()
      const node = broker.nodes.find((one) => one.address.host === address.host && one.address.port === address.port)
      const session = node && broker.open(node.id, 'in-process')
      if (session === undefined) throw lost(address, node === undefined ? 'no broker there' : 'the broker is stopped')
      return new InProcessConnection(session, address, options.clientId)
    },
  }
}

class InProcessConnection implements BrokerConnection {
  readonly #session: Session
  readonly #address: BrokerAddress
  readonly #clientId: string
  readonly #waiting = new Set<(error: RivuletError) => void>()

  constructor(session: Session, address: BrokerAddress, clientId: string) {
    this.#session = session
    this.#address = address
    this.#clientId = clientId
    session.onClose(() => {
      for (const reject of [...this.#waiting]) reject(lost(address, 'it was closed'))
      this.#waiting.clear()
    })
  }

  get closed(): boolean {
    return this.#session.closed
  }

  request(
    api: number,
    version: number,
    body: Uint8Array,
    _headers: { readonly flexible: boolean; readonly responseFlexible: boolean },
    expectResponse = true,
  ): Promise<Uint8Array> {
    if (this.#session.closed) return Promise.reject(lost(this.#address, 'it was closed'))
    // The caller may use its buffer again as soon as this returns; the broker reads it later.
    const request = { apiKey: api, apiVersion: version, clientId: this.#clientId, body: Uint8Array.from(body) }
    const outcome = this.#session.request(request)
    if (!expectResponse) return outcome.then(() => new Uint8Array(0))
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject)
      outcome.then((result) => {
        this.#waiting.delete(reject)
        if (result.kind === 'answer') resolve(result.body)
        else reject(lost(this.#address, result.kind === 'closed' ? 'it was closed' : 'the request has no answer'))
      })
    })
  }

  async close(): Promise<void> {
    this.#session.close()
  }
}

function lost({ host, port }: BrokerAddress, detail: string): RivuletError {
  return failure('KAFKA_CONNECTION_LOST', { address: `${host}:${port}`, detail })
}
