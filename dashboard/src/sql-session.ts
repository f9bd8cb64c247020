/**
 * Running statements through the SQL Gateway.
 *
 * Law: one session per page; a statement's pages are read in order until its end, and a stopped one is cancelled and closed.
 */
import { get, request, send } from './api.ts'

export interface ResultPage {
  readonly resultType: 'NOT_READY' | 'PAYLOAD' | 'EOS'
  readonly jobID?: string
  readonly results?: {
    readonly columns: readonly { readonly name: string }[]
    readonly data: readonly { readonly kind: string; readonly fields: readonly unknown[] }[]
  }
  readonly nextResultUri?: string
}

let session: Promise<string> | undefined

async function open(): Promise<string> {
  session ??= send<{ sessionHandle: string }>('POST', '/v3/sessions', {}).then((answer) => answer.sessionHandle)
  try {
    return await session
  } catch (error) {
    session = undefined
    throw error
  }
}

/** The page's session, when one is open: what is written may use its tables. */
export function currentSession(): Promise<string | undefined> {
  return session ?? Promise.resolve(undefined)
}

export async function* run(statement: string, signal: AbortSignal): AsyncGenerator<ResultPage> {
  const base = `/v3/sessions/${await open()}`
  const { operationHandle } = await send<{ operationHandle: string }>('POST', `${base}/statements`, { statement })
  const operation = `${base}/operations/${operationHandle}`
  let next: string | undefined = `${operation}/result/0?rowFormat=JSON`
  try {
    while (next !== undefined && !signal.aborted) {
      const page: ResultPage = await get<ResultPage>(next, signal)
      if (page.resultType === 'NOT_READY') await new Promise((done) => setTimeout(done, 100))
      else yield page
      next = page.resultType === 'EOS' ? undefined : (page.nextResultUri ?? next)
    }
  } finally {
    if (signal.aborted) await request(`${operation}/close`, { method: 'DELETE' })
  }
}

/** Statements of a script: cut at `;` outside quotes and comments. */
export function statements(script: string): string[] {
  const token = /'(?:[^']|'')*'|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;/g
  const found: string[] = []
  let from = 0
  for (const match of script.matchAll(token)) {
    if (match[0] !== ';') continue
    found.push(script.slice(from, match.index))
    from = match.index + 1
  }
  found.push(script.slice(from))
  return found.map((one) => one.trim()).filter((one) => one.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '')
}
