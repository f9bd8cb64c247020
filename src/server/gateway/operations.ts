/** What the SQL Gateway answers, for the OpenAPI document: the gateway's process itself decides (`routes.ts`). */

export interface GatewayOperation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly body?: Readonly<Record<string, object>>
  readonly query?: Readonly<Record<string, object>>
}

const text = { type: 'string' }
const statement = { statement: text, executionTimeout: { type: 'integer', description: 'Milliseconds; ignored.' } }
const SESSION = '/sessions/:session'
const OPERATION = `${SESSION}/operations/:operation`

/** Below every version. */
export const GATEWAY_OPERATIONS: readonly GatewayOperation[] = [
  { method: 'GET', path: '/info', summary: 'SQL Gateway: what it is' },
  { method: 'GET', path: '/api_versions', summary: 'SQL Gateway: its versions' },
  {
    method: 'POST',
    path: '/sessions',
    summary: 'Open a session',
    body: { sessionName: text, properties: { type: 'object', additionalProperties: text } },
  },
  { method: 'GET', path: SESSION, summary: 'Options of a session' },
  { method: 'DELETE', path: SESSION, summary: 'Close a session' },
  { method: 'POST', path: `${SESSION}/heartbeat`, summary: 'Keep a session' },
  {
    method: 'POST',
    path: `${SESSION}/configure-session`,
    summary: 'Run a statement that changes the session (code: needs the token)',
    body: statement,
  },
  {
    method: 'POST',
    path: `${SESSION}/statements`,
    summary: 'Run a statement (one that brings code needs the token)',
    body: statement,
  },
  {
    method: 'GET',
    path: `${SESSION}/complete-statement`,
    summary: 'What may stand at a place; `statement` and `position` are in the body, as Flink has it',
  },
  { method: 'GET', path: `${OPERATION}/status`, summary: 'State of a statement' },
  {
    method: 'GET',
    path: `${OPERATION}/result/:token`,
    summary: 'A page of its result',
    query: { rowFormat: { type: 'string', enum: ['JSON', 'PLAIN_TEXT'] } },
  },
  { method: 'POST', path: `${OPERATION}/cancel`, summary: 'Cancel it' },
  { method: 'DELETE', path: `${OPERATION}/close`, summary: 'Close it' },
  {
    method: 'POST',
    path: `${SESSION}/materialized-tables/:table/refresh`,
    summary: 'Refused: there are no materialized tables',
  },
]

/** As Fastify takes it. */
export function schemaOf({ path, summary, body, query }: GatewayOperation): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const properties = Object.fromEntries(names.map((name) => [name, text]))
  return {
    summary,
    tags: ['sql'],
    ...(names.length > 0 && { params: { type: 'object', properties } }),
    ...(body !== undefined && { body: { type: 'object', properties: body } }),
    ...(query !== undefined && { querystring: { type: 'object', properties: query } }),
  }
}
