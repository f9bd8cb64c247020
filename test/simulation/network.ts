/**
 * The way between a process and the broker: it takes time, and it breaks.
 *
 * Laws
 * - Requests of a connection arrive in order, and so do their answers; connections overtake each other.
 * - What breaks breaks the connection: before the request arrived, or after it took effect and before the answer came back.
 * - A request may arrive twice, as when something between them sent it again; the answer of the first is given.
 */
import { failure } from '../../src/base/errors.ts'
import type { BrokerAddress, BrokerConnection, Network } from '../../src/base/host.ts'
import { inProcessNetwork } from '../../src/kafka/broker/index.ts'
import type { Process } from './process.ts'
import type { Lane } from './scheduler.ts'
import type { World } from './world.ts'

export type NetworkFate = 'fine' | 'lost request' | 'lost answer' | 'doubled request'

export class FaultyNetwork {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  of(process: Process): Network {
    return {
      connect: async (address, options) => {
        await this.#travel({})
        const connection = await inProcessNetwork(this.#world.broker).connect(address, options)
        return this.#connection(process, address, connection)
      },
    }
  }

  #travel(lane: Lane): Promise<void> {
    const { scheduler, plan } = this.#world
    return new Promise((resolve) => {
      scheduler.after(scheduler.random() * plan.networkMs, lane, resolve)
    })
  }

  #connection(process: Process, address: BrokerAddress, connection: BrokerConnection): BrokerConnection {
    const world = this.#world
    const there: Lane = { last: 0 }
    const back: Lane = { last: 0 }
    // What a dead process had sent still arrives; then the broker sees the end of the connection.
    const unhook = process.onKill(() => void this.#travel(there).then(() => connection.close()))
    return {
      get closed() {
        return connection.closed
      },
      async close() {
        unhook()
        await connection.close()
      },
      request: async (api, version, body, headers, expectResponse) => {
        const copy = Uint8Array.from(body)
        const fate = process.alive ? world.networkFate(process, api) : 'fine'
        await this.#travel(there)
        if (connection.closed) throw reset(address)
        if (fate === 'lost request') {
          await connection.close()
          throw reset(address)
        }
        const answer = connection.request(api, version, copy, headers, expectResponse)
        world.delivered(process, api)
        if (fate === 'doubled request') connection.request(api, version, copy, headers, expectResponse).catch(ignored)
        const bytes = await answer
        if (fate === 'lost answer') {
          await connection.close()
          throw reset(address)
        }
        await this.#travel(back)
        if (connection.closed) throw reset(address)
        return process.alive ? bytes : new Promise<never>(() => {})
      },
    }
  }
}

function reset({ host, port }: BrokerAddress): Error {
  return failure('KAFKA_CONNECTION_LOST', { address: `${host}:${port}`, detail: 'connection reset' })
}

/** The answer to the second copy of a request goes to nobody. */
function ignored(): void {}
