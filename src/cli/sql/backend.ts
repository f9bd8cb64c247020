/**
 * Where the statements of the SQL shell run: in this process, or at a SQL Gateway (ours or Flink's).
 *
 * Law: both answer with the pages of Flink's SQL Gateway, so that the shell has one way of reading results.
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { fail, fromErrorJson, type RivuletErrorJson } from '../../base/errors.ts'
import { nodeHost } from '../../base/node-host.ts'
import { Gateway, type GatewayOptions } from '../../server/gateway/gateway.ts'

export interface ResultPage {
  readonly resultType: 'NOT_READY' | 'PAYLOAD' | 'EOS'
  readonly isQueryResult?: boolean
  readonly jobID?: string
  readonly resultKind?: string
  readonly results?: {
    readonly columns: readonly {
      readonly name: string
      readonly logicalType: { readonly type: string; readonly precision?: number }
    }[]
    readonly data: readonly { readonly kind: string; readonly fields: readonly (string | null)[] }[]
  }
  readonly nextResultUri?: string
}

export interface SqlBackend {
  /** Start a statement; gives its handle. */
  start(statement: string): Promise<string>
  page(operation: string, token: number): Promise<ResultPage>
  cancel(operation: string): Promise<void>
  complete(statement: string, position: number): Promise<readonly string[]>
  option(key: string): Promise<string | undefined>
  close(): Promise<void>
}

/** @param configuration options as SET would give them */
export async function embedded(
  environment: GatewayOptions['environment'],
  configuration: Readonly<Record<string, string>>,
): Promise<SqlBackend> {
  const gateway = new Gateway({ host: nodeHost, environment, idleTimeoutMs: 0 })
  const session = gateway.openSession(configuration)
  return {
    start: async (statement) => gateway.execute(session, statement, true),
    page: async (operation, token) =>
      JSON.parse(await gateway.fetch(session, operation, token, 'PLAIN_TEXT', String)) as ResultPage,
    cancel: (operation) => gateway.closeOperation(session, operation),
    complete: async (statement, position) => gateway.complete(session, statement, position),
    option: async (key) => gateway.properties(session)[key],
    close: () => gateway.close(),
  }
}

/** @param url `http://host:8083`, or `host:8083` */
export async function remote(url: string, configuration: Readonly<Record<string, string>>): Promise<SqlBackend> {
  const base = new URL(/^https?:\/\//.test(url) ? url : `http://${url}`)
  const send = async (method: string, path: string, body: unknown = {}): Promise<unknown> => {
    const { status, text, error } = await exchange(base, method, path, JSON.stringify(body))
    const json = parse(text, url)
    if (status < 400) return json
    if (error !== undefined) throw fromErrorJson(JSON.parse(decodeURIComponent(error)) as RivuletErrorJson)
    fail('CLI_GATEWAY_ERROR', { detail: reasonOf((json as { errors?: readonly string[] }).errors ?? [text]) })
  }
  const versions = ((await send('GET', '/v1/api_versions')) as { versions?: readonly string[] }).versions ?? []
  const version = ['V4', 'V3', 'V2', 'V1'].find((each) => versions.includes(each))?.toLowerCase()
  if (version === undefined) fail('CLI_GATEWAY_ERROR', { detail: `${url} is no SQL Gateway.` })
  const opened = (await send('POST', `/${version}/sessions`, {
    sessionName: 'rivulet',
    properties: configuration,
  })) as { sessionHandle: string }
  const session = `/${version}/sessions/${opened.sessionHandle}`
  const heartbeat = setInterval(() => {
    // A gateway that is gone says so at the next statement.
    send('POST', `${session}/heartbeat`).catch(() => {})
  }, 60_000)
  heartbeat.unref()
  return {
    async start(statement) {
      const body = { statement, executionTimeout: 0 }
      const { operationHandle } = (await send('POST', `${session}/statements`, body)) as { operationHandle: string }
      return operationHandle
    },
    page: async (operation, token) =>
      (await send('GET', `${session}/operations/${operation}/result/${token}?rowFormat=PLAIN_TEXT`)) as ResultPage,
    async cancel(operation) {
      // It may have ended meanwhile, which Flink's gateway calls an error.
      await send('POST', `${session}/operations/${operation}/cancel`).catch(() => {})
      await send('DELETE', `${session}/operations/${operation}/close`).catch(() => {})
    },
    async complete(statement, position) {
      const found = (await send('GET', `${session}/complete-statement`, { statement, position })) as {
        candidates?: readonly string[]
      }
      return found.candidates ?? []
    },
    async option(key) {
      const { properties } = (await send('GET', session)) as { properties: Readonly<Record<string, string>> }
      return properties[key]
    },
    async close() {
      clearInterval(heartbeat)
      await send('DELETE', session)
    },
  }
}

/** `error` is what a server of ours says beside the words of Flink: code, hint and place. */
function exchange(
  base: URL,
  method: string,
  path: string,
  body: string,
): Promise<{ status: number; text: string; error: string | undefined }> {
  const request = base.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const call = request(
      {
        hostname: base.hostname,
        port: base.port,
        path: `${base.pathname.replace(/\/$/, '')}${path}`,
        method,
        headers: { 'content-type': 'application/json; charset=UTF-8', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 500, text, error: response.headers['rivulet-error']?.toString() }),
        )
        response.on('error', reject)
      },
    )
    call.on('error', (error) => {
      try {
        fail('CLI_GATEWAY_UNREACHABLE', { url: base.href, detail: error.message }, { cause: error })
      } catch (failure) {
        reject(failure as Error)
      }
    })
    call.end(body)
  })
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    return fail('CLI_GATEWAY_ERROR', { detail: `${url} answered with something else than JSON.` }, { cause })
  }
}

/** What a Java stack trace means: the message of its last cause. */
function reasonOf(errors: readonly string[]): string {
  const text = errors.join('\n')
  const causes = [...text.matchAll(/^Caused by: ([^\n]*)/gm)].map(([, cause]) => cause)
  return (causes.at(-1) ?? errors.at(-1) ?? text).replace(/^[\w.$]+(Exception|Error): /, '')
}
