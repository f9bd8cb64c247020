/** A gateway alone, without cluster: what `rivulet sql-gateway` and the tests start. */
import { fastify } from 'fastify'
import { Gateway, type GatewayOptions } from './gateway.ts'
import { acceptBodies, gatewayRoutes } from './routes.ts'

export interface RunningGateway extends AsyncDisposable {
  readonly port: number
  readonly gateway: Gateway
  close(): Promise<void>
}

export async function serveGateway(
  options: GatewayOptions & { readonly port?: number; readonly address?: string; readonly version: string },
): Promise<RunningGateway> {
  const gateway = new Gateway(options)
  const server = fastify({ bodyLimit: 16 * 1024 * 1024 })
  acceptBodies(server)
  gatewayRoutes(server, { gateway, version: options.version, trusted: () => false })
  server.setNotFoundHandler((request, reply) => {
    reply.status(404).send({ errors: [`Not found: ${request.url}`] })
  })
  await server.listen({ host: options.address ?? '127.0.0.1', port: options.port ?? 0 })
  const { port } = server.server.address() as { port: number }
  const close = async () => {
    await gateway.close()
    await server.close()
  }
  return { port, gateway, close, [Symbol.asyncDispose]: close }
}
