/**
 * A server before the S3 server of the tests, which fails as object stores do: writes only, so that what was there can be read.
 */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type ProxyMood = 'fine' | 'refuses' | 'fails' | 'hangs up' | 'is silent'

const ERRORS = {
  refuses: { status: 403, code: 'AccessDenied' },
  fails: { status: 500, code: 'InternalError' },
} as const

export async function faultyProxy(target: number, mood: () => ProxyMood) {
  const server = createServer((incoming, outgoing) => {
    const now = incoming.method === 'PUT' ? mood() : 'fine'
    switch (now) {
      case 'is silent':
        return
      case 'hangs up':
        incoming.socket.destroy()
        return
      case 'refuses':
      case 'fails': {
        const { status, code } = ERRORS[now]
        incoming.resume()
        outgoing.writeHead(status, { 'content-type': 'application/xml' })
        outgoing.end(`<Error><Code>${code}</Code><Message>not today</Message></Error>`)
        return
      }
      case 'fine': {
        const { method, url, headers } = incoming
        const onward = request({ host: '127.0.0.1', port: target, method, path: url, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(outgoing)
        })
        onward.on('error', () => outgoing.destroy())
        incoming.pipe(onward)
      }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
