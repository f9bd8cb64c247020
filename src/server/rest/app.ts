/**
 * The HTTP server: Fastify with the routes of this folder, behind the checks of `security.ts`.
 *
 * Laws
 * - Every route exists with and without `/v1` in front, as Flink's do; `/rivulet/v1/` is ours.
 * - GET and DELETE may carry a body, which is not read (Flink's clients always send `{}`).
 * - The SQL Gateway is a process of its own; its routes hand requests on (`gateway/forward.ts`).
 */
import { existsSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import { type FastifyInstance, fastify } from 'fastify'
import type { Coordinator } from '../coordinator.ts'
import { type GatewayProcess, sqlRoutes } from '../gateway/forward.ts'
import { parseJsonBody } from '../json-body.ts'
import { maskText } from '../mask.ts'
import { type Access, checkHost, checkToken } from '../security.ts'
import { clusterRoutes } from './cluster.ts'
import { errorAnswer } from './errors.ts'
import { jobRoutes } from './jobs.ts'
import { prometheusRoutes } from './prometheus.ts'
import { rivuletRoutes } from './rivulet.ts'
import { vertexRoutes } from './vertices.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The call carries code that the server will run. */
    readonly code?: boolean
    /** Never needs the token, from wherever the call comes. */
    readonly open?: boolean
  }
}

/** Facts of a running server that routes show. */
export interface ServerContext {
  readonly coordinator: Coordinator
  readonly access: Access
  readonly version: string
  readonly host: string
  readonly port: () => number
  readonly startedAt: number
  readonly configuration: Readonly<Record<string, string>>
  readonly log: (msg: string, fields?: object) => void
}

export interface AppOptions {
  readonly tls?: SecureContextOptions & { readonly requestCert?: boolean; readonly rejectUnauthorized?: boolean }
  /** The built dashboard. */
  readonly dashboard?: string
  readonly gateway: Pick<GatewayProcess, 'send'>
  /** Milliseconds within which a whole request must have come. */
  readonly requestTimeoutMs?: number
}

/** Where errors of Flink's endpoints carry code and hint: URI-encoded JSON of an `ApiError`. */
const ERROR_HEADER = 'rivulet-error'
const BODY_LIMIT = 1 << 20
/** A request that is not here by then is given up: whoever dribbles bytes holds no connection for ever. */
const REQUEST_TIMEOUT = 60_000

export async function buildApp(context: ServerContext, options: AppOptions): Promise<FastifyInstance> {
  const { requestTimeoutMs: requestTimeout = REQUEST_TIMEOUT } = options
  const timeouts = {
    requestTimeout,
    headersTimeout: Math.min(requestTimeout, 10_000),
    connectionsCheckingInterval: Math.min(requestTimeout, 5_000),
  }
  const app = fastify({
    ...(options.tls === undefined ? { http: timeouts } : { https: { ...options.tls, ...timeouts } as object }),
    requestTimeout,
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
    // Unknown fields of a body are an error, as Flink's, not silently dropped.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  }) as unknown as FastifyInstance

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    })
    checkHost(request.raw, context.access)
    const { code = false, open = false } = request.routeOptions.config
    if (!open) checkToken(request.raw, context.access, code)
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = errorAnswer(error)
    if (status >= 500 && body.rivulet === undefined) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      context.log(`${request.method} ${request.url}: ${maskText(text)}`)
    }
    if (status === 401) reply.header('www-authenticate', 'Bearer')
    if (body.rivulet === undefined || request.url.startsWith('/rivulet/')) return reply.status(status).send(body)
    // Flink's clients take an error with any field besides `errors` for an answer, and call a failed cancel a success.
    const { source: _, ...detail } = body.rivulet
    const text = encodeURIComponent(JSON.stringify(detail))
    if (text.length < 4096) reply.header(ERROR_HEADER, text)
    return reply.status(status).send({ errors: body.errors })
  })
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split('?')
    const text = request.method === 'GET' ? `Unable to load requested file ${path}.` : `Not found: ${path}`
    return reply
      .status(404)

      .send({ errors: [text] })
  })
  // An empty body with a JSON content type is what curl -X POST and Flink's triggers without arguments send.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => {
    if (body.length === 0) return done(null, {})
    try {
      done(null, parseJsonBody(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })

  await app.register(swagger, {
    openapi: {
      info: { title: 'Rivulet REST API', version: context.version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  })
  for (const prefix of ['', '/v1']) {
    const more = { ...context, prefix }
    await app.register(clusterRoutes, more)
    await app.register(jobRoutes, more)
    await app.register(vertexRoutes, more)
  }
  await app.register(rivuletRoutes, { ...context, prefix: '/rivulet/v1' })
  await app.register(prometheusRoutes, context)
  await app.register(sqlRoutes, { ...context, gateway: options.gateway })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
  if (options.dashboard !== undefined && existsSync(options.dashboard)) {
    const root = options.dashboard
    // The page itself is no secret, and a browser that follows a link can send no token: the calls that it makes need it.
    await app.register(async (open) => {
      open.addHook('onRoute', (each) => {
        each.config = { ...each.config, open: true }
      })
      await open.register(fastifyStatic, { root, cacheControl: false, dotfiles: 'ignore' })
    })
  } else {
    app.get('/', { schema: { hide: true } }, () => ({
      name: 'rivulet',
      version: context.version,
      api: '/openapi.json',
    }))
  }
  await app.ready()
  return app
}
