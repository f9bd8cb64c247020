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

/** What stands in the editor at first. */
export const FIRST = "SELECT 'Hello' AS greeting;"

export interface Placed {
  readonly text: string
  /** Where it ends in the script, behind its semicolon. */
  readonly end: number
}

const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g

/** Statements of a script: cut at `;` outside quotes and comments; a statement set goes on to its END. */
export function statements(script: string): Placed[] {
  const token = /'(?:[^']|'')*'|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\/|;/g
  const found: Placed[] = []
  let from = 0
  const cut = (to: number, end: number) => {
    const text = script.slice(from, to).trim()
    if (text.replace(COMMENTS, '').trim() !== '') found.push({ text, end })
    from = end
  }
  for (const match of script.matchAll(token)) {
    if (match[0] === ';' && !isOpenSet(script.slice(from, match.index))) cut(match.index, match.index + 1)
  }
  cut(script.length, script.length)
  return found
}

function isOpenSet(text: string): boolean {
  const plain = text.replace(COMMENTS, '').trim()
  return /^(EXECUTE\s+STATEMENT\s+SET\s+BEGIN|BEGIN\s+STATEMENT\s+SET)\b/i.test(plain) && !/\bEND$/i.test(plain)
}
