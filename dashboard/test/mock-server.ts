/**
 * A server with one of everything, for the browser test and for work on the pages without an engine.
 *
 * Law: its answers have the types of `src/server/api-types.ts`; it answers 404 to what it does not know, as the server does.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import type { TappedRows } from '../../src/server/api-types.ts'
import { answers, check, type MockState, start } from './answers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

export interface Mock {
  readonly url: string
  /** Method and path of every call that was not a file. */
  readonly calls: readonly string[]
  readonly state: MockState
  close(): void
}

export async function mockServer(folder: string): Promise<Mock> {
  const calls: string[] = []
  const state = start()
  const server: Server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const file = normalize(join(folder, pathname === '/' ? 'index.html' : pathname))
    if (file.startsWith(folder) && extname(file) in TYPES && existsSync(file)) {
      response.setHeader('content-type', TYPES[extname(file)])
      response.end(readFileSync(file))
      return
    }
    let body = ''
    for await (const chunk of request) body += chunk
    const call = `${request.method} ${pathname}`
    calls.push(call)
    if (pathname.endsWith('/rows')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const rows = [
        { kind: '+I', subtask: 1, fields: ['EUR', '12.50'] },
        { kind: '-U', subtask: 1, fields: ['EUR', '12.50'] },
        { kind: '+U', subtask: 1, fields: ['EUR', '14.00'] },
      ]
      const columns = [
        { name: 'currency', type: 'STRING' },
        { name: 'total', type: 'DECIMAL(38, 2)' },
      ]
      response.write(`data: ${JSON.stringify({ columns, rows: [], skipped: 0 } satisfies TappedRows)}\n\n`)
      response.write(`:\n\ndata: ${JSON.stringify({ columns, rows, skipped: 7 } satisfies TappedRows)}\n\n`)
      return
    }
    const from = Number(searchParams.get('from') ?? 0)
    const answer = pathname === '/rivulet/v1/sql/check' ? check(body) : answers(call, state, body, from)
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json; charset=UTF-8' })
    response.end(JSON.stringify(answer ?? { errors: [`Unable to load requested file ${pathname}.`] }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, state, close }
}
