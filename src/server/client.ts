/** The REST client of the command line: finds the server, sends the token, turns error answers into errors. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, fromErrorJson, isRivuletError, type RivuletErrorJson } from '../base/errors.ts'
import type {
  CompiledPlanAnswer,
  DoctorAnswer,
  ErrorBody,
  JobDetails,
  JobExceptions,
  JobSummary,
  JobsOverview,
  LogPage,
  OperatorsAnswer,
  SavepointStatus,
  SubmitAnswer,
  SubmitRequest,
  Triggered,
} from './api-types.ts'

export interface ClientOptions {
  /** `host:port` or a URL; without it the server of the data folder. */
  readonly server?: string
  readonly data: string
  readonly tokenFile?: string
}

export class ServerClient {
  readonly url: string
  readonly #token: string | undefined

  constructor(options: ClientOptions) {
    const found = join(options.data, 'server.json')
    const recorded = existsSync(found) ? (JSON.parse(readFileSync(found, 'utf8')) as { url: string }).url : undefined
    const named = options.server?.includes('://') === false ? `http://${options.server}` : options.server
    this.url = (named ?? recorded ?? 'http://127.0.0.1:8081').replace(/\/$/, '')
    // The token of this machine's server is not sent to another one.
    const own = join(options.data, 'token')
    const file = options.tokenFile ?? (isOwn(this.url, recorded) && existsSync(own) ? own : undefined)
    this.#token = file === undefined ? undefined : readFileSync(file, 'utf8').trim()
  }

  /** The address of the dashboard; it holds the token, when this client has one. */
  dashboard(): string {
    return this.#token === undefined ? `${this.url}/` : `${this.url}/#token=${encodeURIComponent(this.#token)}`
  }

  async #fetch(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    try {
      return await fetch(this.url + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      })
    } catch (error) {
      const { cause } = error as { cause?: { code?: string; message?: string } }
      return fail('SERVER_UNREACHABLE', { url: this.url, detail: cause?.code ?? cause?.message ?? String(error) })
    }
  }

  async call<T>(method: string, path: string, body?: object): Promise<T> {
    return this.#answer(await this.#fetch(method, path, body))
  }

  async #answer<T>(response: Response): Promise<T> {
    const text = await response.text()
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      fail('SERVER_ANSWERED', { status: response.status, detail: text.slice(0, 200) })
    }
    if (response.ok) return answer as T
    const { errors, rivulet: inBody } = answer as ErrorBody
    const header = response.headers.get('rivulet-error')
    const rivulet = inBody ?? (header === null ? undefined : JSON.parse(decodeURIComponent(header)))
    if (rivulet !== undefined) throw fromErrorJson(rivulet as RivuletErrorJson)
    return fail('SERVER_ANSWERED', { status: response.status, detail: errors?.[0]?.trim() ?? text.slice(0, 200) })
  }

  /** Events of a stream, until it ends or `signal` is aborted, which is an end as well. */
  async *events<T>(path: string, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    let rest = ''
    const decoder = new TextDecoder()
    try {
      const response = await this.#fetch('GET', path, undefined, signal)
      if (!response.ok || response.body === null) return await this.#answer<never>(response)
      for await (const chunk of response.body) {
        const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n')
        rest = parts.pop() as string
        for (const part of parts) {
          const [, name, data] = /^(?:event: (\w+)\n)?data: (.*)$/.exec(part) ?? []
          if (name === 'error') throw fromErrorJson(JSON.parse(data) as RivuletErrorJson)
          if (data !== undefined) yield JSON.parse(data) as T
        }
      }
    } catch (error) {
      if (signal.aborted) return
      if (isRivuletError(error)) throw error
      const { cause, message } = error as { cause?: { code?: string }; message: string }
      fail('SERVER_UNREACHABLE', { url: this.url, detail: cause?.code ?? message })
    }
  }

  async jobs(): Promise<readonly JobSummary[]> {
    return (await this.call<JobsOverview>('GET', '/jobs/overview')).jobs
  }

  /** A job by its id, the beginning of its id, or its name. */
  async find(text: string): Promise<JobSummary> {
    const jobs = await this.jobs()
    const found = jobs.filter(({ jid }) => text.length > 0 && jid.startsWith(text.toLowerCase()))
    if (found.length === 1) return found[0]
    if (found.length > 1) {
      fail('SERVER_AMBIGUOUS_JOB', { id: text, found: found.map(({ jid }) => jid.slice(0, 12)).join(', ') })
    }
    const named = jobs.filter(({ name }) => name === text)
    const live = named.filter((job) => job['end-time'] === -1)
    const [only, ...more] = live.length > 0 ? live : named
    if (only === undefined) return fail('SERVER_UNKNOWN_JOB', { id: text })
    if (more.length > 0)
      fail('SERVER_AMBIGUOUS_JOB', { id: text, found: named.map(({ jid }) => jid.slice(0, 12)).join(', ') })
    return only
  }

  submit(request: SubmitRequest): Promise<SubmitAnswer> {
    return this.call('POST', '/rivulet/v1/jobs', request)
  }

  details(id: string): Promise<JobDetails> {
    return this.call('GET', `/jobs/${id}`)
  }

  plan(id: string): Promise<CompiledPlanAnswer> {
    return this.call('GET', `/rivulet/v1/jobs/${id}/plan`)
  }

  operators(id: string): Promise<OperatorsAnswer> {
    return this.call('GET', `/rivulet/v1/jobs/${id}/operators`)
  }

  doctor(id: string): Promise<DoctorAnswer> {
    return this.call('GET', `/rivulet/v1/jobs/${id}/doctor`)
  }

  async exceptions(id: string): Promise<JobExceptions['exceptionHistory']['entries']> {
    return (await this.call<JobExceptions>('GET', `/jobs/${id}/exceptions`)).exceptionHistory.entries
  }

  logs(id: string, from: number): Promise<LogPage> {
    return this.call('GET', `/rivulet/v1/jobs/${id}/logs?from=${from}`)
  }

  cancel(id: string): Promise<object> {
    return this.call('PATCH', `/jobs/${id}?mode=cancel`, {})
  }

  /** Resolves with the savepoint's location. */
  async savepoint(id: string, folder: string | undefined, stop: boolean, signal: AbortSignal): Promise<string> {
    const [path, body] = stop
      ? ['stop', { targetDirectory: folder ?? null, drain: false }]
      : ['savepoints', { 'target-directory': folder ?? null, 'cancel-job': false }]
    const { 'request-id': request } = await this.call<Triggered>('POST', `/jobs/${id}/${path}`, body as object)
    for (;;) {
      signal.throwIfAborted()
      const { operation } = await this.call<SavepointStatus>('GET', `/jobs/${id}/savepoints/${request}`)
      if (operation !== null && 'location' in operation) return operation.location
      if (operation !== null)
        fail('SERVER_ANSWERED', { status: 200, detail: operation['failure-cause']['stack-trace'] })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

function isOwn(url: string, recorded: string | undefined): boolean {
  if (recorded === undefined) return false
  const [a, b] = [new URL(url), new URL(recorded)]
  const loopback = (name: string) => ['localhost', '127.0.0.1', '[::1]'].includes(name)
  return a.port === b.port && (a.hostname === b.hostname || (loopback(a.hostname) && loopback(b.hostname)))
}
