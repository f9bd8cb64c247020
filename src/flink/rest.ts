/**
 * Flink's REST API, as far as submitting and following a job needs it.
 *
 * Law: an address where nothing answers, another program's answer and a version that is not supported are told apart; what Flink
 * refuses is shown in Flink's words, without the frames of its handlers.
 */
import { fail } from '../base/errors.ts'

export interface ClusterJob {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly startTime: number
}

const SUPPORTED = /^2\.[0-3](\.|-|$)/
const ENDED = ['FINISHED', 'FAILED', 'CANCELED']
const POLL_MS = 500
const CANCEL_ON_YARN =
  "Give the address of the application's own REST, which submit --yarn prints, or: flink cancel -t yarn-application -Dyarn.application.id=APPLICATION JOB"
/** Longer than `web.refresh-interval`, 3 s by default. */
const STALE_POLLS = 20

export class FlinkCluster {
  readonly url: string
  readonly #signal: AbortSignal | undefined

  constructor(url: string, signal?: AbortSignal) {
    this.url = (/^https?:\/\//.test(url) ? url : `http://${url}`).replace(/\/+$/, '')
    this.#signal = signal
  }

  /** The version; fails when no supported cluster answers. */
  async version(): Promise<string> {
    const config = (await this.#json('its configuration', '/config')) as { 'flink-version'?: string }
    const found = config['flink-version']
    if (found === undefined)
      return fail('FLINK_UNREACHABLE', { url: this.url, reason: 'something else answers there.' })
    if (!SUPPORTED.test(found)) fail('FLINK_VERSION', { url: this.url, found })
    return found
  }

  async upload(jar: Uint8Array, name: string): Promise<string> {
    const form = new FormData()
    form.append('jarfile', new Blob([Uint8Array.from(jar)], { type: 'application/x-java-archive' }), name)
    const answer = (await this.#json('the jar', '/jars/upload', { method: 'POST', body: form })) as { filename: string }
    return (
      answer.filename.split('/').at(-1) ??
      fail('FLINK_REFUSED', { what: 'the jar', status: 200, reason: 'no file name' })
    )
  }

  async run(jarId: string, options: { parallelism?: number; savepoint?: string }): Promise<string> {
    const body = { parallelism: options.parallelism, savepointPath: options.savepoint }
    const answer = await this.#json('the job', `/jars/${jarId}/run`, { method: 'POST', body: JSON.stringify(body) })
    return (answer as { jobid: string }).jobid
  }

  async deleteJar(jarId: string): Promise<void> {
    await this.#json('to delete the jar', `/jars/${jarId}`, { method: 'DELETE' })
  }

  async jobs(): Promise<readonly ClusterJob[]> {
    const { jobs } = (await this.#json('the list of jobs', '/jobs/overview')) as {
      jobs: readonly { jid: string; name: string; state: string; 'start-time': number }[]
    }
    return jobs.map(({ jid, name, state, 'start-time': startTime }) => ({ id: jid, name, state, startTime }))
  }

  async state(job: string): Promise<string> {
    return ((await this.#json(`job ${job}`, `/jobs/${job}/status`)) as { status: string }).status
  }

  async cancel(job: string): Promise<void> {
    await this.#json(`to cancel ${job}`, `/jobs/${job}?mode=cancel`, { method: 'PATCH' })
  }

  /** Take a savepoint, or stop the job with one; resolves with its folder. */
  async savepoint(job: string, folder: string | undefined, stop: boolean): Promise<string> {
    const body = stop ? { targetDirectory: folder, drain: false } : { 'target-directory': folder, 'cancel-job': false }
    const path = `/jobs/${job}/${stop ? 'stop' : 'savepoints'}`
    const what = `a savepoint of ${job}`
    const trigger = await this.#json(what, path, { method: 'POST', body: JSON.stringify(body) })
    const id = (trigger as { 'request-id': string })['request-id']
    for (;;) {
      const answer = (await this.#json(what, `/jobs/${job}/savepoints/${id}`)) as {
        status: { id: string }
        operation?: { location?: string; 'failure-cause'?: { 'stack-trace'?: string } }
      }
      if (answer.status.id === 'COMPLETED') {
        const trace = answer.operation?.['failure-cause']?.['stack-trace']
        if (answer.operation?.location !== undefined) return answer.operation.location
        return fail('FLINK_REFUSED', { what, status: 200, reason: causesOf(trace ?? 'no location') })
      }
      await this.#pause()
    }
  }

  /** Newest first, as Flink keeps them. */
  async exceptions(job: string): Promise<readonly { readonly timestamp: number; readonly trace: string }[]> {
    const answer = (await this.#json(`the exceptions of ${job}`, `/jobs/${job}/exceptions`)) as {
      exceptionHistory?: { entries?: readonly { timestamp: number; stacktrace: string }[] }
    }
    return (answer.exceptionHistory?.entries ?? []).map(({ timestamp, stacktrace }) => ({
      timestamp,
      trace: stacktrace,
    }))
  }

  /** Follow until the end; every exception of the job is told once. */
  async follow(job: string, onException: (causes: string) => void): Promise<string> {
    let told = 0
    let stale = 0
    for (;;) {
      const state = await this.state(job)
      for (const { timestamp, trace } of [...(await this.exceptions(job))].reverse()) {
        if (timestamp <= told) continue
        told = timestamp
        onException(causesOf(trace))
      }
      // The exceptions are answered from a cache that is seconds behind the state.
      const awaited = state === 'FAILED' && told === 0 && stale++ < STALE_POLLS
      if (ENDED.includes(state) && !awaited) return state
      await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    this.#signal?.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    this.#signal?.throwIfAborted()
  }

  async #json(what: string, path: string, init: RequestInit = {}): Promise<unknown> {
    let response: Response
    const headers = typeof init.body === 'string' ? { 'content-type': 'application/json' } : undefined
    try {
      response = await fetch(`${this.url}${path}`, { ...init, headers, signal: this.#signal })
    } catch (error) {
      if (this.#signal?.aborted === true) throw error
      const { cause } = error as { cause?: { code?: string; message?: string } }
      const reason = cause?.code === 'ECONNREFUSED' ? 'the connection was refused.' : (cause?.message ?? String(error))
      return fail('FLINK_UNREACHABLE', { url: this.url, reason })
    }
    const text = await response.text()
    if (!response.ok) {
      const proxied = response.status === 501 && init.method === 'PATCH'
      const reason = proxied ? 'the proxy of YARN passes no PATCH on.' : causesOf(errorsOf(text))
      const hint = proxied ? CANCEL_ON_YARN : hintFor(reason)
      return fail('FLINK_REFUSED', { what, status: response.status, reason, hint })
    }
    try {
      return JSON.parse(text)
    } catch {
      return fail('FLINK_UNREACHABLE', { url: this.url, reason: 'what answers there is no Flink.' })
    }
  }
}

function errorsOf(text: string): string {
  try {
    return (JSON.parse(text) as { errors?: readonly string[] }).errors?.at(-1) ?? text
  } catch {
    // A proxy's answer is no JSON; it is shown as it came.
    return text
  }
}

/** Of a Java stack trace the chain of causes, and the lines of TypeScript. */
export function causesOf(trace: string): string {
  const kept: string[] = []
  for (const line of trace.split('\n')) {
    const isFrame = /^\s+(at |\.\.\. \d+ more)/.test(line)
    if (isFrame && !/\.[cm]?[jt]sx?:\d+/.test(line)) continue
    const text = line
      .replace(/^Caused by: /, '')
      .replace(/^([\w$]+\.)+(\w+(Exception|Error))\b/, '$2')
      .trimEnd()
    if (text !== '' && !kept.includes(text)) kept.push(text)
  }
  return kept.join('\n')
}

/** What to do about what clusters most often lack. */
function hintFor(reason: string): string | undefined {
  const factory = /Could not find any factory for identifier '([\w-]+)'/.exec(reason)
  if (factory === null) return undefined
  return `The cluster has no jar for '${factory[1]}': add it with --jar FILE or --jar GROUP:ARTIFACT:VERSION, or put it into the cluster's lib folder.`
}
