/** Starts a dev broker on TCP ports of this machine. */

import type { BrokerAddress, Network } from '../../base/host.ts'
import { nodeHost } from '../../base/node-host.ts'
import { Broker, type TopicOptions } from './broker.ts'
import { inProcessNetwork } from './in-process-network.ts'
import type { BrokerHost, BrokerOptions } from './options.ts'
import { TcpServer } from './tcp-server.ts'

export interface StartOptions extends BrokerOptions {
  /** Address to listen on; 127.0.0.1. */
  readonly host?: string
  /** Port of the first node, the others take the following ones; 0 for free ports. */
  readonly port?: number
  /** Clock and random source; the machine's. */
  readonly seams?: BrokerHost
}

export interface RunningBroker extends AsyncDisposable {
  /** `host:port,…` of all nodes, for `bootstrap.servers`. */
  readonly bootstrap: string
  readonly nodes: readonly { readonly id: number; readonly address: BrokerAddress }[]
  readonly broker: Broker
  /** Direct connections to the same broker, without sockets. */
  readonly network: Network
  hasTopic(name: string): boolean
  createTopic(name: string, options?: TopicOptions): void
  deleteTopic(name: string): void
  /** Cut all connections of a node (of all nodes) and refuse new ones, as if it had died; its data stays. */
  stopListening(nodeId?: number): Promise<void>
  /** Listen again at the same ports. */
  restart(nodeId?: number): Promise<void>
  close(): Promise<void>
}

/** Rejects with the system's error when a port is taken (`error.code === 'EADDRINUSE'`). */
export async function startBroker(options: StartOptions = {}): Promise<RunningBroker> {
  const host = options.host ?? '127.0.0.1'
  const broker = new Broker(options, options.seams ?? nodeHost)
  const servers = new Map<number, TcpServer>()

  const listen = async (nodeId: number, port: number) => {
    const server = new TcpServer(broker, nodeId)
    const bound = await server.listen(host, port)
    servers.set(nodeId, server)
    broker.nodes[nodeId - 1].address = { host, port: bound }
  }
  const chosen = (nodeId?: number) => broker.nodes.filter(({ id }) => nodeId === undefined || id === nodeId)
  const stopListening = async (nodeId?: number) => {
    for (const { id } of chosen(nodeId)) {
      broker.stopNode(id)
      await servers.get(id)?.close()
      servers.delete(id)
    }
  }
  const close = async () => {
    await stopListening()
    broker.close()
  }

  try {
    for (const { id } of broker.nodes) await listen(id, options.port ? options.port + id - 1 : 0)
  } catch (error) {
    await close()
    throw error
  }
  return {
    bootstrap: broker.bootstrap,
    nodes: broker.nodes,
    broker,
    network: inProcessNetwork(broker),
    hasTopic: (name) => broker.cluster.topics.get(name) !== undefined,
    createTopic: (name, topic) => broker.createTopic(name, topic),
    deleteTopic: (name) => broker.deleteTopic(name),
    stopListening,
    async restart(nodeId) {
      for (const { id, address } of chosen(nodeId)) {
        if (servers.has(id)) continue
        // Alive first: a client may connect as soon as the port is open.
        broker.startNode(id)
        try {
          await listen(id, address.port)
        } catch (error) {
          broker.stopNode(id)
          throw error
        }
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
