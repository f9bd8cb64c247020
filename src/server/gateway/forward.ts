/**
 * The SQL Gateway's place in the server: its process, and the routes that hand requests on to it.
 *
 * Laws
 * - The process starts with the first request and again after its end, with the sessions lost as in Flink; jobs are untouched.
 * - Who may run code is decided here, by the server's token; the gateway process believes nobody else.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { fail, failure, fromErrorJson, type RivuletErrorJson } from '../../base/errors.ts'
import type { Coordinator } from '../coordinator.ts'
import type { ServerContext } from '../rest/app.ts'
import { errorJson, type RunningJob } from '../running-job.ts'
import { hasToken } from '../security.ts'
import type { ClusterCall, ClusterJob, FromGateway, ToGateway } from './messages.ts'
import { GATEWAY_OPERATIONS, schemaOf } from './operations.ts'

/** That of the gateway. */
const BODY_LIMIT = 16 << 20
/** So long a process may take to end behind its connections. */
const LEAVE_MS = 1000

export class GatewayProcess {
  readonly #entry: URL
  readonly #coordinator: Coordinator
  readonly #version: string
  readonly #log: (msg: string) => void
  readonly #secret = randomBytes(32).toString('hex')
  #child: ChildProcess | undefined
  #port: Promise<number> | undefined

  constructor(entry: URL, coordinator: Coordinator, version: string, log: (msg: string) => void) {
    this.#entry = entry
    this.#coordinator = coordinator
    this.#version = version
    this.#log = log
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Send a request on; resolves with the answer's head. */
  async send(
    request: IncomingMessage,
    options: { readonly path: string; readonly trusted: boolean },
  ): Promise<IncomingMessage> {
    this.#port ??= this.#start()
    const port = await this.#port
    const child = this.#child
    const headers: IncomingHttpHeaders = { ...request.headers, host: '127.0.0.1', connection: 'close' }
    headers['rivulet-gateway'] = this.#secret
    headers['rivulet-trusted'] = String(options.trusted)
    headers.authorization = undefined
    for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name]
    return new Promise((resolve, reject) => {
      const { method } = request
      const forwarded = httpRequest({ host: '127.0.0.1', port, method, path: options.path, headers }, resolve)
      forwarded.on('error', async (error) => {
        await this.#leave(child)
        reject(failure('SERVER_GATEWAY_ENDED', {}, { cause: error }))
      })
      request.on('aborted', () => forwarded.destroy())
      // A body without a length is counted as it comes; the gateway's own refusal would be lost with its connection.
      let length = 0
      request.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length <= BODY_LIMIT || forwarded.destroyed) return
        reject(failure('SERVER_BODY_TOO_LARGE', {}))
        request.unpipe(forwarded)
        request.resume()
        forwarded.destroy()
      })
      request.pipe(forwarded)
    })
  }

  /** A connection breaks before the end of its process is told: who asks again after that error meets the next process. */
  async #leave(child: ChildProcess | undefined): Promise<void> {
    if (child === undefined || this.#child !== child) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LEAVE_MS)
      child.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #start(): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = fork(this.#entry, [], {
        execArgv: process.execArgv.filter((flag) => /^(-C|--conditions|--max-old-space-size)/.test(flag)),
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        serialization: 'json',
      })
      this.#child = child
      child.on('message', (message: FromGateway) => {
        if (message.type === 'listening') resolve(message.port)
        else void this.#answer(child, message.n, message.what)
      })
      child.on('error', (error) => reject(failure('SERVER_GATEWAY_ENDED', {}, { cause: error })))
      child.on('exit', (code, signal) => {
        if (this.#child !== child) return
        this.#child = undefined
        this.#port = undefined
        this.#log(`The process of the SQL sessions ended with ${signal ?? `exit code ${code}`}; its sessions are lost.`)
        reject(failure('SERVER_GATEWAY_ENDED', {}))
      })
      const start: ToGateway = { type: 'start', secret: this.#secret, version: this.#version }
      child.send(start)
    })
  }

  async #answer(child: ChildProcess, n: number, what: ClusterCall): Promise<void> {
    let answer: ToGateway
    try {
      answer = { type: 'answer', n, value: await this.#call(what) }
    } catch (error) {
      answer = { type: 'answer', n, error: errorJson(error) }
    }
    // A process that ended meanwhile needs no answer.
    if (child.connected) child.send(answer, () => {})
  }

  async #call(what: ClusterCall): Promise<unknown> {
    const coordinator = this.#coordinator
    switch (what.call) {
      case 'submit': {
        const { name, script, configuration } = what.job
        return described(
          coordinator.submit({ kind: 'sql', text: script, file: `${name}.sql`, folder: process.cwd(), configuration }),
        )
      }
      case 'jobs':
        return coordinator.jobs().map(described)
      case 'wait':
        return ended(coordinator, coordinator.get(what.job))
      case 'cancel': {
        const job = coordinator.get(what.job)
        job.cancel()
        // The error of a job that failed first is its own to tell.
        return ended(coordinator, job).catch(() => undefined)
      }
      case 'stop': {
        const job = coordinator.get(what.job)
        const request = coordinator.savepoint(job, undefined, true, what.drain)
        for (;;) {
          const result = job.savepoints.get(request)
          if (result?.error !== undefined) throw fromErrorJson(result.error)
          if (result?.location !== undefined) return result.location
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
    }
  }

  async close(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

function described({ record }: RunningJob): ClusterJob {
  const started = Math.min(...Object.values(record.timestamps))
  return { id: record.id, name: record.name, status: record.state, started }
}

/** Resolves at the job's end; rejects with its error. */
function ended(coordinator: Coordinator, job: RunningJob): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!job.terminal) return
      coordinator.events.off('change', look)
      const [last] = job.record.exceptions
      if (job.record.state !== 'FAILED') resolve(undefined)
      else if (last?.rivulet === undefined) reject(failure('SERVER_BAD_REQUEST', { detail: `Job ${job.id} failed.` }))
      else reject(fromErrorJson(last.rivulet as RivuletErrorJson))
    }
    coordinator.events.on('change', look)
    look()
  })
}

