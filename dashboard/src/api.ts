/**
 * Calls to the server that served this page.
 *
 * Laws
 * - No other host is ever asked.
 * - The token arrives in the fragment (`#token=…`, never sent to a server or written to its log), is taken out of the address
 *   at once and lives as long as the tab.
 * - An error keeps the server's own words; nothing is swallowed.
 */
import { useEffect, useState } from 'react'
import type { ApiError, ErrorBody } from '../../src/server/api-types.ts'

const TOKEN = 'rivulet-token'

export function takeToken(): void {
  const found = /^#token=([^&]+)/.exec(location.hash)?.[1]
  if (found === undefined) return
  sessionStorage.setItem(TOKEN, decodeURIComponent(found))
  history.replaceState(null, '', `${location.pathname}#/`)
}

export class CallError extends Error {
  readonly status: number
  readonly detail: ApiError | undefined
  constructor(status: number, message: string, detail?: ApiError) {
    super(message)
    this.status = status
    this.detail = detail
  }
}

/** Of a Java-like trace, what its reader needs: the last cause. */
function lastCause(text: string): string {
  const causes = [...text.matchAll(/Caused by: (?:[\w.$]+: )?(.+)/g)]
  return causes.at(-1)?.[1] ?? text
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN)
  const headers = {
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  }
  const answer = await fetch(path.replace(/^\//, './'), { ...init, headers })
  if (answer.ok) return answer
  const body = (await answer.json().catch(() => ({ errors: [answer.statusText] }))) as ErrorBody
  const text = body.rivulet?.message ?? lastCause(body.errors.at(-1) ?? answer.statusText)
  throw new CallError(answer.status, text, body.rivulet)
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, { signal })).json() as Promise<T>
}

export async function send<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await request(path, { method, body: JSON.stringify(body), signal })).json() as Promise<T>
}

export interface Polled<T> {
  readonly data: T | undefined
  readonly error: Error | undefined
}

/** Ask now and `every` ms after each answer, until the function that is returned is called. A hidden tab asks nothing. */
export function repeat(every: number, ask: (signal: AbortSignal) => Promise<void>, failed: (error: Error) => void) {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const turn = async () => {
    try {
      if (!document.hidden) await ask(stop.signal)
    } catch (error) {
      if (!stop.signal.aborted) failed(error as Error)
    }
    if (!stop.signal.aborted) timer = setTimeout(turn, every)
  }
  void turn()
  return () => {
    stop.abort()
    clearTimeout(timer)
  }
}

/** Ask now and every `every` ms; the last answer stays while a later one is missing. */
export function usePoll<T>(path: string | null, every = 2000): Polled<T> {
  const [state, setState] = useState<Polled<T> & { path: string | null }>({ path, data: undefined, error: undefined })
  useEffect(() => {
    if (path === null) return
    return repeat(
      every,
      async (signal) => {
        const data = await get<T>(path, signal)
        setState({ path, data, error: undefined })
      },
      (error) => setState((old) => ({ path, data: old.path === path ? old.data : undefined, error })),
    )
  }, [path, every])
  return state.path === path ? state : { data: undefined, error: undefined }
}

/** The events of a server-sent stream. `EventSource` cannot send the token, so the stream is read by hand. */
export async function* events<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
  const answer = await request(path, { signal })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return
    const parts = (rest + value).split('\n\n')
    rest = parts.pop()!
    for (const part of parts) {
      const lines = part.split('\n').filter((line) => line.startsWith('data:'))
      if (lines.length === 0) continue
      const data: unknown = JSON.parse(lines.map((line) => line.slice(5)).join('\n'))
      if (part.startsWith('event: error')) throw new CallError(200, (data as ApiError).message, data as ApiError)
      yield data as T
    }
  }
}
