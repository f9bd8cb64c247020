/**
 * The REST of Flink's SQL Gateway (v1 to v4) as a Fastify plugin.
 *
 * Law: the paths exist without and with every version; each GET and DELETE may have a JSON body, as Flink's Java clients send
 * one; `complete-statement` is a GET whose arguments are in its body.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RowFormat } from '../../engine/result-json.ts'
import { parseJsonBody } from '../json-body.ts'
import { badRequest, errorBody, errorHeader, GatewayError } from './errors.ts'
import type { Gateway } from './gateway.ts'

export interface GatewayRoutes {
  readonly gateway: Gateway
  readonly version: string
  /** May the caller run statements that carry code? */
  trusted(request: FastifyRequest): boolean
}

const VERSIONS = ['', '/v1', '/v2', '/v3', '/v4']

interface Params {
  readonly session: string
  readonly operation: string
  readonly token: string
}

/** Before the first route of the server: bodies of GET and DELETE, and empty ones. */
export function acceptBodies(server: FastifyInstance): void {
  for (const method of ['GET', 'DELETE']) server.addHttpMethod(method, { hasBody: true, overrideExisting: true })
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, body.length === 0 ? {} : parseJsonBody(body as Buffer))
    } catch (error) {
      done(Object.assign(error as Error, { statusCode: 400 }))
    }
  })
  // What never comes to a route: no JSON, too large, another media type.
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const { statusCode = 500 } = error
    const { status, body } =
      statusCode < 500 ? { status: statusCode, body: { errors: [error.message] } } : errorBody(error)
    return reply.status(status).send(body)
  })
}

export function gatewayRoutes(server: FastifyInstance, { gateway, version, trusted }: GatewayRoutes): void {
  const bodyOf = (request: FastifyRequest): Record<string, unknown> => {
    const body = request.body === undefined ? {} : request.body
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw badRequest('Request did not match expected format: an object is expected.')
    return body as Record<string, unknown>
  }
  const text = (request: FastifyRequest, key: string): string => {
    const value = bodyOf(request)[key]
    return typeof value === 'string' ? value : ''
  }
  const route = (
    prefix: string,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    act: (params: Params, request: FastifyRequest) => unknown,
  ) => {
    server.route({
      method,
      url: `${prefix}${path}`,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        reply.header('content-type', 'application/json; charset=UTF-8')
        try {
          const answer = await act(request.params as Params, request)
          return typeof answer === 'string' ? answer : JSON.stringify(answer ?? {})
        } catch (error) {
          const { status, body } = errorBody(error)
          const header = errorHeader(error)
          if (header !== undefined) reply.header('rivulet-error', header)
          return reply.status(status).send(JSON.stringify(body))
        }
      },
    })
  }
  writingRoutes(server, gateway)
  for (const prefix of VERSIONS) {
    const on = (
      method: 'GET' | 'POST' | 'DELETE',
      path: string,
      act: (params: Params, request: FastifyRequest) => unknown,
    ) => route(prefix, method, path, act)
    on('GET', '/info', () => ({ productName: 'Apache Flink', version: '2.3.0', rivulet: version }))
    on('GET', '/api_versions', () => ({ versions: ['V1', 'V2', 'V3', 'V4'] }))
    on('POST', '/sessions', (_params, request) => {
      const { properties } = bodyOf(request)
      return { sessionHandle: gateway.openSession(textsOf(properties ?? {})) }
    })
    on('GET', '/sessions/:session', ({ session }) => ({ properties: gateway.properties(session) }))
    on('DELETE', '/sessions/:session', async ({ session }) => {
      await gateway.closeSession(session)
      return { status: 'CLOSED' }
    })
    on('POST', '/sessions/:session/heartbeat', ({ session }) => gateway.heartbeat(session))
    on('POST', '/sessions/:session/configure-session', ({ session }, request) =>
      gateway.configure(session, text(request, 'statement'), trusted(request)),
    )
    on('POST', '/sessions/:session/statements', ({ session }, request) => ({
      operationHandle: gateway.execute(session, text(request, 'statement'), trusted(request)),
    }))
    on('GET', '/sessions/:session/operations/:operation/status', ({ session, operation }) => ({
      status: gateway.status(session, operation),
    }))
    on('GET', '/sessions/:session/operations/:operation/result/:token', ({ session, operation, token }, request) => {
      const format = rowFormat(request)
      if (!/^\d{1,15}$/.test(token))
        throw badRequest(`Bad request, cannot resolve path parameter (token) from value "${token}".`)
      const version = prefix === '' ? '/v1' : prefix
      return gateway.fetch(
        session,
        operation,
        Number(token),
        format,
        (next) => `${version}/sessions/${session}/operations/${operation}/result/${next}?rowFormat=${format}`,
      )
    })
    on('POST', '/sessions/:session/operations/:operation/cancel', async ({ session, operation }) => {
      await gateway.cancel(session, operation)
      return { status: 'CANCELED' }
    })
    on('DELETE', '/sessions/:session/operations/:operation/close', async ({ session, operation }) => {
      await gateway.closeOperation(session, operation)
      return { status: 'CLOSED' }
    })
    on('POST', '/sessions/:session/materialized-tables/:table/refresh', () => {
      throw new GatewayError(
        501,
        'Materialized tables are not supported: there is none to refresh. CREATE TABLE and INSERT INTO keep a table up to date.',
      )
    })
    on('GET', '/sessions/:session/complete-statement', ({ session }, request) => {
      const { position } = bodyOf(request)
      const statement = text(request, 'statement')
      const at = typeof position === 'number' ? position : statement.length
      return { candidates: gateway.complete(session, statement, at) }
    })
  }
}

/** What the dashboard's SQL page asks while somebody writes; browsers send no GET with a body. */
function writingRoutes(server: FastifyInstance, gateway: Gateway): void {
  const body = {
    type: 'object',
    required: ['sql'],
    additionalProperties: false,
    properties: {
      sql: { type: 'string' },
      position: { type: 'integer', minimum: 0 },
      session: { type: 'string', maxLength: 36 },
    },
  }
  type Writing = { Body: { sql: string; position?: number; session?: string } }
  server.post<Writing>('/rivulet/v1/sql/check', { schema: { body } }, ({ body: { sql, session } }) =>
    gateway.check(sql, session),
  )
  server.post<Writing>('/rivulet/v1/sql/complete', { schema: { body } }, ({ body: { sql, position, session } }) =>
    gateway.completeScript(sql, position ?? sql.length, session),
  )
}

/** The options of a session. */
function textsOf(properties: unknown): Record<string, string> {
  const texts =
    typeof properties === 'object' && properties !== null && !Array.isArray(properties)
      ? Object.entries(properties)
      : undefined
  if (texts?.every(([, value]) => typeof value === 'string') !== true)
    throw badRequest('Request did not match expected format: properties is an object of strings.')
  return Object.fromEntries(texts) as Record<string, string>
}

function rowFormat(request: FastifyRequest): RowFormat {
  const { rowFormat: value = 'JSON' } = request.query as { rowFormat?: string }
  const format = value.toUpperCase()
  if (format === 'JSON' || format === 'PLAIN_TEXT') return format
  throw badRequest(
    `Bad request, could not parse parameters: Cannot resolve query parameter (rowFormat) from value "${value}".`,
  )
}