const VERSIONS = ['', '/v1', '/v2', '/v3', '/v4']
const HIDDEN = { hide: true }
const PATHS = ['/info', '/api_versions', '/sessions', '/sessions/*']

export const sqlRoutes: FastifyPluginAsync<ServerContext & { readonly gateway: Pick<GatewayProcess, 'send'> }> = async (
  app,
  { gateway, access },
) => {
  // Bodies go on as they come; what is wrong with them is the gateway's to say.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  const forward = async (request: FastifyRequest, reply: FastifyReply) => {
    // Before it is sent on: the gateway would close the connection, and its answer be lost.
    if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) fail('SERVER_BODY_TOO_LARGE', {})
    const answer = await gateway.send(request.raw, { path: request.url, trusted: hasToken(request.raw, access) })
    for (const name of ['content-type', 'rivulet-error']) {
      if (answer.headers[name] !== undefined) reply.header(name, answer.headers[name])
    }
    return reply.status(answer.statusCode ?? 500).send(answer)
  }
  // The gateway's process validates; schemas are for the document.
  app.setValidatorCompiler(() => () => true)
  for (const operation of GATEWAY_OPERATIONS) {
    app.route({
      method: operation.method,
      url: `/v4${operation.path}`,
      schema: schemaOf(operation),
      handler: forward,
    })
  }
  // Everything else below a session: what is wrong with it is the gateway's to say as well.
  const documented = new Set(GATEWAY_OPERATIONS.map(({ method, path }) => `${method} /v4${path}`))
  for (const prefix of VERSIONS) {
    for (const path of PATHS) {
      for (const method of ['GET', 'POST', 'DELETE'] as const) {
        if (documented.has(`${method} ${prefix}${path}`)) continue
        app.route({ method, url: `${prefix}${path}`, schema: HIDDEN, handler: forward })
      }
    }
  }
  for (const what of ['check', 'complete']) {
    const text = { type: 'string' }
    const schema = {
      summary: `${what === 'check' ? 'Mistakes of a script' : 'What may stand at a place'}`,
      tags: ['sql'],
      body: {
        type: 'object',
        required: ['sql'],
        properties: { sql: text, session: text, ...(what === 'complete' && { position: { type: 'integer' } }) },
      },
    }
    app.post(`/rivulet/v1/sql/${what}`, { schema }, forward)
  }
}
