/**
 * A gateway alone, on loopback: what the process of a server's sessions serves, and what tests start.
 *
 * Law: where `access` is given, nothing is answered to a request that it does not accept.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { fastify } from 'fastify'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { acceptBodies, gatewayRoutes } from './routes.ts'

export interface RunningGateway extends AsyncDisposable {
  readonly port: number
  readonly gateway: Gateway
  close(): Promise<void>
}

export interface ServeOptions extends GatewayOptions {
  readonly port?: number
  readonly version: string
  readonly access?: (headers: IncomingHttpHeaders) => boolean
  /** May the caller run statements that carry code? Nobody without it. */
  readonly trusted?: (headers: IncomingHttpHeaders) => boolean
}

export async function serveGateway(options: ServeOptions): Promise<RunningGateway> {
  const { access, trusted } = options
  const gateway = new Gateway(options)
  const server = fastify({ bodyLimit: 16 * 1024 * 1024 })
  acceptBodies(server)
  if (access !== undefined) {
    server.addHook('onRequest', async (request, reply) => {
      if (!access(request.headers)) await reply.status(403).send({ errors: ['Forbidden.'] })
    })
  }
  gatewayRoutes(server, {
    gateway,
    version: options.version,
    trusted: (request) => trusted?.(request.headers) === true,
  })
  server.setNotFoundHandler((request, reply) => {
    reply.status(404).send({ errors: [`Not found: ${request.url}`] })
  })
  await server.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  const { port } = server.server.address() as { port: number }
  const close = async () => {
    await gateway.close()
    await server.close()
  }
  return { port, gateway, close, [Symbol.asyncDispose]: close }
}
